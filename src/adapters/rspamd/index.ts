/** `postern/rspamd`: a service for everything that speaks to Rspamd or spamd. */
export { type RspamdOptions, rspamd } from './server.ts'
