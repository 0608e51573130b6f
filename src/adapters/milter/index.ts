/** `postern/milter`: the adapter for Postfix, Sendmail and OpenSMTPD. */
export { type MilterOptions, milter } from './server.ts'
