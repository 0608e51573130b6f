/** What a content rule is, and the filter that is made of rules: one look at the message, points by id, groups with caps. */
import { scoreOr } from '../../model/checks.ts'
import type { Filter } from '../../model/filter.ts'
import { type Finding, points, quarantine, reject } from '../../model/finding.ts'
import {
  type AnyCheck,
  type Check,
  checked,
  explained,
  record,
  type Shape,
  schemaOf,
  unknownKey,
} from '../../model/options.ts'
import type { Message } from '../../model/stage.ts'
import { needed } from '../content/combinations.ts'
import type { Consequence } from './consequence.ts'
import { MEASURED } from './points.ts'

/** One thing that honest mail seldom does. */
export interface Rule<in S> {
  /** Rules of one group tell of the same thing in several ways: together they cost at most the group's cap. */
  readonly group: string
  /** What fires it, for `docs/rules.md`. */
  readonly fires: string
  /** Points where nothing was measured. */
  readonly points: number
  /** The most that a measurement on mail of another time may give it: for what honest senders do today. */
  readonly max?: number
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
  readonly view: (message: Message) => Promise<S>
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
 * @param options checked
 * @internal
 */
export function ruleFilter<S, Id extends string>(set: RuleSet<S, Id>, options: RuleOptions<Id>): Filter {
  const own: Consequences = options.points ?? {}
  const { name, checks = 'content', view } = set
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
      const seen = await view(message)
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

/** What may stand for the rules of these sets. */
export function consequencesOf<Id extends string>(
  ...sets: readonly Pick<RuleSet<never>, 'rules'>[]
): Check<Consequences<Id>> {
  const ids = sets.flatMap(({ rules }) => Object.keys(rules))
  const id = explained<string>('the id of a rule', found =>
    ids.includes(String(found)) ? undefined : unknownKey(String(found), ids),
  )
  return record(id, scoreOr('reject', 'quarantine', 'off'), 'consequences by rule') as AnyCheck as Check<
    Consequences<Id>
  >
}

/** The options of a filter that is made of rules, checked with `others`, which it takes besides. */
export function checkedRules<T extends RuleOptions>(
  set: Pick<RuleSet<never>, 'name' | 'rules'>,
  options: T,
  others: Shape<Omit<T, 'points'>>,
): T {
  const shape = { ...others, points: consequencesOf(set) } as unknown as Shape<T>
  return checked(schemaOf<T>(set.name, shape), options)
}
