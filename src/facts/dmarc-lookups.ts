/** The DNS lookups of DMARC in one transaction: tree walks (RFC 9989 §4.10), and whether a domain exists. */
import { askEarly, fact } from '../model/fact.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import { thenSync } from '../model/maybe-promise.ts'
import type { Answer, Purpose, Records, RecordType, Resolver } from '../model/resolver.ts'
import type { Header, Transaction } from '../model/stage.ts'
import { domainOf, mailboxOf } from '../net/path.ts'
import { author } from './author.ts'
import { type DmarcRecord, policyRecord } from './dmarc-record.ts'

/** The records on the way from a domain to the root, the longest name first. */
export interface Walk {
  readonly found: readonly { readonly domain: string; readonly record: DmarcRecord }[]
  /** Whether the walk ended early because a lookup failed. */
  readonly failed: boolean
}

/** A domain of eight or more labels is shortened to seven (§4.10 step 4). */
const MAX_LABELS = 7
const MAX_NAME_LENGTH = 253

/**
 * Each name is asked for once, as early as it is known. Questions have no signal: they are shared with what asks later,
 * and the budget of the transaction bounds how long each is waited for.
 */
export class PolicyLookups {
  readonly #dns: Resolver
  readonly #answers = new Map<string, MaybePromise<Answer<unknown>>>()
  readonly #records = new Map<string, DmarcRecord | undefined>()
  /** What was asked early, and may be asked again within DMARC's share. */
  readonly #early = new Set<string>()
  readonly #names = new Map<string, readonly string[]>()

  constructor(dns: Resolver) {
    this.#dns = dns
  }

  /** Asks for all records of a walk at once. @returns a promise when not all answers are there */
  begin(domain: string, purpose: Purpose): MaybePromise<unknown> {
    const waits: Promise<unknown>[] = []
    for (const name of this.#namesAbove(domain)) {
      const answer = this.#ask(`_dmarc.${name}`, 'TXT', purpose)
      if (answer instanceof Promise) waits.push(answer)
    }
    return waits.length === 0 ? undefined : Promise.all(waits)
  }

  /** The walk from a domain upwards, once `begin` has settled. It ends at a record with psd=. */
  walk(domain: string): Walk {
    const found: { domain: string; record: DmarcRecord }[] = []
    for (const name of this.#namesAbove(domain)) {
      const record = this.#recordOf(name)
      if (record === 'failed') return { found, failed: true }
      if (record === undefined) continue
      found.push({ domain: name, record })
      if (record.psd !== undefined) break
    }
    return { found, failed: false }
  }

  /**
   * Whether a domain exists (§A.4): any record makes it exist, also an alias whose target does not exist (RFC 6604 §3).
   */
  exists(domain: string): MaybePromise<boolean | 'failed'> {
    return thenSync(this.#ask(domain, 'A', 'dmarc'), address => {
      if (address.kind === 'answer' || address.kind === 'nodata') return true
      if (address.kind === 'failure') return address.cause === 'bad-name' ? false : 'failed'
      return thenSync(this.#ask(domain, 'CNAME', 'dmarc'), alias => {
        if (alias.kind === 'failure' && alias.cause !== 'bad-name') return 'failed'
        return alias.kind === 'answer'
      })
    })
  }

  #namesAbove(domain: string): readonly string[] {
    const names = this.#names.get(domain) ?? namesAbove(domain)
    this.#names.set(domain, names)
    return names
  }

  #recordOf(name: string): DmarcRecord | undefined | 'failed' {
    if (this.#records.has(name)) return this.#records.get(name)
    const answer = this.#answers.get(`TXT _dmarc.${name}`)
    if (answer === undefined || answer instanceof Promise) return 'failed'
    if (answer.kind === 'failure') return answer.cause === 'bad-name' ? undefined : 'failed'
    const record = answer.kind === 'answer' ? policyRecord(answer.records as readonly Records['TXT'][]) : undefined
    this.#records.set(name, record)
    return record
  }

  #ask(name: string, type: RecordType, purpose: Purpose | undefined): MaybePromise<Answer<unknown>> {
    const key = `${type} ${name}`
    const asked = this.#answers.get(key)
    if (asked !== undefined && !(this.#early.has(key) && isOverShare(asked))) return asked
    if (purpose === 'dmarc-sender') this.#early.add(key)
    else this.#early.delete(key)
    const known = this.#dns.known?.(name, type) as Answer<unknown> | undefined
    if (known !== undefined) {
      this.#answers.set(key, known)
      return known
    }
    const question = this.#dns.resolve(name, type, purpose && { purpose }).then(answer => {
      this.#answers.set(key, answer)
      return answer
    })
    this.#answers.set(key, question)
    return question
  }
}

/** Whether the share of questions or of time was used up. */
const isOverShare = (answer: MaybePromise<Answer<unknown>>): boolean =>
  !(answer instanceof Promise) && answer.kind === 'failure' && (answer.cause === 'budget' || answer.cause === 'timeout')

const isPossible = (name: string): boolean =>
  name.length + '_dmarc.'.length <= MAX_NAME_LENGTH && name.split('.').every(({ length }) => length > 0 && length <= 63)

/** The names of a walk: the domain itself, then those of seven labels and less. */
function namesAbove(domain: string): readonly string[] {
  const names = [domain]
  let name = domain
  for (let labels = domain.split('.').length - 1; labels > 0; labels -= 1) {
    name = name.slice(name.indexOf('.') + 1)
    if (labels <= MAX_LABELS) names.push(name)
  }
  return names.filter(isPossible)
}

/** The lookups of one transaction. */
export const policyLookups = fact('dmarc-lookups', 'mail', ({ dns }) => new PolicyLookups(dns))

const senderPolicy = fact('dmarc-sender', 'mail', async (transaction: Transaction): Promise<void> => {
  const domain = likelyAuthor(transaction)
  if (HOST.test(domain)) (await transaction.ask(policyLookups)).begin(domain, 'dmarc-sender')
})

const authorPolicy = fact('dmarc-author', 'header', async (header): Promise<void> => {
  const found = await header.ask(author)
  if (found.kind === 'clear' && HOST.test(found.domain)) (await header.ask(policyLookups)).begin(found.domain, 'dmarc')
})

/**
 * Asks early for the policies above the domain of the sender, or of the greeting where the reverse-path is null: an
 * author of the same organisation needs the same ones. They have a separate share of questions and of time: the
 * client chooses this domain and its name servers, and all else is still to be looked up.
 */
export function askSenderPolicy(transaction: Transaction): void {
  if (!isKnown(transaction.dns, likelyAuthor(transaction))) askEarly(transaction, senderPolicy)
}

/** Asks for the policies above the domain of the author, as soon as the header section is there. */
export function askAuthorPolicy(header: Header): void {
  const [, domain = ''] = FROM.exec(header.header.all('from')[0]?.value.slice(-MAX_FROM) ?? '') ?? []
  if (!isKnown(header.dns, domain.toLowerCase())) askEarly(header, authorPolicy)
}

const likelyAuthor = ({ reversePath, helo = '' }: Transaction): string =>
  reversePath === '' ? domainOf(helo) : mailboxOf(reversePath).domain

/** Where the answer for the domain itself is cached, the others mostly are. */
const isKnown = (dns: Resolver, domain: string): boolean => dns.known?.(`_dmarc.${domain}`, 'TXT') !== undefined

/** Good enough to see whether a question is needed; the fact `author` reads the field strictly. */
const FROM = /@([A-Za-z0-9.-]{1,253})>?\s*$/
const MAX_FROM = 300

/** Names of two labels and more that could be an author's; an address literal is none. */
const HOST = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){1,126}(?<!\.\d{1,3})$/
