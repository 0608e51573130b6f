/** The options of alerts, and their checks. */
import { isIP } from 'node:net'
import { duration, flag, oneOf, secret, text, whole } from '../model/checks.ts'
import {
  type Check,
  check,
  either,
  isRecord,
  list,
  object,
  relation,
  required,
  type Shape,
  schemaOf,
} from '../model/options.ts'
import { type Duration, toMilliseconds } from '../model/units.ts'
import { mailbox } from '../net/checks.ts'
import { type CustomRule, customRule } from './custom.ts'
import { RULES } from './rules.ts'
import { surge } from './surge.ts'
import type { Rule } from './types.ts'
import type { AlertWebhook } from './webhook.ts'

const BUILT_IN: readonly Rule[] = [...RULES, surge]

/** A rule that is there without the operator's own. */
export type RuleName =
  | 'next-hop'
  | 'refusals'
  | 'clamd'
  | 'quarantine'
  | 'digest'
  | 'certificate'
  | 'store'
  | 'log-dropped'
  | 'load'
  | 'arrivals'
  | 'surge'

/** All of them. */
export const RULE_NAMES: readonly RuleName[] = [
  'next-hop',
  'refusals',
  'clamd',
  'quarantine',
  'digest',
  'certificate',
  'store',
  'log-dropped',
  'load',
  'arrivals',
  'surge',
]

/** What of a built-in rule can be chosen. */
export interface RuleOptions {
  /** How long it must last before the alert begins. @default as docs/guides/alerts.md says for each */
  readonly for?: Duration
}

/** Who gets alerts, and about what. */
export interface AlertsOptions {
  /** The addresses of the operators. @default none */
  readonly mail?: readonly string[]
  /** Where alerts are posted to as signed JSON. @default none */
  readonly webhook?: AlertWebhook
  /** Mails an hour; what is beyond them is summed up in one. @default 10 */
  readonly maxMails?: number
  /** Built-in rules: false switches one off. @default all are on */
  readonly rules?: Partial<Readonly<Record<RuleName, boolean | RuleOptions>>>
  /** Rules of the operator. @default [] */
  readonly custom?: readonly CustomRule[]
}

const webhookUrl: Check<string> = check("'https://…', or 'http://…' on the loopback", value => {
  if (typeof value !== 'string' || value.length > 2_000 || !URL.canParse(value)) return false
  const { protocol, hostname, username } = new URL(value)
  if (username !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
})

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'))

const ruleName = check<string>(
  'small letters, digits and hyphens, and no name of a built-in rule',
  value =>
    typeof value === 'string' &&
    /^[a-z][a-z0-9-]{0,49}$/.test(value) &&
    !(RULE_NAMES as readonly string[]).includes(value),
)

const customShape = {
  name: required(ruleName),
  metric: required(
    check<string>(
      'the name of a metric',
      value => typeof value === 'string' && /^[a-z_:][a-z0-9_:]{0,99}$/i.test(value),
    ),
  ),
  labels: check<Readonly<Record<string, string>>>(
    'labels and their values',
    value => isRecord(value) && Object.values(value).every(isText),
  ),
  for: duration({ max: '7d' }),
  severity: oneOf<'warning' | 'critical'>('warning', 'critical'),
  remedy: text('a sentence', { max: 500 }),
}
const limit = required(check<number>('a number', value => Number.isFinite(value)))
const CUSTOM = 'a rule with either above or below'

/** A rule has one limit: with both, the other one is an unknown key. */
const custom = either(CUSTOM, found => {
  if (!isRecord(found)) return undefined
  return 'below' in found
    ? object<Omit<CustomRule, 'above'> & { readonly below: number }>({ ...customShape, below: limit }, CUSTOM)
    : object<Omit<CustomRule, 'below'> & { readonly above: number }>({ ...customShape, above: limit }, CUSTOM)
}) as Check<CustomRule>

const isText = (value: unknown): boolean => typeof value === 'string'

const rule = either('true, false or { for }', found =>
  typeof found === 'boolean' ? flag() : object<RuleOptions>({ for: duration({ max: '7d' }) }, 'options of a rule'),
) as Check<boolean | RuleOptions>

/** @internal */
export const alertsShape: Shape<AlertsOptions> = {
  mail: list(mailbox(), 'addresses'),
  webhook: object<AlertWebhook>({ url: required(webhookUrl), secret: required(secret({ min: 16 })) }, 'a webhook'),
  maxMails: whole({ min: 1, max: 1_000 }),
  rules: object<NonNullable<AlertsOptions['rules']>>(
    Object.fromEntries(RULE_NAMES.map(name => [name, rule])) as Record<RuleName, typeof rule>,
    'rules by name',
  ),
  custom: list(custom, 'rules'),
}

/** @internal */
export const alertsSchema = schemaOf('alerts', alertsShape, relation(['custom'], repeatedRule))

/** @internal What is wrong when two rules have one name. */
export function repeatedRule({ custom: own = [] }: AlertsOptions) {
  const names = own.map(({ name }) => name)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  return (
    repeated !== undefined && {
      found: repeated,
      expected: 'another name for each rule',
      remedy: 'rename one of them',
    }
  )
}

/** The rules that are on. */
export function rulesOf({ rules = {}, custom: own = [] }: AlertsOptions): readonly Rule[] {
  const builtIn = BUILT_IN.flatMap(one => {
    const chosen = rules[one.name as RuleName] ?? true
    if (chosen === false) return []
    const given = typeof chosen === 'object' ? chosen.for : undefined
    return [given === undefined ? one : { ...one, for: toMilliseconds(given) }]
  })
  return [...builtIn, ...own.map(customRule)]
}
