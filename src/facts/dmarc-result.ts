/** The result of the fact `dmarc`. */

/** What a domain asks receivers to do with mail that does not pass. */
export type DmarcPolicy = 'none' | 'quarantine' | 'reject'

/** A proven domain that is aligned with the author's. */
export interface Aligned {
  /** What proves it. */
  readonly method: 'spf' | 'dkim'
  /** The domain of the SPF pass or of the signature. */
  readonly domain: string
}

/** The DMARC result of a message. */
export interface Dmarc {
  /**
   * `temperror` when a failed lookup hides what could be a pass, `unknown` when the host does not know the client and
   * SPF could be a pass, `permerror` when the author is unclear.
   */
  readonly result: 'none' | 'pass' | 'fail' | 'temperror' | 'permerror' | 'unknown'
  /** The author's domain, in lower case and A-labels; '' when the author is unclear. */
  readonly domain: string
  /** The policy that applies: of a parent domain its sp or np, and with t=y one step milder (RFC 9989 §4.7). */
  readonly policy: DmarcPolicy
  /** The domain that publishes the policy; absent without a policy. */
  readonly policyDomain?: string
  /** Whether a parent domain publishes the policy. */
  readonly inherited: boolean
  /** Whether the domain is testing DMARC (t=y). */
  readonly testing: boolean
  /** Whether the lookup of the policy failed. */
  readonly policyUnknown: boolean
  /** The aligned domains. */
  readonly alignedBy: readonly Aligned[]
  /** Present where the policy asks for aggregate reports by mail (`rua`, RFC 9990). */
  readonly asksForReports?: true
  /** Whether the only aligned domain is that of an SPF record that passes half the Internet. */
  readonly permissiveSpf: boolean
  /** A sentence for the operator. */
  readonly reason: string
}

/** The result where there is nothing to evaluate. */
export const noDmarc: Dmarc = {
  result: 'none',
  domain: '',
  policy: 'none',
  inherited: false,
  testing: false,
  policyUnknown: false,
  alignedBy: [],
  permissiveSpf: false,
  reason: '',
}
