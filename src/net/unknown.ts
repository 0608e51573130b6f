/** The values that mail servers send in place of a client address they do not know. */

const UNKNOWN: ReadonlySet<string> = new Set([
  '',
  'unknown',
  'unavailable',
  'tempunavail',
  '[unavailable]',
  '[tempunavail]',
])

/**
 * Postfix writes `unknown`, in XCLIENT and XFORWARD `[UNAVAILABLE]` and `[TEMPUNAVAIL]`. An empty text means the same.
 */
export const isUnknown = (address: string): boolean => UNKNOWN.has(address.trim().toLowerCase())
