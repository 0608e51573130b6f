/** Who may release what, and why a message is held. */
import type { FindingEntry } from '../model/events.ts'
import type { HeldKind, Role } from './types.ts'

/**
 * A user of a mailbox cannot judge a trap: releasing what may harm is for operators, and malware for administrators.
 */
const RELEASES: Readonly<Record<Role, ReadonlySet<HeldKind>>> = {
  user: new Set(['spam']),
  operator: new Set(['spam', 'phishing', 'policy', 'unexamined']),
  admin: new Set(['spam', 'phishing', 'policy', 'unexamined', 'malware']),
}

/** Whether a role may release what is held for this reason. */
export const mayRelease = (role: Role, kind: HeldKind): boolean => RELEASES[role].has(kind)

/** The filter in front of the rule. */
const filterOf = (rule: string): string => rule.slice(0, rule.indexOf('/') < 0 ? rule.length : rule.indexOf('/'))

/** The scanner has found nothing: the message is encrypted, or beyond the scanner's limits. */
const UNSCANNABLE = 'clamav/unscannable'
const PHISHING = new Set(['impersonation', 'links', 'uribl'])
const POLICY = new Set(['dmarc', 'spf', 'dkim', 'access', 'lists', 'authenticated-from', 'header-form', 'attachments'])

/**
 * Why a message is held: by the findings that decided it, the gravest first; by the points where none did.
 *
 * @example
 * kindOf([{ rule: 'clamav/infected', reason: '…', verdict: 'quarantine' }]) // 'malware'
 */
export function kindOf(findings: readonly FindingEntry[]): HeldKind {
  const decided = findings.filter(({ verdict }) => verdict !== undefined && verdict !== 'accept')
  const filters = new Set(decided.filter(({ rule }) => rule !== UNSCANNABLE).map(({ rule }) => filterOf(rule)))
  if (filters.has('clamav')) return 'malware'
  if (filters.has('unexamined') || decided.some(({ rule }) => rule === UNSCANNABLE)) return 'unexamined'
  if ([...filters].some(filter => POLICY.has(filter))) return 'policy'
  if ([...filters].some(filter => PHISHING.has(filter))) return 'phishing'
  const points = (names: ReadonlySet<string>): number =>
    findings.reduce((sum, { rule, points: given = 0 }) => sum + (names.has(filterOf(rule)) ? given : 0), 0)
  const all = findings.reduce((sum, { points: given = 0 }) => sum + Math.max(given, 0), 0)
  return all > 0 && points(PHISHING) >= all / 2 ? 'phishing' : 'spam'
}
