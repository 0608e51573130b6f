/** `postern/smtp`: an SMTP and LMTP server with a gateway inside, for hosts that have no server. */
export type { ServerLimits, WireLimits } from '../adapters/smtp-server/limits.ts'
export type { SessionLimits } from '../adapters/smtp-server/places.ts'
export type { ProxyOptions } from '../adapters/smtp-server/proxies.ts'
export type { MailParameters, RcptParameters } from './parameters.ts'
export { type SmtpServer, smtpServer } from './server.ts'
export type { DeliveryResult, IncomingMessage, Recipient, SmtpServerOptions } from './types.ts'
