/** `postern/haraka`: a plugin for Haraka. */
export { type HarakaHost, type HarakaOptions, type HarakaPlugin, type Hook, haraka, type MailHook } from './plugin.ts'
export type { HarakaConnection, HarakaMail, HarakaTransaction, Next, Path, ResultStore } from './types.ts'
