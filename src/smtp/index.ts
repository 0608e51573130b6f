/** `postern/smtp`: an SMTP and LMTP server with a gateway inside, for hosts that have no server. */
export type { ServerLimits, WireLimits } from './limits.ts'
export type { MailParameters, RcptParameters } from './parameters.ts'
export type { ProxyOptions } from './proxies.ts'
export { type SmtpServer, smtpServer } from './server.ts'
export type { SessionLimits } from './session-slots.ts'
export type { DeliveryResult, IncomingMessage, Recipient, RecipientContext, SmtpServerOptions } from './types.ts'
