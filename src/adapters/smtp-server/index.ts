/** Postern in front of smtp-server: for a new server as options, for one that exists as a wrapper. */

export type { ServerLimits, WireLimits } from '../../smtp/limits.ts'
export type { ProxyOptions } from '../../smtp/proxies.ts'
export type { SessionLimits } from '../../smtp/session-slots.ts'
export { type DeliverTo, type Delivery, deliver } from './deliver.ts'
export { type GuardOptions, guard } from './guard.ts'
export { type ProtectOptions, protect } from './protect.ts'
export type { GuardedSession, Handlers, HostOptions, Verdicts } from './types.ts'
