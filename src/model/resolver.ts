/** DNS: typed answers, so that a timeout cannot be mistaken for "no record". */

/** What a record of each type looks like. */
export interface Records {
  /** An IPv4 address. */
  A: string
  /** An IPv6 address. */
  AAAA: string
  /** The strings of one TXT record, in order; join them with '' to read it (RFC 7208 §3.3). */
  TXT: readonly string[]
  /** A mail server; the lowest priority comes first. */
  MX: { readonly exchange: string; readonly priority: number }
  /** A host name. */
  PTR: string
  /** A name server. */
  NS: string
  /** The canonical name. */
  CNAME: string
}

/** The types that can be looked up. */
export type RecordType = keyof Records

/** Why a query has no answer. None of these says that there is no record. */
export type FailureCause =
  | 'timeout'
  | 'servfail'
  | 'refused'
  | 'unreachable'
  | 'malformed'
  /** The budget of the session or the message is used up. */
  | 'budget'
  /** Never sent: the name is not made of LDH or underscore labels of at most 63 bytes, 253 in all. */
  | 'bad-name'
  | 'aborted'

/** What a DNS query comes to. A failure never says that there is no record. */
export type Answer<R> =
  | { readonly kind: 'answer'; readonly records: readonly [R, ...R[]] }
  /** The name exists, but has no record of this type. */
  | { readonly kind: 'nodata' }
  /** The name does not exist. */
  | { readonly kind: 'nxdomain' }
  | { readonly kind: 'failure'; readonly cause: FailureCause; readonly detail: string }

/** What a query is for, where that has a share of the budget which nothing else can use up. */
export type Purpose = 'spf' | 'spf-helo' | 'dkim' | 'arc' | 'dmarc' | 'dmarc-sender'

/** Options of one query. */
export interface ResolveOptions {
  /** Ends the waiting of this caller, not a query that others share. */
  readonly signal?: AbortSignal
  /** @default the share of everything else */
  readonly purpose?: Purpose
}

/** Looks names up. */
export interface Resolver {
  /** Looks up the records of a type. Never rejects. */
  resolve<T extends RecordType>(name: string, type: T, options?: ResolveOptions): Promise<Answer<Records[T]>>
  /** The answer, if it is cached. Sends no query. */
  known?<T extends RecordType>(name: string, type: T): Answer<Records[T]> | undefined
}
