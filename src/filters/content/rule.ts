/** What a content rule is, and the filter that is made of rules: one look at the message, points by id, groups with caps. */
import { PosternError, type Problem } from '../../core/errors.ts'
import type { Filter } from '../../core/filter.ts'
import { type Finding, points, quarantine, reject } from '../../core/finding.ts'
import type { Message } from '../../core/stage.ts'
import type { Consequence } from '../header-form.ts'
import { MEASURED } from '../points.ts'
import { needed } from './combinations.ts'

/** One thing that honest mail seldom does. */
export interface Rule<in S> {
  /** Rules of one group tell of the same thing in several ways: together they cost at most the group's cap. */
  readonly group: string
  /** What fires it, for `docs/rules.md`. */
  readonly fires: string
  /** Points where nothing was measured. */
  readonly points: number
  /** The most that a measurement on mail of another time may give it: for what honest senders do today. */
  readonly most?: number
  /** A sentence with the evidence in it, or nothing. Must not throw, and must be linear in what it looks at. */
  readonly find: (seen: S) => string | false | undefined
}

/** The rules of one filter. `Id` is `links/mismatch`. */
export interface RuleSet<S, Id extends string = string> {
  readonly name: string
  /** What the filter is for, for `docs/rules.md`. */
  readonly about: string
  /** `identity`: these rules tell strangers who pretend from others, and have nothing to say of our own users. @default 'content' */
  readonly checks?: 'identity' | 'content'
  /** The most that the rules of a group cost together. */
  readonly caps: Readonly<Record<string, number>>
  readonly rules: Readonly<Record<Id, Rule<S>>>
  /** Asks the facts that the rules look at. */
  readonly see: (message: Message) => Promise<S>
}

/** What each rule leads to, by its id: other points, a verdict, or nothing at all. */
export type Consequences<Id extends string = string> = Readonly<Partial<Record<Id, Consequence>>>

/** What every filter made of rules takes. */
export interface RuleOptions<Id extends string = string> {
  /** What a rule leads to, by its id. A value above its group's cap lifts the cap. @default the table in docs/rules.md */
  readonly points?: Consequences<Id>
}

/** The points that a rule has without options. */
export const usualPoints = (id: string, { points }: Pick<Rule<never>, 'points'>): number =>
  MEASURED.points[id]?.points ?? points

/**
 * @throws PosternError when an option names no rule of this filter, or a consequence that makes no sense
 * @internal
 */
export function ruleFilter<S, Id extends string>(set: RuleSet<S, Id>, options: RuleOptions<Id>): Filter {
  const own: Consequences = options.points ?? {}
  check(set, own)
  const { name, checks = 'content', see } = set
  const rules = Object.entries<Rule<S>>(set.rules).flatMap(([id, rule]) => {
    const consequence = consequenceOf(own, id) ?? usualPoints(id, rule)
    const idle = consequence === 'off' || (consequence === 0 && !needed.has(id))
    return idle ? [] : [{ ...rule, rule: id.slice(name.length + 1), consequence }]
  })
  const caps = new Map(Object.entries(set.caps))
  for (const [id, rule] of Object.entries<Rule<S>>(set.rules)) {
    const value = consequenceOf(own, id)
    if (typeof value === 'number') caps.set(rule.group, Math.max(caps.get(rule.group) ?? 0, value))
  }
  return {
    name,
    checks,
    message: async message => {
      const seen = await see(message)
      const fired = rules.flatMap(({ rule, group, consequence, find }) => {
        const reason = find(seen)
        return reason ? [{ rule, group, consequence, reason }] : []
      })
      return capped(fired, caps)
    },
  }
}

interface Fired {
  readonly rule: string
  readonly group: string
  readonly consequence: Exclude<Consequence, 'off'>
  readonly reason: string
}

/** In the order of the rules; what is beyond the cap of a group is taken from those that come last, so that what is shown adds up. */
function capped(fired: readonly Fired[], caps: ReadonlyMap<string, number>): readonly Finding[] {
  const room = new Map(caps)
  return fired.map(({ rule, group, consequence, reason }) => {
    if (consequence === 'reject') return reject('5.7.1', reason, { rule })
    if (consequence === 'quarantine') return quarantine(reason, { rule })
    const left = room.get(group) ?? consequence
    const value = Math.min(consequence, left)
    if (value > 0) room.set(group, rounded(left - value))
    return value === 0 ? { rule, reason } : points(rounded(value), reason, { rule })
  })
}

/** Tenths: sums of them are compared with what an operator has written down. */
const rounded = (value: number): number => Math.round(value * 100) / 100

const consequenceOf = (own: Consequences, id: string): Consequence | undefined =>
  Object.hasOwn(own, id) ? own[id] : undefined

function check(set: Pick<RuleSet<never>, 'name' | 'rules'>, own: Consequences): void {
  const expected = "points as a number, 'reject', 'quarantine' or 'off'"
  const problems = Object.entries(own).flatMap(([id, found]): readonly Problem[] => {
    const path = `${set.name}.points['${id}']`
    if (!Object.hasOwn(set.rules, id)) {
      const known = `one of ${Object.keys(set.rules).join(', ')}`
      return [{ path, found: id, expected: known, remedy: `remove '${id}', or write it as docs/rules.md does` }]
    }
    const right =
      typeof found === 'number' ? Number.isFinite(found) : ['reject', 'quarantine', 'off'].includes(`${found}`)
    return right ? [] : [{ path, found, expected, remedy: `set it to ${expected}` }]
  })
  if (problems.length > 0) throw new PosternError(problems)
}
