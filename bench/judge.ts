/**
 * A gateway for measurements, and what it finds in a message of a collection: `recommended` with all content
 * filters.
 */
import { Readable } from 'node:stream'
import { contentFilters } from '../src/filters/content/content-filters.ts'
import { type RuleId, ruleSets } from '../src/filters/content/rule-sets.ts'
import { recommended } from '../src/filters/index.ts'
import { type Decision, type Filter, type Gateway, postern } from '../src/index.ts'
import { systemClock } from '../src/model/services.ts'
import type { Labelled } from './mail.ts'
import { present, type World } from './session.ts'

/** Filters that depend on the measurement and not on the message. */
const NEVER = ['rate-limit', 'early-talker', 'recipients', 'bulk']
/** Filters that an honest client without DNS says nothing about. */
const OF_ROUTE = ['rdns', 'helo', 'sender-domain', 'spf', 'dkim', 'dmarc']

export const QUARANTINE = 6
export const REJECT = 15

export interface GatewayOptions {
  readonly world: World
  /** Every rule costs one point, so that all rules that fire are reported. @default false */
  readonly equal?: boolean
  /** Additional filters. @default none */
  readonly beside?: readonly Filter[]
}

/** Options of other filters under which everything that they find costs something. */
const EQUAL = {
  spf: { fail: 1, softfail: 1, neutral: 1, none: 1, permerror: 1, permissive: 1, heloFail: 1, unexplained: 1 },
  rdns: { missing: 1, unconfirmed: 1, generic: 1 },
  helo: {
    malformed: 1,
    bareAddress: 1,
    otherAddress: 1,
    unqualified: 1,
    unresolvable: 1,
    generic: 1,
    otherOrganisation: 1,
  },
  dkim: { broken: 1, partial: 1, addedField: 1, uncovered: 1, tooMany: 1, unsigned: 1 },
  dmarc: { unknown: 'pass', onNone: 1, unaligned: 1 },
  headerForm: {
    unusableAuthor: 1,
    repeated: 1,
    missingDate: 1,
    missingMessageId: 1,
    control: 1,
    bareLineEnd: 1,
    overlong: 1,
    eightBit: 1,
    malformed: 1,
  },
} as const

export function gatewayFor({ world, equal = false, beside = [] }: GatewayOptions): Gateway {
  const ids = ruleSets().flatMap(({ rules }) => Object.keys(rules))
  const points = Object.fromEntries(ids.map(id => [id, 1])) as Readonly<Record<RuleId, number>>
  const without = new Set([...NEVER, ...(world === 'content' ? OF_ROUTE : [])])
  const filters: readonly Filter[] = [
    ...recommended({
      domains: ['example.org'],
      senderDomain: { unknown: 'pass' },
      dmarc: { unknown: 'pass' },
      ...(equal && EQUAL),
    }),
    ...contentFilters({ domains: ['example.org'], ...(equal && { points }) }),
    ...beside,
  ].filter(({ name }) => !without.has(name))
  return postern({ name: 'mx.example.org', mode: 'shadow', filters, trace: [] })
}

export interface Judged {
  readonly message: Labelled
  /** The reference of its session. */
  readonly ref: string
  readonly decision: Decision
}

/** What the gateway decides about a message when it receives it as its receiver did. */
export async function judge(gateway: Gateway, message: Labelled, world: World): Promise<Judged> {
  const { bytes, ip, helo, sender, recipient, at, dns } = await present(message, world)
  const session = gateway.open({ ip }, { dns, clock: { ...systemClock, now: () => at } })
  await session.connect()
  await session.helo(helo)
  await session.mail(sender)
  await session.rcpt(recipient)
  const decision = await session.data(Readable.from([bytes]))
  session.close()
  return { message, ref: session.ref, decision }
}

/** What the decision comes to for the recipient. */
export function outcomeOf({ score, findings }: Pick<Decision, 'score' | 'findings'>): 'refused' | 'held' | 'delivered' {
  if (score >= REJECT || findings.some(({ verdict }) => verdict === 'reject')) return 'refused'
  return score >= QUARANTINE || findings.some(({ verdict }) => verdict === 'quarantine') ? 'held' : 'delivered'
}
