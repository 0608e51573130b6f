/** `postern/haraka`: a plugin for Haraka. */
export { type HarakaOptions, type HarakaPlugin, haraka } from './plugin.ts'
