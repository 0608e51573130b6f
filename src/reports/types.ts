/** Reports about mail: DMARC aggregate reports, complaints, and reports about TLS. */

/** Why a policy was not applied. */
export interface OverrideReason {
  /** `local_policy`, `trusted_forwarder`, `mailing_list`, `policy_test_mode`, `other`, or an older word. */
  readonly type: string
  /** More about it. */
  readonly comment?: string
}

/** A result of DKIM or SPF. */
export interface AuthResult {
  /** The domain of the signature, or that SPF was evaluated for. */
  readonly domain: string
  /** `pass`, `fail`, `none` and the other words of RFC 8601. */
  readonly result: string
  /** DKIM: s= of the signature. */
  readonly selector?: string
  /** SPF: `mfrom`, or `helo` in older reports. */
  readonly scope?: string
  /** More about it, for people. */
  readonly comment?: string
}

/** Messages that have everything but their count in common. */
export interface DmarcRecord {
  /** The client's address. */
  readonly ip: string
  /** How many messages. */
  readonly count: number
  /** What was done because of DMARC: `none`, `pass`, `quarantine` or `reject`. */
  readonly disposition: string
  /** Whether DKIM passes and aligns with the author: `pass` or `fail`. */
  readonly dkim: string
  /** Whether SPF passes and aligns with the author: `pass` or `fail`. */
  readonly spf: string
  /** Why the policy was not applied. */
  readonly overrides: readonly OverrideReason[]
  /** The domain of the author. */
  readonly headerFrom: string
  /** The domain of the reverse-path; '' where that was null; absent in some older reports. */
  readonly envelopeFrom?: string
  /** The domain of the recipients. */
  readonly envelopeTo?: string
  /** Each signature that was verified. */
  readonly dkimResults: readonly AuthResult[]
  /** The result of SPF; some older reports have two. */
  readonly spfResults: readonly AuthResult[]
}

/** The policy that a domain publishes. */
export interface PublishedPolicy {
  /** The domain that publishes it. */
  readonly domain: string
  /** What it asks for: `none`, `quarantine` or `reject`. */
  readonly p: string
  /** The same for subdomains. */
  readonly sp?: string
  /** The same for subdomains that do not exist. */
  readonly np?: string
  /** `r` or `s`. */
  readonly adkim?: string
  /** `r` or `s`. */
  readonly aspf?: string
  /** Failure reporting options. */
  readonly fo?: string
  /** `y` while the policy is being tested. */
  readonly testing?: string
  /** `treewalk` or `psl`. */
  readonly discovery?: string
}

/** A DMARC aggregate report (RFC 9990; RFC 7489 Appendix C). */
export interface DmarcReport {
  /** Tells it from other reports. */
  readonly kind: 'dmarc'
  /** The name of the organisation that wrote it. */
  readonly reporter: string
  /** Its address. */
  readonly email: string
  /** How else to reach it. */
  readonly contact?: string
  /** Unique among the reports of its writer. */
  readonly id: string
  /** The first moment of which it tells, in milliseconds since 1970. */
  readonly begin: number
  /** The last moment, in milliseconds since 1970. */
  readonly end: number
  /** What went wrong when it was made. */
  readonly errors: readonly string[]
  /** The program that wrote it. */
  readonly generator?: string
  /** The policy that was found. */
  readonly policy: PublishedPolicy
  /** What it tells, the largest counts need not come first. */
  readonly records: readonly DmarcRecord[]
  /** It has more than was read. @default false */
  readonly isPartial?: true
}

/** A report about TLS of connections to a domain (RFC 8460). */
export interface TlsReport {
  /** Tells it from other reports. */
  readonly kind: 'tls'
  /** The name of the organisation that wrote it. */
  readonly reporter: string
  /** How to reach it. */
  readonly contact?: string
  /** Unique among the reports of its writer. */
  readonly id: string
  /** The first moment of which it tells, in milliseconds since 1970. */
  readonly begin: number
  /** The last moment, in milliseconds since 1970. */
  readonly end: number
  /** What happened under each policy. */
  readonly policies: readonly TlsPolicy[]
  /** It has more than was read. @default false */
  readonly isPartial?: true
}

/** What happened under one policy of TLS. */
export interface TlsPolicy {
  /** `sts`, `tlsa` or `no-policy-found`. */
  readonly type: string
  /** The domain that mail was for. */
  readonly domain: string
  /** Connections that were as the policy demands. */
  readonly successful: number
  /** Connections that were not. */
  readonly failed: number
  /** Kinds of failures. */
  readonly failures: readonly TlsFailure[]
}

/** Connections that failed for the same reason. */
export interface TlsFailure {
  /** `certificate-expired`, `starttls-not-supported` and the other words of RFC 8460 §4.3. */
  readonly type: string
  /** How many connections. */
  readonly sessions: number
  /** The host that was connected to. */
  readonly host?: string
  /** More about it. */
  readonly comment?: string
}

/** A complaint about a message: a report in ARF (RFC 5965). */
export interface Complaint {
  /** Tells it from other reports. */
  readonly kind: 'complaint'
  /** `abuse`, `fraud`, `virus`, `not-spam`, `auth-failure` and others. */
  readonly type: string
  /** The program that wrote it. */
  readonly reporter: string
  /** When the message had arrived, in milliseconds since 1970. */
  readonly arrived?: number
  /** The client that had sent it. */
  readonly ip?: string
  /** The domain that the complaint is about. */
  readonly domain?: string
  /** The reverse-path of the message. */
  readonly reversePath?: string
  /** The recipient of the message, if the writer names it. */
  readonly recipient?: string
  /** The Message-ID of the message. */
  readonly messageId?: string
  /** The author of the message, as its From field stands. */
  readonly from?: string
  /** Our reference, where the message has our field. */
  readonly ref?: string
}

/** A file or a message that holds no report that can be read. */
export interface Unreadable {
  /** Tells it from reports. */
  readonly kind: 'unreadable'
  /** What is wrong with it: a sentence. */
  readonly reason: string
}

/** What a file or a message holds. */
export type ReceivedReport = DmarcReport | TlsReport | Complaint | Unreadable
