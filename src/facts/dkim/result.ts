/** The results of DKIM verification (RFC 6376 §3.9, RFC 8601 §2.7.1). */

/**
 * The result of one signature. `neutral` cannot be processed, `permerror` can never verify, `temperror` may verify
 * later, `policy` might verify but is too weak to be accepted (RFC 8301).
 */
export type DkimResult = 'pass' | 'fail' | 'neutral' | 'policy' | 'permerror' | 'temperror'

/** A field that must occur once, of which the message has more instances than the signature covers. */
export interface UnsignedField {
  /** In lower case. */
  readonly name: string
  /** How many instances the message has. */
  readonly present: number
  /** How many of them, from the bottom, the signature covers (RFC 6376 §5.4.2). */
  readonly signed: number
}

/** One DKIM-Signature field. Tags that cannot be read are ''. */
export interface DkimSignature {
  /** The signing domain, d=, as a lower case A-label. */
  readonly domain: string
  /** The selector, s=. */
  readonly selector: string
  /** The identity, i=, or @ and the domain when it is omitted. */
  readonly identity: string
  /** The algorithm, a=: `rsa-sha256`, `ed25519-sha256`. */
  readonly algorithm: string
  /** Whether the signature verifies. */
  readonly result: DkimResult
  /** A sentence for the operator. */
  readonly reason: string
  /** The signed fields, h=, in lower case and in their order. */
  readonly fields: readonly string[]
  /**
   * l= ends before the body does, so the rest may have been added: how many bytes are signed, of how many. Such a pass
   * must not count for DMARC.
   */
  readonly partial?: { readonly signed: number; readonly total: number }
  /** Fields that may have been added after signing: a second Subject, an unsigned Content-Type. */
  readonly unsigned: readonly UnsignedField[]
  /** The size of the key in bits, where there is a key. */
  readonly keyBits?: number
  /** The first twelve characters of b=, for `header.b` of RFC 6008. */
  readonly b: string
  /** The key record has t=y: the domain is testing DKIM (RFC 6376 §3.6.1). */
  readonly testing?: boolean
}

/** The signatures of a message, up to a limit. */
export interface Dkim {
  /** The best result of all signatures: `pass` if any passes; `none` without a signature. */
  readonly result: 'none' | DkimResult
  /** The signatures that were verified, from the top of the header section. */
  readonly signatures: readonly DkimSignature[]
  /** How many more signatures there are, which were not verified. */
  readonly ignored: number
}
