/** The words by which mail servers say that they do not know the address of a client. */

/** Postfix writes `unknown`, in XCLIENT and XFORWARD `[UNAVAILABLE]` and `[TEMPUNAVAIL]`. An empty text says the same. */
export const isUnknown = (address: string): boolean =>
  /^\s*(?:|unknown|\[?(?:unavailable|tempunavail)\]?)\s*$/i.test(address)
