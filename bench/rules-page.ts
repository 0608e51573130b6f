/** Makes docs/reference/rules.md from the rules themselves: `npm run rules`. */
import { writeFileSync } from 'node:fs'
import { combinations } from '../src/filters/content/combinations.ts'
import { ruleSets } from '../src/filters/content/rule-sets.ts'
import { ROUTE_POINTS } from '../src/filters/route-points.ts'
import { defaultPoints, MAX_POINTS_ALONE } from '../src/filters/rules/rule.ts'
import { MEASURED } from './tuning/measured.ts'

/** Lines of at most 120 characters; rows of tables and headings stay as they are. */
function wrapped(page: string): string {
  const blocks = page.split('\n\n').map(block => {
    if (/^[#|]/.test(block)) return block
    const lines = ['']
    for (const word of block.trim().split(/\s+/)) {
      const line = lines.at(-1) ?? ''
      if (line.length + 1 + word.length > 120) lines.push(word)
      else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
    }
    return lines.join('\n')
  })
  return `${blocks.join('\n\n').trimEnd()}\n`
}

const cell = (text: string): string => text.replaceAll('|', '\\|')

/** Points with their interval, and hits by era, unwanted : honest. */
function measuredCells(id: string, judged: number): string {
  const row = MEASURED.rows[id]
  if (!row) return `${judged} | judged | 0 : 0 | 0 : 0`
  const [points, low, high, modernUnwanted, modernHonest, oldUnwanted, oldHonest] = row
  const interval = low === high && low === points ? '' : `${low}–${high}`
  return `${points} | ${interval} | ${modernUnwanted} : ${modernHonest} | ${oldUnwanted} : ${oldHonest}`
}

const HEAD = `points | interval | today | 2001–2010 |
|---|---|---|---|---|---|`

/** The content of docs/reference/rules.md. */
export function rulesPage(): string {
  const { date, modern, old, rows: measured } = MEASURED
  const sections = ruleSets().map(({ name, about, caps, rules, measured: own }) => {
    const rows = Object.entries(rules).map(([id, rule]) => {
      const alone = rule.certain ? ' (certain)' : ''
      const cells = measuredCells(id, defaultPoints(rule, own[id]))
      return `| \`${id}\` | ${cell(rule.fires)}${alone} | ${rule.group} | ${cells} |`
    })
    const groups = Object.entries(caps).map(([group, cap]) => `${group} ${cap}`)
    return `## ${name}

${about} Groups, with the most points of each: ${groups.join(', ')}.

| rule | fires when | group | ${HEAD}---|
${rows.join('\n')}
`
  })
  const together = combinations.map(
    ({ name, fires, finding }) => `| \`${name}\` | ${cell(fires)} | ${measuredCells(name, finding.points ?? 0)} |`,
  )
  const route = Object.keys(ROUTE_POINTS)
    .filter(id => measured[id] !== undefined)
    .map(id => `| \`${id}\` | ${measuredCells(id, 0)} |`)
  return wrapped(`# The content rules

Made from the code by \`npm run rules\`; a test checks that it is current. The reason of every finding contains its evidence, cut and
escaped. Other points, a verdict or \`'off'\` are set by id: \`contentFilters({ points: { 'links/mismatch': 2, 'html/form': 'quarantine' } })\`.

Rules of one group are evidence of the same thing: together they cost at most the cap of the group. A finding shows the points that
were counted, so that the points of all findings add up to the score. A rule that costs nothing alone is reported only if a
combination names it. A rule marked "certain" may reach the quarantine threshold alone; every other rule has at most
${MAX_POINTS_ALONE} points by default.

Points were fitted by \`npm run tune\` on ${date}: a logistic regression that knows the caps, on ${modern.unwanted} unwanted and
${modern.honest} honest messages of 2019 to 2024 and on ${old.unwanted} unwanted and ${old.honest} honest messages of 2001 to 2010. The columns
"today" and "2001–2010" count the messages that a rule fired on, unwanted : honest. An honest message that is held costs as much as 50
unwanted messages that are missed. A rule has points only if it separates in both eras, or in one while the other is silent; where honest
senders of today show the same, it has few or none. "judged" means that it fires too seldom to be measured, and that no honest message
shows it. "interval" holds nine of ten fits on samples of the mail.

${sections.join('\n')}
## Combinations

Evaluated after all other rules, on what these have found.

| rule | fires when | ${HEAD}
${together.join('\n')}

## Filters of the route

The other filters take these points where their options give none.

| rule | ${HEAD.replace('---|---|---|---|---|---|', '---|---|---|---|---|')}
${route.join('\n')}

## Between the rules

| rule | fires when | leads to |
|---|---|---|
| \`shared-evidence/…\` | Rules of several groups charge the same header value, or links. | what exceeds ${MAX_POINTS_ALONE} is subtracted |
| \`trust/list\` | Our users write to the list, and SPF, DKIM or DMARC proves its domain. | −2 points, at most half of the content |
| \`trust/bound\` | Discounts for a known sender exceed 3 points or half of the content, or lower what is certain. | what exceeds is given back |

The findings of all other filters are on [their pages](filters.md).
`)
}

if (import.meta.main) writeFileSync(new URL('../docs/reference/rules.md', import.meta.url), rulesPage())
