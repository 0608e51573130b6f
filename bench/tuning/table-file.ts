/** Writes the tables of measured points. */
import { writeFileSync } from 'node:fs'
import { ruleSets } from '../../src/filters/content/rule-sets.ts'
import type { Evidence } from './evidence.ts'

export interface Row {
  readonly id: string
  readonly points: number
  readonly interval: readonly [low: number, high: number]
  readonly hits: Evidence
}

const FILTERS = '../../src/filters/'

/** Writes the points of content rules, combinations and filters of the route, and the table of what was counted. */
export function writeTables(rows: readonly Row[], totals: Evidence, route: ReadonlySet<string>): void {
  write('measured.ts', tableOf(rows, totals))
  const sets = ruleSets().map(({ name }) => name)
  const filterOf = ({ id }: Row) => sets.find(name => id.startsWith(`${name}/`))
  const ofSets = sets.map(name => constant(name, rowsWhere(name)))
  const combined = rows.filter(row => filterOf(row) === undefined && !route.has(row.id))
  write(
    `${FILTERS}content/measured-points.ts`,
    `${CONTENT}${[...ofSets, constant('combination', combined)].join('\n')}`,
  )
  const own = rows.filter(({ id }) => route.has(id))
  write(`${FILTERS}route-points.ts`, `${ROUTE}${constant('route', own)}`)

  function rowsWhere(name: string): readonly Row[] {
    return rows.filter(row => filterOf(row) === name)
  }
}

const write = (file: string, text: string): void => writeFileSync(new URL(file, import.meta.url), text)

const constant = (name: string, rows: readonly Row[]): string =>
  `export const ${name.toUpperCase()}_POINTS: Readonly<Record<string, number>> = {
${rows.map(({ id, points }) => `  '${id}': ${points},\n`).join('')}}
`

const CONTENT = `/**
 * Points of the content rules and of the combinations, as \`npm run tune\` has measured them. Those of each filter
 * stand apart, so that a program with one filter loads no others. A rule that is not here has the points that it
 * names. Made by a program: do not edit.
 */
`

const ROUTE = `/**
 * Points of the filters of the route, by rule, as \`npm run tune\` has measured them. A rule that is not here has the
 * points that its filter names. Made by a program: do not edit.
 */
`

function tableOf(rows: readonly Row[], { modern, old }: Evidence): string {
  const lines = rows.map(({ id, points, interval, hits }) => {
    const counts = [hits.modern.unwanted, hits.modern.honest, hits.old.unwanted, hits.old.honest]
    return `    '${id}': [${[points, ...interval, ...counts].join(', ')}],`
  })
  return `/** What \`npm run tune\` has counted and measured, for \`docs/reference/rules.md\`. Made by a program: do not edit. */

import type { Measured } from './measured-type.ts'

export const MEASURED: Measured = {
  date: '${new Date().toISOString().slice(0, 10)}',
  modern: { unwanted: ${modern.unwanted}, honest: ${modern.honest} },
  old: { unwanted: ${old.unwanted}, honest: ${old.honest} },
  rows: {
${lines.join('\n')}
  },
}
`
}
