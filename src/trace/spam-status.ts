/** X-Spam-Flag, X-Spam-Tag and X-Spam-Status, which sorting rules in mail programs and delivery agents match. */
import type { Decision } from '../model/decision.ts'
import { printable } from '../model/printable.ts'
import { folded, type TraceField, type Tracer } from './tracer.ts'

const MAX_TESTS = 30
const MAX_RULE_LENGTH = 80

/**
 * Writes `X-Spam-Flag: YES` for quarantined messages, `X-Spam-Tag: YES` for tagged ones, and for every message
 * `X-Spam-Status: No, score=2.5 tests=dnsbl/listed,helo/bare-address ref=7K2Q9F`. Reasons of findings are not written.
 */
export const spamStatus: Tracer = ({ ref }, decision) => spamStatusOf(ref, decision)

/** The fields of {@link spamStatus} for a reference and a decision, without a message. */
export function spamStatusOf(ref: string, { verdict, score, tagged, findings }: Decision): readonly TraceField[] {
  const isSpam = verdict === 'quarantine'
  const rules = new Set(findings.map(({ rule = '' }) => token(rule)).filter(rule => rule !== ''))
  const tests = rules.size === 0 ? ['none'] : [...rules].slice(0, MAX_TESTS)
  const list = tests.map((rule, index) => `${index === 0 ? 'tests=' : ''}${rule}${index < tests.length - 1 ? ',' : ''}`)
  const words = [isSpam ? 'Yes,' : 'No,', `score=${tenths(score)}`, ...list, `ref=${token(ref)}`]
  const status: TraceField = ['X-Spam-Status', folded(words, 'X-Spam-Status: '.length)]
  if (isSpam) return [['X-Spam-Flag', 'YES'], status]
  return tagged ? [['X-Spam-Tag', 'YES'], status] : [status]
}

// Adding 0 turns -0, which would be written as -0.0, into 0.
const tenths = (score: number): string => (Math.round(score * 10) / 10 + 0).toFixed(1)

const token = (text: string): string => printable(text, MAX_RULE_LENGTH).replace(/[ ,;="()\\]/g, '?')
