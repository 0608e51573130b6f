/** Words for `expect`: what was found, and what was decided. Knows no test runner; vitest's and jest's `extend` take them. */
import type { Decision } from '../model/decision.ts'
import type { Finding, Verdict } from '../model/finding.ts'

/** What a matcher answers to its runner. */
export interface Matched {
  readonly pass: boolean
  readonly message: () => string
}

/** What can be asked of findings and decisions. */
export interface FindingMatchers<R = unknown> {
  /** One finding has that rule, and all else that is named. */
  toHaveFinding(rule: string, expected?: Partial<Finding>): R
  /** The decision has that verdict. */
  toBeDecided(verdict: Verdict): R
}

/**
 * To be handed to `expect.extend`.
 *
 * @example
 * import { matchers, type FindingMatchers } from 'postern/testing'
 * expect.extend(matchers)
 * declare module 'vitest' { interface Matchers<R extends void | Promise<void>, T> extends FindingMatchers<R> {} }
 *
 * expect(await probe(dnsbl({ zones }), { dns })).toHaveFinding('dnsbl/listed', { points: 4 })
 */
export const matchers = {
  toHaveFinding(received: Decision | readonly Finding[], rule: string, expected: Partial<Finding> = {}): Matched {
    const found = isDecision(received) ? received.findings : received
    const wanted = Object.entries({ rule, ...expected })
    const pass = found.some(finding =>
      wanted.every(([key, value]) => JSON.stringify(finding[key as keyof Finding]) === JSON.stringify(value)),
    )
    return { pass, message: () => `expected ${pass ? 'no' : 'a'} finding ${shown(wanted)}\namong ${listed(found)}` }
  },
  toBeDecided({ verdict, findings }: Decision, expected: Verdict): Matched {
    const pass = verdict === expected
    return {
      pass,
      message: () => `expected ${pass ? 'anything but ' : ''}${expected}, found ${verdict}\nfor ${listed(findings)}`,
    }
  },
}

const isDecision = (value: Decision | readonly Finding[]): value is Decision => 'verdict' in value

const shown = (wanted: readonly (readonly [string, unknown])[]): string => JSON.stringify(Object.fromEntries(wanted))

const listed = (findings: readonly Finding[]): string =>
  findings.length === 0 ? 'no findings' : findings.map(finding => `\n  ${JSON.stringify(finding)}`).join('')
