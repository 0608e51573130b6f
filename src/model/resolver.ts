/** The words of DNS as postern asks it: typed outcomes, so that nobody mistakes a time-out for "no record". */

/** What a record of each type looks like. */
export interface Records {
  A: string
  AAAA: string
  /** The strings of one TXT record, in order; join them with '' to read it (RFC 7208 §3.3). */
  TXT: readonly string[]
  MX: { readonly exchange: string; readonly priority: number }
  PTR: string
  NS: string
  CNAME: string
}

export type RecordType = keyof Records

/** Why a question has no answer. None of these says that there is no record. */
export type FailureCause =
  | 'timeout'
  | 'servfail'
  | 'refused'
  | 'unreachable'
  | 'malformed'
  /** The session or the message has asked its share. */
  | 'budget'
  /** Never sent: the name is not made of LDH or underscore labels of at most 63 bytes, 253 in all. */
  | 'bad-name'
  | 'aborted'

export type Answer<R> =
  | { readonly kind: 'answer'; readonly records: readonly [R, ...R[]] }
  /** The name exists, but has no record of this type. */
  | { readonly kind: 'nodata' }
  /** The name does not exist. */
  | { readonly kind: 'nxdomain' }
  | { readonly kind: 'failure'; readonly cause: FailureCause; readonly detail: string }

/** What a question is asked for, where that has a share of the budget which nothing else can use up. */
export type Purpose = 'spf' | 'spf-helo' | 'dkim' | 'arc' | 'dmarc'

export interface ResolveOptions {
  /** Ends the waiting of this asker, not a question that others share. */
  readonly signal?: AbortSignal
  /** @default the share of everything else */
  readonly purpose?: Purpose
}

export interface Resolver {
  /** Never rejects. */
  resolve<T extends RecordType>(name: string, type: T, options?: ResolveOptions): Promise<Answer<Records[T]>>
  /** The answer, if it is remembered and costs no question. */
  known?<T extends RecordType>(name: string, type: T): Answer<Records[T]> | undefined
}
