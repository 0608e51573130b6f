/** The words in which the verification of DKIM signatures is reported (RFC 6376 §3.9, RFC 8601 §2.7.1). */

/**
 * What became of one signature. `neutral` cannot be read, `permerror` can never verify, `temperror` is not known
 * now, `policy` would verify but is too weak to be believed (RFC 8301).
 */
export type DkimResult = 'pass' | 'fail' | 'neutral' | 'policy' | 'permerror' | 'temperror'

/** A field that should stand once, of which the message has more instances than the signature covers. */
export interface UnsignedField {
  /** In lower case. */
  readonly name: string
  /** How many the message has. */
  readonly present: number
  /** How many of them, from the bottom, the signature covers (RFC 6376 §5.4.2). */
  readonly signed: number
}

/** One DKIM-Signature field. What cannot be read of it is ''. */
export interface DkimSignature {
  /** The signing domain, d=, as a lower case A-label. */
  readonly domain: string
  /** s= */
  readonly selector: string
  /** i=, or @ and the domain where it is left out. */
  readonly identity: string
  /** a=: `rsa-sha256`, `ed25519-sha256` */
  readonly algorithm: string
  readonly result: DkimResult
  /** For the operator; a sentence. */
  readonly reason: string
  /** h=, in lower case, in the order of the tag. */
  readonly fields: readonly string[]
  /** l= ends before the body does: what follows may be anybody's. Such a pass must not count for DMARC. */
  readonly partial?: { readonly signed: number; readonly total: number }
  /** Fields that may have been added after signing: a second Subject, an unsigned Content-Type. */
  readonly unsigned: readonly UnsignedField[]
  readonly keyBits?: number
  /** The first characters of b=, at least eight where there are as many, for `header.b` of RFC 6008. */
  readonly b: string
  /** The key record says t=y: the domain is trying DKIM out (RFC 6376 §3.6.1). */
  readonly testing?: boolean
}

/** All signatures of a message, up to a bound. */
export interface Dkim {
  /** `pass` if any signature passes, else the most hopeful of the others; `none` without a signature. */
  readonly result: 'none' | DkimResult
  /** Those that were looked at, from the top of the header section. */
  readonly signatures: readonly DkimSignature[]
  /** How many more there were, at which nobody looked. */
  readonly ignored: number
}
