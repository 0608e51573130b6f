/** `postern/milter`: a door for Postfix, Sendmail and OpenSMTPD. */
export { type MilterOptions, milter } from './server.ts'
