/** What those who send have a record of: a good one speaks for the next message, a bad one against it. */

import { dkim } from '../../facts/dkim/dkim.ts'
import { identities, origin } from '../../facts/identities.ts'
import {
  clientIdentities,
  describeStanding,
  type Identity,
  type Memory,
  readSums,
  type Standing,
  senderIdentities,
  standingsOf,
} from '../../facts/reputation.ts'
import { callback, duration, score } from '../../model/checks.ts'
import type { Decision } from '../../model/decision.ts'
import type { Filter } from '../../model/filter.ts'
import { type Finding, points } from '../../model/finding.ts'
import { checked, schemaOf } from '../../model/options.ts'
import type { Connection, Message } from '../../model/stage.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'
import { inBackground } from '../background.ts'
import { chargeOf } from './charge.ts'
import { rememberMessage, rememberRefusal } from './remember.ts'
import { report } from './reports.ts'
import { newTurns } from './turns.ts'

export interface ReputationOptions {
  /** After so long half of what happened is forgotten. Filters that ask `trust` go by the default whatever stands here. @default '14d' */
  readonly halfLife?: Duration
  /** The same for what happened lately: a good past ends as soon as that is bad. @default '1d' */
  readonly recent?: Duration
  /** The most points a good record takes away: half at `connect`, half at `message`. @default 3 */
  readonly good?: number
  /** The most points a bad record costs, in the same halves. @default 8 */
  readonly bad?: number
  /** Points, found by others, up to which an accepted message counts as good. @default 1 */
  readonly ham?: number
  /** Points, found by others, from which a message that is refused or kept apart counts as spam. @default 6 */
  readonly spam?: number
  /** How many messages the word of a reporter is worth; 0 to hear nothing of him. @default two, whoever it is */
  readonly reporter?: (by: string) => number
  /** How long `feedback` about a message is taken, and can be taken back. @default '30d' */
  readonly reportTtl?: Duration
}

// To a store no time means for ever.
const schema = schemaOf<ReputationOptions>('reputation', {
  halfLife: duration({ min: '1s' }),
  recent: duration({ min: '1s' }),
  good: score({ min: 0 }),
  bad: score({ min: 0 }),
  ham: score({ min: 0 }),
  spam: score({ min: 0 }),
  reporter: callback(),
  reportTtl: duration({ min: '1s' }),
})

/**
 * Charges each decision to what is proven: address, network and confirmed name of the client; the domains of SPF, DKIM and
 * DMARC. Never to a forgeable From. Says so at `connect` of the client, at `message` of the senders, and learns from
 * `gateway.feedback`. Users who have authenticated have no record.
 *
 * @throws PosternError when a number or a duration is none
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
    reportTtl = '30d',
  } = checked(schema, options)
  const memory: Memory = { halfLife: toMilliseconds(halfLife), recent: toMilliseconds(recent) }
  const lasts = toMilliseconds(reportTtl)

  const judge = async (context: Connection, who: readonly Identity[], group: string): Promise<readonly Finding[]> => {
    if (who.length === 0) return []
    const sums = await context.callExternal(`reputation:${group}`, () => readSums(context.store, who, memory))
    return findingsOf(standingsOf(who, sums, memory), good / 2, bad / 2)
  }
  const takeTurn = newTurns()
  const remember = async (decision: Decision, context: Connection): Promise<void> => {
    const counts = chargeOf(decision, { ham, spam })
    if (decision.dryRun !== undefined || isUser(context)) return
    if (decision.stage === 'message' && isWhole(context))
      return await rememberMessage(context, { counts, memory, keep: lasts })
    if (counts === undefined) return
    await rememberRefusal(decision, context, { counts, memory, isTurn: takeTurn(decision.stage, context) })
  }
  return {
    name: 'reputation',
    checks: 'identity',
    reads: [dkim],
    connect: async connection => judge(connection, clientIdentities(await connection.ask(origin)), 'client'),
    message: async message =>
      isUser(message) ? [] : judge(message, senderIdentities(await message.ask(identities)), 'senders'),
    onDecision: inBackground(remember),
    onFeedback: lesson => report(lesson, { memory, reportTtl: lasts, weight: weightOf(reporter(lesson.by)) }),
  }
}

/** The strongest word for and the strongest against: what is proven in several ways is still one sender. */
function findingsOf(standings: readonly Standing[], good: number, bad: number): readonly Finding[] {
  const said = standings.map(standing => {
    const { identity, tendency } = standing
    const share = identity.startsWith('network:') ? tendency * SHARE_OF_NETWORK : tendency
    return { value: Math.round(share * (share < 0 ? good : bad) * 10) / 10, standing }
  })
  const best = said.reduce((a, b) => (b.value < a.value ? b : a))
  const worst = said.reduce((a, b) => (b.value > a.value ? b : a))
  return [
    ...(best.value < 0 ? [points(best.value, describeStanding(best.standing), { rule: 'good' })] : []),
    ...(worst.value > 0 ? [points(worst.value, describeStanding(worst.standing), { rule: 'bad' })] : []),
  ]
}

/** Neighbours in a network are seldom one sender. */
const SHARE_OF_NETWORK = 0.5

/** Whatever the host's function says: a weight that is no number would spoil every sum it meets. */
const weightOf = (told: number): number => Math.min(Math.max(told, 0), MAX_WEIGHT) || 0
const MAX_WEIGHT = 100

const isUser = (context: Connection): boolean => 'user' in context && context.user !== undefined
const isWhole = (context: Connection): context is Message => 'open' in context
