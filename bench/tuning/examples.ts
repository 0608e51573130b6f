/** What the gateway finds in labelled mail, as examples that points are fitted on. */
import { combinations } from '../../src/filters/content/combinations.ts'
import { holds } from '../../src/filters/rules/condition.ts'
import type { Decision } from '../../src/index.ts'
import { judged } from '../hits.ts'
import { type Corpus, type Era, MODERN, OLD, type Part } from '../mail.ts'
import type { World } from '../session.ts'

export interface Example {
  readonly corpus: Corpus
  readonly era: Era
  readonly part: Part
  readonly file: string
  readonly group: string
  readonly spam: boolean
  readonly world: World
  /** The rules that fired and whose points are fitted. */
  readonly rules: readonly string[]
  /** Points of findings that are not fitted. */
  readonly other: number
  /** A verdict that no points change. */
  readonly certain: boolean
}

function exampleOf(decision: Decision, fitted: ReadonlySet<string>): Pick<Example, 'rules' | 'other' | 'certain'> {
  const named = decision.findings.map(finding => ({ ...finding, rule: finding.rule ?? '' }))
  const found = new Set(named.map(({ rule }) => rule))
  for (const name of combined(found)) found.add(name)
  // What several rules charge for one value is cut by the fit itself.
  const others = named.filter(({ rule }) => !fitted.has(rule) && !/^(?:shared-evidence|trust)\b/.test(rule))
  return {
    rules: [...found].filter(rule => fitted.has(rule)),
    other: others.reduce((sum, { points = 0 }) => sum + points, 0),
    certain: others.some(({ verdict }) => verdict === 'reject' || verdict === 'quarantine'),
  }
}

/** A combination that costs nothing is not reported, so that they are found here. */
const combined = (found: ReadonlySet<string>): readonly string[] =>
  combinations.filter(({ when }) => holds(when, found)).map(({ name }) => name)

/** Kept findings with the combinations of today. */
export function recombined(example: Example): Example {
  const rules = example.rules.filter(rule => rule.includes('/'))
  return { ...example, rules: [...rules, ...combined(new Set(rules))] }
}

export async function examplesOf(
  fitted: ReadonlySet<string>,
  { parts, step, world }: { readonly parts: readonly Part[]; readonly step: number; readonly world: World },
): Promise<readonly Example[]> {
  const examples: Example[] = []
  for await (const { message, decision } of judged([...MODERN, ...OLD], { parts, step, world, equal: true })) {
    const { corpus, era, part, file, group, spam } = message
    examples.push({ corpus, era, part, file, group, spam, world, ...exampleOf(decision, fitted) })
  }
  return examples
}

/** Newsletters, offers, receipts and notices to many: what honest companies send. The rest is lists and people. */
export function isCommercial({ spam, corpus, file, rules }: Example): boolean {
  if (spam) return false
  if (corpus === 'written') return true
  if (corpus === 'parcels' || corpus === 'wrapped') return !file.includes('crisp-')
  return file.includes('hard-ham') || (corpus === 'csdmc-2010' && rules.includes('html/only'))
}
