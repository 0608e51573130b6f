/** Why a message is held, in plain words: the kind, and what weighed most among the findings. */
import type { FindingEntry, HeldKind } from '../quarantine/index.ts'
import type { ReasonName, Texts } from './texts/types.ts'

/** What the findings of a filter, or one of its rules, mean for a reader. */
const REASONS: Readonly<Record<string, ReasonName>> = {
  attachments: 'attachment',
  'authenticated-from': 'identity',
  bulk: 'bulk',
  bounce: 'form',
  clamav: 'virus',
  'clamav/unscannable': 'unexamined',
  classify: 'learned',
  dkim: 'identity',
  dmarc: 'identity',
  dnsbl: 'blocklist',
  'early-talker': 'server',
  gtube: 'form',
  'header-form': 'form',
  headers: 'form',
  helo: 'server',
  html: 'form',
  impersonation: 'impersonation',
  links: 'links',
  rdns: 'server',
  reputation: 'record',
  'sender-domain': 'identity',
  spf: 'identity',
  structure: 'form',
  unexamined: 'unexamined',
  uribl: 'blocklist',
  wording: 'advertising',
}

const MAX_REASONS = 2

/** The findings that weighed most, in the words of a language; the kind comes first. */
export function whyHeld(kind: HeldKind, findings: readonly FindingEntry[], texts: Texts): string {
  const weights = new Map<ReasonName, number>()
  for (const { rule, points = 0, verdict } of findings) {
    const name = REASONS[rule] ?? REASONS[/^[^/]*/.exec(rule)?.[0] ?? '']
    const weight = verdict === undefined || verdict === 'accept' ? points : DECIDED
    if (name !== undefined && weight > 0) weights.set(name, (weights.get(name) ?? 0) + weight)
  }
  const names = [...weights].toSorted(([, a], [, b]) => b - a).map(([name]) => name)
  const all = [texts.kinds[kind], ...names.slice(0, MAX_REASONS).map(name => texts.reasons[name])]
  return [...new Set(all)].join(texts.separator)
}

/** A finding that decides alone weighs more than points. */
const DECIDED = 1_000
