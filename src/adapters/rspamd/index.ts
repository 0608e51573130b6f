/** `postern/rspamd`: a door for everything that speaks to Rspamd or spamd. */
export { type RspamdOptions, rspamd } from './server.ts'
