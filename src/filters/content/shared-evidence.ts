/**
 * One fact is charged once: rules of different groups and filters that rest on the same header value, or on the same
 * links, cost less than the quarantine threshold together.
 */
import { links } from '../../facts/links.ts'
import type { Filter, PriorFindings } from '../../model/filter.ts'
import { type Finding, points, roundScore } from '../../model/finding.ts'
import { type MaybePromise, thenSync } from '../../model/maybe-promise.ts'
import type { Message } from '../../model/stage.ts'
import { holds, rulesIn } from '../rules/condition.ts'
import { MAX_POINTS_ALONE } from '../rules/rule.ts'
import { combinations } from './combinations.ts'
import { combinationPoints } from './content-filter.ts'

/** What a finding rests on, where that is one value that a sender writes. */
export type Evidence = 'from' | 'reply-to' | 'subject' | 'message-id' | 'links'

const REASONS: Readonly<Record<Evidence, string>> = {
  from: 'the From field',
  'reply-to': 'the Reply-To field',
  subject: 'the subject',
  'message-id': 'the Message-ID',
  links: 'links',
}

/** The first pattern that matches says what a rule rests on. Rules of the text, of files and of the route: no value. */
const PATTERNS: readonly (readonly [RegExp, readonly Evidence[]])[] = [
  [/^links\//, ['links']],
  [/^(?:headers|impersonation)\/.*reply-to/, ['reply-to']],
  // Letters stand apart in subjects more often than in texts.
  [
    /^(?:headers|impersonation|wording)\/.*subject|^(?:impersonation\/fake-reply|wording\/spaced-letters)$/,
    ['subject'],
  ],
  // The reason alone says whether the name or the subject is meant.
  [/^impersonation\/(?:obfuscated-name|disguised-brand)$/, ['from', 'subject']],
  [/^headers\/(?:encoded-letters|needless-base64)$/, ['from', 'subject', 'reply-to']],
  [/^impersonation\/brand-in-text$/, []],
  [/^impersonation\//, ['from']],
  [/^headers\/.*(?:author|sender|in-address|from|free-mail)/, ['from']],
  [/^headers\/.*message-id/, ['message-id']],
  // 8-bit bytes, control characters, long lines: of whatever field has most points.
  [/^header-form\//, ['from', 'reply-to', 'subject', 'message-id']],
]

const known = new Map<string, readonly Evidence[]>()
const NONE: readonly Evidence[] = []

/** What a rule rests on; rules are few, and each is looked up once. */
export function evidenceOf(rule: string): readonly Evidence[] {
  const before = known.get(rule)
  if (before !== undefined) return before
  const found = PATTERNS.find(([pattern]) => pattern.test(rule))?.[1] ?? NONE
  if (known.size < MAX_KNOWN) known.set(rule, found)
  return found
}

const MAX_KNOWN = 1_000

/** What is known of a message beside its findings. */
export interface EvidenceContext {
  /** The subject contains a link: then rules of links charge the subject, too. */
  readonly isSubjectLinked?: boolean
}

/**
 * What exceeds the limit, by evidence. The limit is {@link MAX_POINTS_ALONE}, or the points of a single finding if an
 * operator has given it more. A finding that may rest on several values counts for the value with most points, and a
 * combination counts where all that it combines rests on one value.
 */
export function excessOf(
  findings: readonly Finding[],
  context: EvidenceContext = {},
): readonly (readonly [evidence: Evidence, points: number])[] {
  const charged = findings.filter(({ points = 0 }) => points > 0)
  const sums = new Map<Evidence, { sum: number; max: number }>()
  const add = (evidence: Evidence, points: number): void => {
    const { sum = 0, max = 0 } = sums.get(evidence) ?? {}
    sums.set(evidence, { sum: sum + points, max: Math.max(max, points) })
  }
  const rules = new Set(findings.map(({ rule = '' }) => rule))
  const evidence = (rule: string): readonly Evidence[] => {
    // A brand that the subject names is named in what people read: that is charged once.
    if (rule === 'impersonation/brand-in-text' && rules.has('impersonation/brand-in-subject')) return ['subject']
    const found = evidenceOf(rule)
    return context.isSubjectLinked && found[0] === 'links' ? ['subject'] : found
  }
  for (const { rule = '', points = 0 } of charged) {
    const [only, other] = evidence(rule)
    if (only !== undefined && other === undefined) add(only, points)
  }
  const largest = (of: readonly Evidence[]): Evidence | undefined =>
    of.toSorted((a, b) => (sums.get(b)?.sum ?? 0) - (sums.get(a)?.sum ?? 0))[0]
  for (const { rule = '', points = 0 } of charged) {
    const several = evidence(rule)
    const most = several.length > 1 ? largest(several) : undefined
    if (most !== undefined) add(most, points)
  }
  for (const combination of combinations) {
    const { when } = combination
    if (!holds(when, rules)) continue
    const combined = rulesIn(when).filter(rule => rules.has(rule))
    const common = [...sums.keys()].find(one => combined.every(rule => evidence(rule).includes(one)))
    if (common !== undefined) add(common, combinationPoints(combination))
  }
  return Array.from(sums, ([evidence, { sum, max }]) => {
    const excess = roundScore(sum - Math.max(max, MAX_POINTS_ALONE))
    return [evidence, Math.max(0, excess)] as const
  }).filter(([, excess]) => excess > 0)
}

/** Below this score no combination can lead to a quarantine. */
const MIN_SCORE = 2

/** The excess of a message: what several rules have charged for one value. */
export function excessIn(
  message: Message,
  { findings, score }: PriorFindings,
): MaybePromise<ReturnType<typeof excessOf>> {
  if (score < MIN_SCORE) return []
  if (!findings.some(({ rule = '' }) => rule.startsWith('links/'))) return excessOf(findings)
  return thenSync(isSubjectLinked(message), isSubjectLinked => excessOf(findings, { isSubjectLinked }))
}

/** A link of plain text, whose host is in the subject. */
async function isSubjectLinked(message: Message): Promise<boolean> {
  const subject = message.header.get('subject')?.toLowerCase() ?? ''
  if (!/[.:@]/.test(subject)) return false
  const { all } = await message.ask(links)
  return all.some(({ element, host, url }) => element === '' && (subject.includes(host || url) || hasUrl(subject)))
}

/** Hosts may be written in another form than they are compared in. */
const hasUrl = (text: string): boolean => /(?:https?|ftp|javascript|data):/.test(text)

/** Subtracts what rules of several groups have charged for one header value, or for links, beyond the limit. */
export const sharedEvidence = (): Filter => ({
  name: 'shared-evidence',
  checks: 'content',
  order: 'late',
  message: (message, prior) => thenSync(excessIn(message, prior), excess => excess.map(asFinding)),
})

const asFinding = ([evidence, excess]: readonly [Evidence, number]): Finding =>
  points(-excess, `several rules charge ${REASONS[evidence]}: it is one fact, and costs less than a quarantine`, {
    rule: evidence,
  })
