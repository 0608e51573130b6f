/** Reputation of clients and senders: a good record subtracts points from the next message, a bad one adds them. */

import { dkim } from '../../facts/dkim/dkim.ts'
import { identities, origin } from '../../facts/identities.ts'
import { type RecordsRead, recordsBy } from '../../facts/records.ts'
import {
  clientIdentities,
  describeStanding,
  type Identity,
  type Memory,
  type Standing,
  senderIdentities,
  standingsOf,
} from '../../facts/reputation.ts'
import { clientMark } from '../../facts/trust.ts'
import { callback, duration, score } from '../../model/checks.ts'
import type { Decision } from '../../model/decision.ts'
import type { Filter } from '../../model/filter.ts'
import { type Finding, points } from '../../model/finding.ts'
import { checked, schemaOf } from '../../model/options.ts'
import type { Connection, Message } from '../../model/stage.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'
import { inBackground } from '../background.ts'
import { chargeOf } from './charge.ts'
import { newDomain } from './first-seen.ts'
import { rememberMessage, rememberRefusal } from './remember.ts'
import { report } from './reports.ts'
import { newTurns } from './turns.ts'

/** What `reputation` takes. */
export interface ReputationOptions {
  /** The half-life of records. The fact `trust` uses the default whatever is set here. @default '14d' */
  readonly halfLife?: Duration
  /** The half-life of recent records: a good record ends as soon as the recent one is bad. @default '1d' */
  readonly recent?: Duration
  /** The maximum of points that a good record subtracts: half at `connect`, half at `message`. @default 3 */
  readonly good?: number
  /** The maximum of points that a bad record adds, in the same halves. @default 8 */
  readonly bad?: number
  /** Points of other filters up to which an accepted message counts as good. @default 1 */
  readonly ham?: number
  /** Points of other filters from which a refused or quarantined message counts as spam. @default 6 */
  readonly spam?: number
  /** How many messages a report of this reporter counts as; 0 ignores the reporter. @default 2 for all */
  readonly reporter?: (by: string) => number
  /** Points of a message whose author's organisation first wrote today. @default 0.5 */
  readonly newDomain?: number
  /** How long `feedback` about a message is accepted, and can be undone. @default '30d' */
  readonly reportTtl?: Duration
}

// A ttl of 0 would mean for ever.
const schema = schemaOf<ReputationOptions>('reputation', {
  halfLife: duration({ min: '1s' }),
  recent: duration({ min: '1s' }),
  good: score({ min: 0 }),
  bad: score({ min: 0 }),
  ham: score({ min: 0 }),
  spam: score({ min: 0 }),
  reporter: callback(),
  newDomain: score({ min: 0 }),
  reportTtl: duration({ min: '1s' }),
})

/**
 * Charges each decision to proven identities: address, network and confirmed name of the client, and the domains of
 * SPF, DKIM and DMARC; never to a forgeable From. Judges the client at `connect` and the senders at `message`, and
 * learns from `gateway.feedback`. Authenticated users have no record.
 *
 * @throws PosternError when an option is wrong
 * @example
 * reputation({ halfLife: '30d', reporter: by => (by.startsWith('trap:') ? 5 : 1) })
 */
export function reputation(options: ReputationOptions = {}): Filter {
  const {
    halfLife = '14d',
    recent = '1d',
    good = 3,
    bad = 8,
    ham = 1,
    spam = 6,
    reporter = () => 2,
    newDomain: costOfNew = 0.5,
    reportTtl = '30d',
  } = checked(schema, options)
  const memory: Memory = { halfLife: toMilliseconds(halfLife), recent: toMilliseconds(recent) }
  const ttl = toMilliseconds(reportTtl)

  const { ofClient, ofSenders } = recordsBy(memory)
  const judge = async (
    context: Connection,
    group: string,
    who: readonly Identity[],
    read: () => Promise<RecordsRead>,
  ): Promise<readonly Finding[]> => {
    if (who.length === 0) return []
    const sums = await context.callExternal(`reputation:${group}`, async () => (await read()).sums)
    return findingsOf(standingsOf(who, sums, memory), good / 2, bad / 2)
  }
  const judgeClient = async (connection: Connection): Promise<readonly Finding[]> => {
    const client = await connection.ask(origin)
    const who = clientIdentities(client)
    // With the mark that the trust in a client needs, so that it costs no second round trip.
    const marks = client.ip === undefined ? [] : [clientMark(client.ip)]
    return await judge(connection, 'client', who, async () => (await connection.ask(ofClient)).read(who, marks))
  }
  const judgeSenders = async (message: Message): Promise<readonly Finding[]> => {
    const who = senderIdentities(await message.ask(identities))
    const records = judge(message, 'senders', who, async () => (await message.ask(ofSenders)).read(who))
    return (await Promise.all([records, newDomain(message, costOfNew)])).flat()
  }
  const takeTurn = newTurns()
  const remember = async (decision: Decision, context: Connection): Promise<void> => {
    const counts = chargeOf(decision, { ham, spam })
    if (decision.dryRun !== undefined || isUser(context)) return
    const firstSeen = costOfNew > 0 && decision.verdict === 'accept'
    if (decision.stage === 'message' && isWhole(context))
      return await rememberMessage(context, { counts, memory, keep: ttl, firstSeen })
    if (counts === undefined) return
    await rememberRefusal(decision, context, { counts, memory, isTurn: takeTurn(decision.stage, context) })
  }
  return {
    name: 'reputation',
    checks: 'identity',
    reads: [dkim],
    connect: judgeClient,
    message: async message => (isUser(message) ? [] : await judgeSenders(message)),
    onDecision: inBackground(remember),
    onFeedback: example => report(example, { memory, reportTtl: ttl, weight: weightOf(reporter(example.by)) }),
  }
}

/** The strongest standing for and the strongest against: a sender that is proven in several ways counts once. */
function findingsOf(standings: readonly Standing[], good: number, bad: number): readonly Finding[] {
  const weighted = standings.map(standing => {
    const { identity, tendency } = standing
    const share = identity.startsWith('network:') ? tendency * SHARE_OF_NETWORK : tendency
    return { value: Math.round(share * (share < 0 ? good : bad) * 10) / 10, standing }
  })
  const best = weighted.reduce((a, b) => (b.value < a.value ? b : a))
  const worst = weighted.reduce((a, b) => (b.value > a.value ? b : a))
  return [
    ...(best.value < 0 ? [points(best.value, describeStanding(best.standing), { rule: 'good' })] : []),
    ...(worst.value > 0 ? [points(worst.value, describeStanding(worst.standing), { rule: 'bad' })] : []),
  ]
}

/** Clients of one network are seldom one sender. */
const SHARE_OF_NETWORK = 0.5

/** Bounds the weight from the host's function: NaN would spoil every sum. */
const weightOf = (weight: number): number => Math.min(Math.max(weight, 0), MAX_WEIGHT) || 0
const MAX_WEIGHT = 100

const isUser = (context: Connection): boolean => 'user' in context && context.user !== undefined
const isWhole = (context: Connection): context is Message => 'open' in context
