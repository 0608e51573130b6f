/** Trace fields: what is written on top of a message. */

export { type AuthenticationResultsOptions, authenticationResults } from './authentication-results.ts'
export { type ReceivedSpfOptions, receivedSpf } from './received-spf.ts'
export { referenceField } from './reference.ts'
export { spamStatus } from './spam-status.ts'
export type { TraceField, TraceInput, Tracer } from './tracer.ts'
