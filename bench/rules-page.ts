/** Makes docs/rules.md from the rules themselves: `npm run rules`. */
import { writeFileSync } from 'node:fs'
import { combinations } from '../src/filters/content/combinations.ts'
import { defaultPoints } from '../src/filters/content/content-filter.ts'
import { MEASURED } from '../src/filters/content/measured-points.ts'
import { ruleSets } from '../src/filters/content/rule-sets.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|')

/** The page, as it is to stand in docs/rules.md. */
export function rulesPage(): string {
  const { date, data, points: measured } = MEASURED
  const sections = ruleSets().map(({ name, about, caps, rules }) => {
    const rows = Object.entries(rules).map(([id, rule]) => {
      const seen = measured[id]
      const from = seen ? `${seen.spam} : ${seen.ham}` : 'judged'
      return `| \`${id}\` | ${cell(rule.fires)} | ${defaultPoints(id, rule)} | ${rule.group} | ${from} |`
    })
    const groups = Object.entries(caps).map(([group, cap]) => `${group} ${cap}`)
    return `## ${name}

${about} Groups and the most that each costs: ${groups.join(', ')}.

| rule | what fires it | points | group | fired on (unwanted : honest) |
|---|---|---|---|---|
${rows.join('\n')}
`
  })
  const together = combinations.map(
    ({ name, fires, finding }) => `| \`${name}\` | ${cell(fires)} | ${finding.points ?? 0} |`,
  )
  return `# The content rules

Made from the code by \`npm run rules\`; a test says that it is current. Every finding carries its evidence in its reason, cut and
escaped. Another price, a verdict or \`'off'\` is set by id: \`contentFilters({ points: { 'links/mismatch': 2, 'html/form': 'quarantine' } })\`.

Rules of one group tell of the same thing in several ways: together they cost at most the group's cap, and the findings show what was
really counted, so that they always sum to the score. What costs nothing alone is found only if a combination asks for it.

Points with numbers beside them were measured by \`npm run tune\` on ${date}, on ${data}: a logistic regression that knows the caps,
never negative, and for rules that honest senders of today break, too, not above what is safe for them. "judged" means that the rule fires too
seldom on that mail to be measured.

${sections.join('\n')}
## Combinations

Found after all others, from what they have found.

| rule | what fires it | points |
|---|---|---|
${together.join('\n')}

## Without a table

| rule | what fires it | leads to |
|---|---|---|
| \`gtube\` | The agreed test mark stands in the text. | refusal |
| \`unexamined/beyond-bounds\` | Something lies beyond a bound of the parser, the texts, the links or the archives, or took too long to read. | quarantine |
| \`unexamined/program\` | The same, and by its first bytes or its name a program stands in the message. | 8 points |
| \`unexamined/words\` | Rules about words did not look at all of a long text. | nothing |
| \`unexamined/busy\` | No thread was free to read the message. | deferral |
| \`bulk/campaign\` | The same text, or one like it, has come twenty times within a day from senders that DMARC does not prove. | 2 points |
| \`bounce/unsigned\` | A bounce to a return path that was not signed here; only where \`secrets\` are named. | 6 points |
| \`bounce/foreign\` | A bounce gives back a message whose Message-ID is of no domain of yours; only where \`domains\` are named. | 3 points |
| \`uribl/listed\` | A link leads to a domain that a DNS list holds; only where \`zones\` are named. | what you say |
`
}

if (import.meta.main) writeFileSync(new URL('../docs/rules.md', import.meta.url), rulesPage())
