/** `postern/smtp-server`: options for a new server, or a wrapper for an existing one. */
export type { ServerLimits, WireLimits } from '../../smtp/limits.ts'
export type { ProxyOptions } from '../../smtp/proxies.ts'
export type { SessionLimits } from '../../smtp/session-slots.ts'
export { type Deliver, type DeliverTo, type Delivery, deliver } from './deliver.ts'
export { type GuardOptions, guard } from './guard.ts'
export { type ProtectOptions, protect } from './protect.ts'
export type { Callback, GuardedSession, HandlerName, Handlers, HostOptions, Verdicts } from './types.ts'
