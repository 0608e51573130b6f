/** The words by which mail servers say that they do not know the address of a client. */

const UNKNOWN: ReadonlySet<string> = new Set([
  '',
  'unknown',
  'unavailable',
  'tempunavail',
  '[unavailable]',
  '[tempunavail]',
])

/** Postfix writes `unknown`, in XCLIENT and XFORWARD `[UNAVAILABLE]` and `[TEMPUNAVAIL]`. An empty text says the same. */
export const isUnknown = (address: string): boolean => UNKNOWN.has(address.trim().toLowerCase())
