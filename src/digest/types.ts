/** Digests: mail that lists what is held for a person, with links by which they decide. */
import type { Language } from '../mailing/types.ts'
import type { Duration } from '../model/units.ts'

/** What the configuration says of digests. */
export interface DigestOptions {
  /**
   * Where the links lead: the address of the console as people reach it, such as `https://mail.example.org`. `/d/` and
   * a token follow.
   */
  readonly url: string
  /** Who gets digests, and when. @default every recipient, once a day at 07:00 UTC */
  readonly rules?: readonly DigestRule[]
  /** Lines of a digest, at most 500; what is beyond is counted. @default 50 */
  readonly lines?: number
  /** How long its links can be used. @default '7d' */
  readonly linkTtl?: Duration
  /** A release by a link trains the filters, and so does a deletion. @default true */
  readonly train?: boolean
  /**
   * With which links are protected: at least 32 characters. @default a secret that is made once and kept in the store
   */
  readonly secret?: string
}

/** Who gets a digest, of whose mail, and when. */
export interface DigestRule {
  /** Whose mail: addresses and domains. @default every recipient */
  readonly for?: readonly string[]
  /**
   * One digest of all their mail goes to this address, which may release what an operator may release.
   * @default each recipient gets a digest of their mail; the first rule that names them applies
   */
  readonly to?: string
  /**
   * `daily`: at a time of day. `first`: within a minute of the first message, and then after each `pause`. @default
   * 'daily'
   */
  readonly when?: 'daily' | 'first'
  /** The time of day, or several. @default '07:00' */
  readonly at?: string | readonly string[]
  /** The time zone of `at`, such as `Europe/Vienna`. @default 'UTC' */
  readonly zone?: string
  /** The least time between two digests of one person with `first`. @default '1h' */
  readonly pause?: Duration
  /** @default the language of `mail` */
  readonly language?: Language
}
