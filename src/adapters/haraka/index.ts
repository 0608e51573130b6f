/** `postern/haraka`: a plugin for Haraka. */
export { type HarakaHost, type HarakaOptions, type HarakaPlugin, type Hook, haraka } from './plugin.ts'
export type { HarakaConnection, HarakaTransaction, Next, Path, ResultStore } from './types.ts'
