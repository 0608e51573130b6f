/**
 * Measures the points of the content rules: `npm run tune`, with POSTERN_DATA. The filters find which rules fire on the
 * training half of SpamAssassin's mail; a logistic regression that knows the caps of the groups sets the points. A rule
 * that fires too seldom to be measured keeps the points that it defines. The table
 * (src/filters/content/measured-points.ts) is written anew.
 */
import { writeFileSync } from 'node:fs'
import { ruleSets } from '../src/filters/content/rule-sets.ts'
import type { Decision } from '../src/index.ts'
import { type Bounds, type Example, fitPoints } from './fit.ts'
import { gatewayFor, judge } from './judge.ts'
import { mail } from './mail.ts'

/** A rule that fires on fewer messages is not measured. */
const [SPAM, HAM] = [8, 20]

const bounds: ReadonlyMap<string, Bounds> = new Map(
  ruleSets().flatMap(({ name, caps, rules }) =>
    Object.entries(rules).map(([id, { group, points, max }]): readonly [string, Bounds] => [
      id,
      { group: `${name} ${group}`, cap: caps[group] ?? points, before: points, ...(max !== undefined && { max }) },
    ]),
  ),
)

/**
 * Points of other filters are constant. Collections keep the first line of the mailbox on top, which no gateway
 * receives.
 */
function exampleOf(spam: boolean, { findings }: Decision): Example {
  const named = findings.map(finding => ({ ...finding, rule: finding.rule ?? '' }))
  const others = named.filter(({ rule }) => !bounds.has(rule) && rule !== 'header-form/malformed')
  return {
    spam,
    rules: named.map(({ rule }) => rule).filter(rule => bounds.has(rule)),
    other: others.reduce((sum, { points = 0, verdict }) => sum + (verdict === 'reject' ? 15 : points), 0),
  }
}

const gateway = gatewayFor({ world: 'content', equal: true })
const examples: Example[] = []
for (const message of mail('spamassassin', 1, ['train'])) {
  examples.push(exampleOf(message.spam, (await judge(gateway, message, 'content')).decision))
}
await gateway.close()

const count = (id: string, spam: boolean): number =>
  examples.filter(example => example.spam === spam && example.rules.includes(id)).length
const enough = new Map([...bounds].filter(([id]) => count(id, true) >= SPAM || count(id, false) >= HAM))
const rest = (rules: readonly string[]): number =>
  rules.reduce((sum, id) => sum + (enough.has(id) ? 0 : (bounds.get(id)?.before ?? 0)), 0)
const fitted = fitPoints(
  examples.map(({ spam, rules, other }) => ({
    spam,
    rules: rules.filter(id => enough.has(id)),
    other: other + rest(rules),
  })),
  enough,
)

const lines = [...fitted].map(
  ([id, points]) => `    '${id}': { points: ${points}, spam: ${count(id, true)}, ham: ${count(id, false)} },`,
)
const [spam, ham] = [true, false].map(kind => examples.filter(example => example.spam === kind).length)
writeFileSync(
  new URL('../src/filters/content/measured-points.ts', import.meta.url),
  `/** Points of the content rules as \`npm run tune\` has measured them. Made by a program: do not edit. */

export interface Measured {
  /** When it was measured. */
  readonly date: string
  /** On what. */
  readonly data: string
  /** The points of a rule, and how many unwanted and honest messages it fired on. */
  readonly points: Readonly<Record<string, { readonly points: number; readonly spam: number; readonly ham: number }>>
}

export const MEASURED: Measured = {
  date: '${new Date().toISOString().slice(0, 10)}',
  data: 'the training half of the SpamAssassin public corpus: ${spam} unwanted and ${ham} honest messages of 2001 and 2002',
  points: {
${lines.join('\n')}
  },
}
`,
)
console.log(`${fitted.size} of ${bounds.size} rules measured on ${spam} unwanted and ${ham} honest messages`)
