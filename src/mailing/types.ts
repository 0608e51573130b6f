/** Our own mail: digests, alerts, summaries, links to sign in. */
import type { Block } from './blocks.ts'

/** The languages of our mails. */
export type Language = 'en' | 'zh-CN'

/** Who our mail is from, and how it is signed. */
export interface MailOptions {
  /** The address in From; its domain should be one for which we sign. */
  readonly from: string
  /** Signs it by DKIM, so that DMARC of the domain passes. @default no signature */
  readonly dkim?: MailSigningKey
  /** The language of texts for people. @default 'en' */
  readonly language?: Language
}

/** A key whose public part DNS publishes as `selector._domainkey.domain`. */
export interface MailSigningKey {
  /** The domain of the signature, d=. */
  readonly domain: string
  /** The selector of the key, s=. */
  readonly selector: string
  /** The private key in PEM: RSA, which every receiver verifies. */
  readonly key: string
}

/** A file that goes with a mail. */
interface Attachment {
  readonly filename: string
  readonly contentType: string
  readonly content: Buffer
}

/** One mail. */
export interface Mail {
  /** The address to which it goes. */
  readonly to: string
  readonly subject: string
  /** The subject is our own, in a form that programs read: it is not shortened. @default false */
  readonly isSubjectForm?: true
  readonly blocks: readonly Block[]
  /** Names the mail, the same for each try: it is delivered once, and its Message-ID follows from it. */
  readonly name: string
  /** Its Date, the same for each try, in milliseconds since 1970. */
  readonly time: number
  /** @default that of the options */
  readonly language?: Language
  readonly attachments?: readonly Attachment[]
}

/** Hands a mail over, once for each name. Rejects when it was not taken. */
export type SendOwn = (mail: {
  readonly recipient: string
  readonly name: string
  readonly content: Uint8Array
}) => Promise<void>
