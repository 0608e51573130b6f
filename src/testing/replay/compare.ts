/** Says in what two decisions differ, in lines that a person can read. */
import type { Decision } from '../../model/decision.ts'
import type { Finding } from '../../model/finding.ts'
import { formatReply } from '../../policy/reply.ts'
import type { RecordedOutcome } from '../recording.ts'

type Decided = Decision | RecordedOutcome

const MAX = 100

/**
 * Lines such as `verdict: accept → reject` and `only before: dnsbl/listed (4) 192.0.2.1 is listed by …`. None when both
 * are the same to the letter.
 */
export function differences(before: Decided | undefined, after: Decided | undefined): readonly string[] {
  if (same(before, after)) return []
  if (before === undefined || after === undefined) return [before ? 'not decided any more' : 'not decided before']
  const lines = [
    ...changed('verdict', before.verdict, after.verdict),
    ...changed('would have been', before.dryRun, after.dryRun),
    ...changed('score', before.score, after.score),
    ...changed('reply', said(before), said(after)),
    ...findings(before.findings, after.findings),
    ...('each' in before && 'each' in after ? each(before, after) : []),
    ...('trace' in before && 'trace' in after ? trace(before, after) : []),
  ]
  return lines.length > 0 ? lines.slice(0, MAX) : ['the findings are the same, in another order or another stage']
}

const changed = (what: string, before: unknown, after: unknown): readonly string[] =>
  before === after ? [] : [`${what}: ${before ?? 'nothing'} → ${after ?? 'nothing'}`]

const said = ({ reply }: Decided): string => `${formatReply(reply)}${reply.close ? ' (and hangs up)' : ''}`

const findings = (before: readonly Finding[], after: readonly Finding[]): readonly string[] => [
  ...without(before.map(shown), after.map(shown)).map(text => `only before: ${text}`),
  ...without(after.map(shown), before.map(shown)).map(text => `only after: ${text}`),
]

const without = (texts: readonly string[], others: readonly string[]): readonly string[] => {
  const taken = new Set(others)
  return texts.filter(text => !taken.has(text))
}

function shown({ rule, reason, points, verdict, status, close, dryRun }: Finding): string {
  const effects = [points, verdict, status, close && 'close', dryRun && `would ${JSON.stringify(dryRun)}`]
  const effect = effects.filter(part => part !== undefined && part !== false).join(' ')
  return `${rule}${effect && ` (${effect})`} ${reason}`
}

function each(before: RecordedOutcome, after: RecordedOutcome): readonly string[] {
  const [old, now] = [new Map(before.each), new Map(after.each)]
  return [...new Set([...old.keys(), ...now.keys()])].flatMap(path =>
    differences(old.get(path), now.get(path)).map(text => `<${path}> ${text}`),
  )
}

function trace(before: RecordedOutcome, after: RecordedOutcome): readonly string[] {
  const [old, now] = [before, after].map(({ trace: fields }) => fields.map(([name, value]) => `${name}: ${value}`))
  return [
    ...without(old ?? [], now ?? []).map(text => `only before: ${text}`),
    ...without(now ?? [], old ?? []).map(text => `only after: ${text}`),
  ]
}

/** As JSON holds them: a key that is undefined is no key. */
const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b)

const canonical = (value: unknown): string | undefined =>
  JSON.stringify(value, (_key, held: unknown) =>
    typeof held === 'object' && held !== null && !Array.isArray(held)
      ? Object.fromEntries(Object.entries(held).sort(([a], [b]) => (a < b ? -1 : 1)))
      : held,
  )
