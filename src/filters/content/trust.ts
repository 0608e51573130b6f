/**
 * What a known sender is spared: within a bound, and never what is certain. The bound holds for the discounts of
 * `knownSender` and `reputation`, too.
 */
import { organisationOf } from '../../dns/organisation.ts'
import { identities } from '../../facts/identities.ts'
import { recordsBy } from '../../facts/records.ts'
import { addressMark } from '../../facts/trust.ts'
import { isFreeMail } from '../../links/hosting.ts'
import type { Filter, PriorFindings } from '../../model/filter.ts'
import { type Finding, type Findings, points, roundScore } from '../../model/finding.ts'
import type { HeaderFields } from '../../model/header.ts'
import type { Message } from '../../model/stage.ts'
import { mailboxOf } from '../../net/path.ts'
import { escaped } from '../rules/quote.ts'
import { excessIn } from './shared-evidence.ts'

/** The most points that all discounts together take from the content of a message, and their largest share of it. */
const MAX_DISCOUNT = 3
const MAX_SHARE = 0.5
/** What a message of a known list is spared. */
const LIST_DISCOUNT = 2
/** Below this score nothing happens to a message, whatever is subtracted. */
const MIN_SCORE = 4

/** Discounts of other filters, for a proven correspondent and for a good record. */
const DISCOUNTS = /^(?:known-sender\/|reputation\/good$)/
/** Filters that judge what a message contains. */
const CONTENT = /^(?:structure|headers|impersonation|links|html|wording|attachments|bulk|bounce|classify|opinion)\//
/** Malware, and senders who pose as a person or a domain of ours: a mailbox that was taken over sends these, too. */
const NEVER_SPARED =
  /^(?:clamav|unexamined|gtube)(?:\/|$)|^impersonation\/(?:person|look-alike-protected|protected-domain)$|^links\/look-alike-protected$/

/** The positive points of a message by what may be subtracted from them, and what was subtracted already. */
export interface Balance {
  /** Points that no discount may touch. */
  readonly certain: number
  /** Points of the content, as far as a discount may touch them. */
  readonly content: number
  /** Points of the client, its route and its authentication. */
  readonly other: number
  /** What `knownSender` and `reputation` have subtracted. */
  readonly discount: number
}

/**
 * @param isCertain whether a rule may reach the quarantine threshold alone
 * @param excess what `shared-evidence` subtracts from the content
 */
export function balanceOf(findings: readonly Finding[], isCertain: (rule: string) => boolean, excess = 0): Balance {
  let [certain, content, other, discount] = [0, 0, 0, 0]
  for (const { rule = '', points = 0 } of findings) {
    if (points < 0 && DISCOUNTS.test(rule)) discount -= points
    if (!(points > 0)) continue
    if (isCertain(rule) || NEVER_SPARED.test(rule)) certain += points
    else if (CONTENT.test(rule)) content += points
    else other += points
  }
  return { certain, content: Math.max(0, content - excess), other, discount }
}

/** The most that all discounts may subtract. */
export const maxDiscountOf = ({ content, other }: Balance): number =>
  roundScore(other + Math.min(MAX_DISCOUNT, content * MAX_SHARE))

/**
 * Subtracts points from mail of lists to which our users write, and gives back what discounts have subtracted beyond
 * their bound: at most 3 points and half of what the content costs, and nothing of what is certain.
 *
 * @param certain the rules that may reach the quarantine threshold alone
 */
export const trust = (certain: ReadonlySet<string>): Filter => ({
  name: 'trust',
  checks: 'content',
  order: 'late',
  // Without this the ordinary message would wait for a promise.
  message: (message, prior) =>
    costOf(prior.findings) >= MIN_SCORE && message.user === undefined && judge(message, prior, certain),
})

async function judge(message: Message, prior: PriorFindings, certain: ReadonlySet<string>): Promise<Findings> {
  const excess = (await excessIn(message, prior)).reduce((sum, [, points]) => sum + points, 0)
  const balance = balanceOf(prior.findings, rule => certain.has(rule), excess)
  const max = maxDiscountOf(balance)
  if (balance.discount > max) return points(roundScore(balance.discount - max), BOUND, { rule: 'bound' })
  const left = Math.min(LIST_DISCOUNT, roundScore(max - balance.other - balance.discount))
  if (left <= 0) return []
  const list = await knownListOf(message)
  if (list === undefined) return []
  return points(-left, `our users write to the list ${escaped(list, 256)}, and its domain is proven`, { rule: 'list' })
}

/** The sum of all positive points. */
const costOf = (findings: readonly Finding[]): number =>
  findings.reduce((sum, { points = 0 }) => (points > 0 ? sum + points : sum), 0)

const BOUND = 'a known sender is spared at most 3 points and half of the content, and nothing that is certain'

/**
 * The address of the list that sent the message, if one of our users has written to it and SPF, DKIM or DMARC proves
 * its domain. An address for unsubscribing is no list: people write to it without wanting more. Nor is an address at a
 * free mail service: its domain is proven for every customer.
 */
async function knownListOf(message: Message): Promise<string | undefined> {
  const address = listAddressOf(message.header)
  if (address === undefined) return undefined
  const organisation = organisationOf(mailboxOf(address).domain)
  const { author, dkim: signers, spf } = await message.ask(identities)
  const isProven = [author, spf, ...signers].some(
    domain => domain !== undefined && organisationOf(domain) === organisation,
  )
  if (!isProven) return undefined
  const isKnown = await message.callExternal(`trust:${address}`, async () => {
    const { marks } = await (await message.ask(recordsBy().ofSenders)).read([], [addressMark(address)])
    return marks[0] === true
  })
  return isKnown ? address : undefined
}

const MAX_FIELD = 2_000
const MAILTO = /<\s*mailto:([^\s<>?,"]{1,64}@[^\s<>?,"]{1,255})/gi

/** The only address in List-Post (RFC 2369 §3.4), unless List-Unsubscribe has the same. */
function listAddressOf(header: HeaderFields): string | undefined {
  const [post, other] = addressesIn(header, 'list-post')
  if (post === undefined || other !== undefined || isFreeMail(mailboxOf(post).domain)) return undefined
  return addressesIn(header, 'list-unsubscribe').includes(post) ? undefined : post
}

const addressesIn = (header: HeaderFields, name: string): readonly string[] =>
  header
    .all(name)
    .slice(0, 5)
    .flatMap(({ value }) => Array.from(value.slice(0, MAX_FIELD).matchAll(MAILTO), ([, address = '']) => address))
    .map(address => address.toLowerCase())
