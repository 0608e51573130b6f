/** X-Spam-Flag and X-Spam-Status: what sorting rules in mail programs and delivery agents look for. */
import type { Decision } from '../model/decision.ts'
import { folded, printable, type TraceField, type Tracer } from './tracer.ts'

/** The fields that this tracer writes. The same fields of the message as it came are another's word: see `forged`. */
export const spamFields = ['X-Spam-Flag', 'X-Spam-Status'] as const

const MAX_TESTS = 30
const MAX_RULE_LENGTH = 80

/**
 * `X-Spam-Flag: YES` for what goes to quarantine, and for every message
 * `X-Spam-Status: No, score=2.5 tests=dnsbl/listed,helo/bare-address ref=7K2Q9F`. Rules are named; reasons stay here.
 */
export const spamStatus: Tracer = ({ ref }, decision) => spamStatusOf(ref, decision)

/** The same, where there is no message to write it on. */
export function spamStatusOf(ref: string, { verdict, score, findings }: Decision): readonly TraceField[] {
  const isSpam = verdict === 'quarantine'
  const rules = new Set(findings.map(({ rule = '' }) => token(rule)).filter(rule => rule !== ''))
  const tests = rules.size === 0 ? ['none'] : [...rules].slice(0, MAX_TESTS)
  const list = tests.map((rule, index) => `${index === 0 ? 'tests=' : ''}${rule}${index < tests.length - 1 ? ',' : ''}`)
  const words = [isSpam ? 'Yes,' : 'No,', `score=${tenths(score)}`, ...list, `ref=${token(ref)}`]
  const status: TraceField = ['X-Spam-Status', folded(words, 'X-Spam-Status: '.length)]
  return isSpam ? [['X-Spam-Flag', 'YES'], status] : [status]
}

// Adding 0 makes of -0, which would be written -0.0, a plain 0.
const tenths = (score: number): string => (Math.round(score * 10) / 10 + 0).toFixed(1)

const token = (text: string): string => printable(text, MAX_RULE_LENGTH).replace(/[ ,;="()\\]/g, '?')
