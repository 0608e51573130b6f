/** Matchers for findings and decisions. They need no test runner: vitest's and jest's `expect.extend` take them. */
import type { Decision } from '../model/decision.ts'
import type { Finding, Verdict } from '../model/finding.ts'

/** The result of a matcher. */
export interface Matched {
  /** Whether the value matches. */
  readonly pass: boolean
  /** The text of the failure. */
  readonly message: () => string
}

/** The matchers, as `expect` has them. */
export interface FindingMatchers<R = unknown> {
  /** Asserts that one finding has this rule, and every other member of `expected`. */
  toHaveFinding(rule: string, expected?: Partial<Finding>): R
  /** Asserts that the decision has this verdict. */
  toBeDecided(verdict: Verdict): R
}

/**
 * The matchers for `expect.extend`. With vitest, `import 'postern/testing/vitest'` registers and types them.
 *
 * @example
 * import 'postern/testing/vitest'
 * expect(await probe(dnsbl({ zones }), { dns })).toHaveFinding('dnsbl/listed', { points: 4 })
 */
export const matchers = {
  /** Passes when one finding has this rule, and every other member of `expected`. */
  toHaveFinding(received: Decision | readonly Finding[], rule: string, expected: Partial<Finding> = {}): Matched {
    const found = isDecision(received) ? received.findings : received
    const wanted = Object.entries({ rule, ...expected })
    const pass = found.some(finding =>
      wanted.every(([key, value]) => JSON.stringify(finding[key as keyof Finding]) === JSON.stringify(value)),
    )
    return { pass, message: () => `expected ${pass ? 'no' : 'a'} finding ${describe(wanted)}\namong ${list(found)}` }
  },
  /** Passes when the decision has this verdict. */
  toBeDecided({ verdict, findings }: Decision, expected: Verdict): Matched {
    const pass = verdict === expected
    return {
      pass,
      message: () =>
        `expected ${pass ? 'another verdict than ' : ''}${expected}, found ${verdict}\nfor ${list(findings)}`,
    }
  },
}

const isDecision = (value: Decision | readonly Finding[]): value is Decision => 'verdict' in value

const describe = (wanted: readonly (readonly [string, unknown])[]): string => JSON.stringify(Object.fromEntries(wanted))

const list = (findings: readonly Finding[]): string =>
  findings.length === 0 ? 'no findings' : findings.map(finding => `\n  ${JSON.stringify(finding)}`).join('')
