/**
 * What a content rule is, and the filter that a set of rules makes: one view of the message, points by id, groups with
 * caps.
 */
import type { Filter } from '../../model/filter.ts'
import { type Finding, points, roundScore } from '../../model/finding.ts'
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
import { type Consequence, consequence, findingFor } from './consequence.ts'

/** One property of a message that is rare in honest mail. */
export interface Rule<in V> {
  /** Rules of one group are evidence of the same thing: together they cost at most the group's cap. */
  readonly group: string
  /** What fires the rule, for `docs/reference/rules.md`. */
  readonly fires: string
  /** The points of the rule where none were measured. */
  readonly points: number
  /** The upper limit for measured points, where old mail says nothing about what honest senders do today. */
  readonly max?: number
  /**
   * The evidence is certain by its nature (a program, a hidden file), so that the rule may reach the quarantine
   * threshold alone. Every other rule has at most {@link MAX_POINTS_ALONE} by default.
   * @default false
   */
  readonly certain?: true
  /** Returns a sentence with the evidence, or nothing. Must not throw, and must take linear time. */
  readonly find: (view: V) => string | false | undefined
}

/** The most default points of a rule that is not `certain`: less than the default quarantine threshold. */
export const MAX_POINTS_ALONE = 5.5

/**
 * The points that a rule has without options: those that were measured, else those that the rule names. Only a certain
 * rule reaches the quarantine threshold alone.
 */
export function defaultPoints({ points, certain }: Pick<Rule<never>, 'points' | 'certain'>, measured = points): number {
  return certain ? measured : Math.min(measured, MAX_POINTS_ALONE)
}

/** The rules of one filter. An `Id` looks like `links/mismatch`. */
export interface RuleSet<V, Id extends string = string> {
  /** The name of the filter. */
  readonly name: string
  /** What the filter is for, for `docs/reference/rules.md`. */
  readonly about: string
  /**
   * `identity`: the rules compare what the sender claims with who sent the message, and do not apply to our own users.
   * @default 'content'
   */
  readonly checks?: 'identity' | 'content'
  /** The most points that the rules of a group cost together, by group. */
  readonly caps: Readonly<Record<string, number>>
  /** Measured points by id; a rule that has none has the points that it names. */
  readonly measured: Readonly<Record<string, number>>
  /** The rules by id. */
  readonly rules: Readonly<Record<Id, Rule<V>>>
  /** Collects the facts that the rules look at. */
  readonly view: (message: Message) => Promise<V>
}

/** What each rule leads to, by its id: other points, a verdict, or nothing at all. */
export type Consequences<Id extends string = string> = Readonly<Partial<Record<Id, Consequence>>>

/** What every filter that is made of rules takes. */
export interface RuleOptions<Id extends string = string> {
  /**
   * What a rule leads to, by its id. Points above the group's cap lift the cap.
   * @default the table in docs/reference/rules.md
   */
  readonly points?: Consequences<Id>
}

/**
 * Makes the filter of a rule set.
 *
 * @param options options that were checked before, see {@link checkedRules}
 * @param required rules that are looked for even if they cost nothing, because a composite names them
 */
export function ruleFilter<V, Id extends string>(
  { name, checks = 'content', view, rules, caps, measured }: RuleSet<V, Id>,
  options: RuleOptions<Id>,
  required: ReadonlySet<string>,
): Filter {
  const given: Consequences = options.points ?? {}
  const limits = new Map(Object.entries(caps))
  const active: ActiveRule<V>[] = []
  for (const [id, rule] of Object.entries<Rule<V>>(rules)) {
    const chosen = Object.hasOwn(given, id) ? given[id] : undefined
    if (typeof chosen === 'number') limits.set(rule.group, Math.max(limits.get(rule.group) ?? 0, chosen))
    const consequence = chosen ?? defaultPoints(rule, Object.hasOwn(measured, id) ? measured[id] : undefined)
    if (consequence === 'off' || (consequence === 0 && !required.has(id))) continue
    active.push({ ...rule, rule: id.slice(name.length + 1), consequence })
  }
  return {
    name,
    checks,
    message: async message => {
      const seen = await view(message)
      const fired: FiredRule[] = []
      for (const { rule, group, consequence, find } of active) {
        const reason = find(seen)
        if (reason) fired.push({ rule, group, consequence, reason })
      }
      return fired.length === 0 ? fired : withinCaps(fired, limits)
    },
  }
}

interface ActiveRule<V> extends Rule<V> {
  /** The id without the filter's name. */
  readonly rule: string
  readonly consequence: Exclude<Consequence, 'off'>
}

interface FiredRule extends Pick<ActiveRule<never>, 'rule' | 'group' | 'consequence'> {
  readonly reason: string
}

/**
 * Keeps the order of the rules. The last rules of a group lose what exceeds its cap, so that the findings add up to the
 * score.
 */
function withinCaps(fired: readonly FiredRule[], caps: ReadonlyMap<string, number>): readonly Finding[] {
  const remaining = new Map(caps)
  return fired.flatMap(({ rule, group, consequence, reason }) => {
    if (typeof consequence !== 'number') return findingFor(consequence, '5.7.1', reason, { rule }) || []
    const left = remaining.get(group) ?? consequence
    const value = Math.min(consequence, left)
    if (value > 0) remaining.set(group, roundScore(left - value))
    return value === 0 ? { rule, reason } : points(roundScore(value), reason, { rule })
  })
}

/** Checks an option that names consequences for the rules of these sets; `known` says which there are, if not all. */
export function consequencesOf<Id extends string>(
  sets: readonly Pick<RuleSet<never>, 'rules'>[],
  known?: (found: string, ids: readonly string[]) => string,
): Check<Consequences<Id>> {
  const ids = sets.flatMap(({ rules }) => Object.keys(rules))
  const id = explained<string>('the id of a rule', found => {
    const name = String(found)
    return ids.includes(name) ? undefined : unknownKey(name, ids, known?.(name, ids))
  })
  return record(id, consequence(), 'consequences by rule') as AnyCheck as Check<Consequences<Id>>
}

/**
 * Checks the options of a filter that is made of rules.
 *
 * @param others the checks of the options beside `points`
 * @throws PosternError when an option names no rule, or a consequence that makes no sense
 */
export function checkedRules<T extends RuleOptions>(
  set: Pick<RuleSet<never>, 'name' | 'rules'>,
  options: T,
  others: Shape<Omit<T, 'points'>>,
): T {
  const shape = { ...others, points: consequencesOf([set]) } as unknown as Shape<T>
  return checked(schemaOf<T>(set.name, shape), options)
}
