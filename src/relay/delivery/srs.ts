/**
 * The sender rewriting scheme: a forwarded message gets a reverse-path of our domain, so that SPF passes at the next
 * host, and a bounce to that address is returned to the original sender. As M. Wong has published it (SRS, 2003):
 * `SRS0=hash=time=domain=local@ours`, and `SRS1=hash=host==…` for an address that another forwarder has rewritten.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { toMilliseconds } from '../../model/units.ts'
import { domainOf, mailboxOf } from '../../net/path.ts'
import type { SrsOptions } from './types.ts'

const DAY_MS = 86_400_000
/** Days are counted in two digits of base 32, so they begin again after 1,024 days. */
const CYCLE = 1_024
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** 40 bits: an address that is guessed is right once in 10¹², and each guess costs a refused recipient. */
const HASH_LENGTH = 8
const SRS0 = /^SRS0[=+-]([A-Z2-7]+)=([A-Z2-7]{2})=([^=@]+)=(.+)$/is
const SRS1 = /^SRS1[=+-]([A-Z2-7]+)=([^=@]+)=([=+-].+)$/is
/** Rewritten by another host, whose own hash and time stand behind its name. */
const FOREIGN_SRS0 = /^SRS0([=+-].+)$/is
const FOREIGN_SRS1 = /^SRS1[=+-][^=]+=([^=@]+)=([=+-].+)$/is
/** RFC 5321 §4.5.3.1.3. */
const MAX_PATH_LENGTH = 254

export class SenderRewriting {
  readonly domain: string
  readonly #secret: string
  readonly #maxAgeDays: number
  readonly #now: () => number

  constructor({ domain, secret, maxAge = '21d' }: SrsOptions, now: () => number) {
    this.domain = domainOf(domain)
    this.#secret = secret
    this.#maxAgeDays = Math.ceil(toMilliseconds(maxAge) / DAY_MS)
    this.#now = now
  }

  /** The reverse-path for the next hop. The null reverse-path, our own addresses and those too long for it stay. */
  rewrite(reversePath: string): string {
    const { local, domain } = mailboxOf(reversePath)
    // Without its quotes a local-part such as "a b" would not be an address any more.
    if (domain === '' || domain === this.domain || /[^\x21-\x7e]|["\\(),:;<>@[\]]/.test(local)) return reversePath
    const rewritten = `${this.#rewriteLocal(local, domain)}@${this.domain}`
    return rewritten.length > MAX_PATH_LENGTH ? reversePath : rewritten
  }

  #rewriteLocal(local: string, domain: string): string {
    const [, host, rest] = FOREIGN_SRS1.exec(local) ?? []
    // The chain keeps the first host only: a bounce skips all forwarders between it and us.
    if (host !== undefined && rest !== undefined) return `SRS1=${this.#hash([host, rest])}=${host}=${rest}`
    const [, tail] = FOREIGN_SRS0.exec(local) ?? []
    if (tail !== undefined) return `SRS1=${this.#hash([domain, tail])}=${domain}=${tail}`
    const day = this.#today()
    const time = `${DIGITS[day >> 5]}${DIGITS[day & 31]}`
    return `SRS0=${this.#hash([time, domain, local])}=${time}=${domain}=${local}`
  }

  /** Whether an address is one of those that only this scheme gives out. */
  isRewritten(forwardPath: string): boolean {
    const { local, domain } = mailboxOf(forwardPath)
    return domain === this.domain && /^SRS[01][=+-]/i.test(local)
  }

  /** The address that a bounce goes to. Undefined: the address was not made here, or is too old. */
  reverse(forwardPath: string): string | undefined {
    const { local } = mailboxOf(forwardPath)
    const [, hash0 = '', time = '', domain, user] = SRS0.exec(local) ?? []
    if (domain !== undefined && user !== undefined)
      return this.#isRight(hash0, [time, domain, user]) && this.#isFresh(time) ? `${user}@${domain}` : undefined
    const [, hash1 = '', host, rest] = SRS1.exec(local) ?? []
    if (host === undefined || rest === undefined || !this.#isRight(hash1, [host, rest])) return undefined
    return `SRS0${rest}@${host}`
  }

  #today(): number {
    return Math.floor(this.#now() / DAY_MS) % CYCLE
  }

  #isFresh(time: string): boolean {
    const [high = '', low = ''] = time.toUpperCase()
    const day = DIGITS.indexOf(high) * 32 + DIGITS.indexOf(low)
    return (this.#today() - day + CYCLE) % CYCLE <= this.#maxAgeDays
  }

  /** Some hosts change the case of a local-part, so the hash ignores it. */
  #hash(parts: readonly string[]): string {
    const digest = createHmac('sha256', this.#secret).update(parts.join('\n').toLowerCase()).digest()
    return Array.from(digest.subarray(0, HASH_LENGTH), byte => DIGITS[byte & 31]).join('')
  }

  #isRight(hash: string, parts: readonly string[]): boolean {
    const expected = Buffer.from(this.#hash(parts))
    const found = Buffer.from(hash.toUpperCase())
    return found.length === expected.length && timingSafeEqual(found, expected)
  }
}
