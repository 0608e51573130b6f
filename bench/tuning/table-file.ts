/** Writes the tables of measured points. */
import { writeFileSync } from 'node:fs'
import type { Evidence } from './evidence.ts'

export interface Row {
  readonly id: string
  readonly points: number
  readonly interval: readonly [low: number, high: number]
  readonly hits: Evidence
}

const FOLDER = '../../src/filters/'

/** Writes the points of content rules and combinations, and of filters of the route. */
export function writeTables(rows: readonly Row[], totals: Evidence, route: ReadonlySet<string>): void {
  const lines = rows.map(({ id, points, interval, hits }) => {
    const counts = [hits.modern.unwanted, hits.modern.honest, hits.old.unwanted, hits.old.honest]
    return `    '${id}': [${[points, ...interval, ...counts].join(', ')}],`
  })
  const { modern, old } = totals
  writeFileSync(
    new URL(`${FOLDER}content/measured-points.ts`, import.meta.url),
    `/** Points as \`npm run tune\` has measured them. Made by a program: do not edit. */

/** Points with the interval of 90 %, then how many messages the rule fired on. */
type MeasuredRow = readonly [
  points: number,
  low: number,
  high: number,
  modernUnwanted: number,
  modernHonest: number,
  oldUnwanted: number,
  oldHonest: number,
]

export interface Measured {
  /** When it was measured. */
  readonly date: string
  /** On how many messages: of 2019 to 2024, and of 2001 to 2010. */
  readonly modern: { readonly unwanted: number; readonly honest: number }
  readonly old: { readonly unwanted: number; readonly honest: number }
  readonly rows: Readonly<Record<string, MeasuredRow>>
}

export const MEASURED: Measured = {
  date: '${new Date().toISOString().slice(0, 10)}',
  modern: { unwanted: ${modern.unwanted}, honest: ${modern.honest} },
  old: { unwanted: ${old.unwanted}, honest: ${old.honest} },
  rows: {
${lines.join('\n')}
  },
}
`,
  )
  const own = rows.filter(({ id }) => route.has(id)).map(({ id, points }) => `  '${id}': ${points},`)
  writeFileSync(
    new URL(`${FOLDER}route-points.ts`, import.meta.url),
    `/**
 * Points of the filters of the route, by rule, as \`npm run tune\` has measured them. A rule that is not here has the
 * points that its filter names. It stands apart from the points of the content rules, so that one filter stays small.
 * Made by a program: do not edit.
 */
export const ROUTE_POINTS: Readonly<Record<string, number>> = {
${own.join('\n')}
}
`,
  )
}
