/** A decision as Rspamd expresses it: action, symbols with their scores, fields to add and to remove. */
import type { Decision } from '../../model/decision.ts'
import { type Finding, roundScore, type Verdict } from '../../model/finding.ts'
import type { ScanResult } from '../shared/scan.ts'

/** The scores from which a message is rejected, quarantined, and tagged. */
export interface Thresholds {
  /** Infinity where no message is tagged. */
  readonly tag: number
  readonly reject: number
  readonly quarantine: number
}

/** One rule with findings. */
export interface RuleScore {
  readonly name: string
  readonly score: number
  readonly metric_score: number
  readonly description: string
  readonly options: readonly string[]
}

export const actions: Readonly<Record<Verdict, string>> = {
  accept: 'no action',
  quarantine: 'add header',
  defer: 'soft reject',
  reject: 'reject',
  discard: 'discard',
}

/** Tagged and quarantined messages have the same action: clients know no other that delivers. */
export const actionOf = ({ verdict, tagged }: Pick<Decision, 'verdict' | 'tagged'>): string =>
  tagged ? actions.quarantine : actions[verdict]

const MAX_OPTION_LENGTH = 300

/** `dnsbl/listed` is `DNSBL_LISTED`. */
export const symbolName = (rule: string): string => rule.toUpperCase().replace(/[^A-Z0-9]+/g, '_')

/** One symbol for each rule: its scores sum to the score that is shown. */
export function symbolsOf(findings: readonly Finding[]): Readonly<Record<string, RuleScore>> {
  const symbols = new Map<string, RuleScore>()
  for (const { rule = 'unnamed', reason, points = 0 } of findings) {
    const name = symbolName(rule)
    const before = symbols.get(name)
    const score = roundScore((before?.score ?? 0) + points)
    const options = [...(before?.options ?? []), printable(reason)].slice(0, 20)
    symbols.set(name, { name, score, metric_score: score, description: rule, options })
  }
  return Object.fromEntries(symbols)
}

/** Reasons hold text from clients, and our clients may print them. */
const printable = (text: string): string => text.slice(0, MAX_OPTION_LENGTH).replace(/[\p{Cc}\p{Cf}]/gu, '?')

/** The group of a symbol, which is the filter that has found it. */
export const groupOf = (name: string): string => name.split('_')[0]?.toLowerCase() ?? ''

/** The score from which each action is taken; an action that is switched off is not named. */
export const byAction = ({ reject, quarantine, tag }: Thresholds): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries({ [actions.reject]: reject, [actions.quarantine]: Math.min(tag, quarantine) }).filter(([, from]) =>
      Number.isFinite(from),
    ),
  )

export interface ResultOptions {
  readonly thresholds: Thresholds
  /** Of the message. */
  readonly messageId?: string | undefined
  /** Add up the scores of each group. @default false */
  readonly grouped?: boolean
}

export type Result = ReturnType<typeof resultOf> | ReturnType<typeof skipped>

const common = (thresholds: Thresholds) => ({
  required_score: byAction(thresholds)[actions.reject] ?? Number.MAX_SAFE_INTEGER,
  thresholds: byAction(thresholds),
})

/** The result for a message with the flag `skip`. */
export const skipped = (thresholds: Thresholds) => ({
  is_skipped: true,
  score: 0,
  ...common(thresholds),
  action: actions.accept,
  symbols: symbolsOf([]),
})

export function resultOf(
  { decision, outcome, ms, ref }: ScanResult,
  { thresholds, messageId, grouped = false }: ResultOptions,
) {
  const { verdict, score, tagged, findings, reply } = decision
  const refused = reply.code >= 400
  const symbols = symbolsOf(findings)
  return {
    is_skipped: false,
    score,
    ...common(thresholds),
    action: actionOf(decision),
    ...(tagged && { tagged }),
    symbols,
    messages: refused ? { smtp_message: `${reply.status} ${reply.text}` } : {},
    'message-id': messageId ?? 'undef',
    time_real: Math.round(ms) / 1000,
    ref,
    ...(grouped && { groups: groupsOf(Object.values(symbols)) }),
    ...(verdict === 'discard' && { reject: 'discard' }),
    ...(outcome && !refused && { milter: changesOf(outcome) }),
  }
}

function groupsOf(symbols: readonly RuleScore[]) {
  const byGroup = Map.groupBy(symbols, ({ name }) => groupOf(name))
  const sum = (list: readonly RuleScore[]) => roundScore(list.reduce((all, { score }) => all + score, 0))
  return Object.fromEntries([...byGroup].map(([group, list]) => [group, { score: sum(list), description: group }]))
}

function changesOf({ trace, forged }: NonNullable<ScanResult['outcome']>) {
  const added = Map.groupBy(trace, ([name]) => name)
  const removed = Map.groupBy(forged, ({ name }) => name)
  return {
    add_headers: Object.fromEntries(
      [...added].map(([name, fields]) => {
        const values = fields.map(([, value], order) => ({ value: value.replace(/\r\n/g, '\n'), order }))
        return [name, values.length === 1 ? values[0] : values]
      }),
    ),
    remove_headers: Object.fromEntries(
      [...removed].map(([name, fields]) => [
        name,
        fields.length === 1 ? fields[0]?.position : fields.map(({ position }) => position),
      ]),
    ),
  }
}
