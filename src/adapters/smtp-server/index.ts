/** Postern in front of smtp-server: for a new server as options, for one that exists as a wrapper. */
export { type DeliverTo, type Delivery, deliver } from './deliver.ts'
export { type GuardOptions, guard } from './guard.ts'
export type { ServerLimits, WireLimits } from './limits.ts'
export type { SessionLimits } from './places.ts'
export { type ProtectOptions, protect } from './protect.ts'
export type { ProxyOptions } from './proxies.ts'
export type { GuardedSession, Handlers, HostOptions, Verdicts } from './types.ts'
