/**
 * Prints the hostile catalogue with each row held, failed or not yet built, and the weighted score.
 *
 *     npm run catalogue                  runs all tests first
 *     npm run catalogue -- results.json  reads what `vitest run --reporter=json` wrote
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Row, rows } from './rows.ts'

/** What is read of vitest's JSON report. */
export interface Results {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string
      /** The groups around it, outermost first. */
      readonly ancestorTitles?: readonly string[]
      readonly status: string
    }[]
  }[]
}

export type Standing = 'held' | 'failed' | 'not yet built'

/** The ids at the beginning of a title: `A01 A02 a name…` carries two rows. */
export const idsOf = (title: string): readonly string[] =>
  (/^(?:[A-Z]\d\d[ ,:]+)+/.exec(title)?.[0] ?? '').match(/[A-Z]\d\d/g) ?? []

/** A row holds when tests carry it, by their own title or their group's, and every one of them passes. */
export function standings(all: readonly Row[], results: Results): ReadonlyMap<Row, Standing> {
  const tests = results.testResults.flatMap(({ assertionResults }) => assertionResults)
  const carried = tests.flatMap(({ title, ancestorTitles = [], status }) =>
    [...ancestorTitles, title].flatMap(idsOf).map(id => ({ id, status })),
  )
  const byId = Map.groupBy(carried, ({ id }) => id)
  return new Map(
    all.map(row => {
      const own = byId.get(row.id) ?? []
      const standing = own.length === 0 ? 'not yet built' : own.every(isPassed) ? 'held' : 'failed'
      return [row, standing] as const
    }),
  )
}

/** Per cent: the weight of what holds over the weight of all. */
export function score(found: ReadonlyMap<Row, Standing>): number {
  const weigh = (some: readonly Row[]): number => some.reduce((sum, { weight }) => sum + weight, 0)
  return (
    (100 * weigh([...found].flatMap(([row, standing]) => (standing === 'held' ? [row] : [])))) /
    weigh([...found.keys()])
  )
}

/** The table for a person, and the score on the last line. */
export function table(found: ReadonlyMap<Row, Standing>): string {
  const lines = [...found].map(
    ([{ id, weight, text }, standing]) => `${id}  ${weight}  ${standing.padEnd(13)}  ${text}`,
  )
  const count = (wanted: Standing): number => [...found.values()].filter(standing => standing === wanted).length
  const sums = (['held', 'failed', 'not yet built'] as const).map(standing => `${count(standing)} ${standing}`)
  return [...lines, '', `${sums.join(', ')}; weighted score ${score(found).toFixed(1)} %`].join('\n')
}

const isPassed = ({ status }: { readonly status: string }): boolean => status === 'passed'

/** Runs all sets of tests and reads what vitest wrote down. */
function run(): Results {
  const folder = mkdtempSync(join(tmpdir(), 'postern-catalogue-'))
  try {
    const outcomes = ['vitest.config.ts', 'vitest.system.config.ts', 'vitest.data.config.ts'].map(
      (config, index): Results => {
        const file = join(folder, `${index}.json`)
        const options = ['run', '--config', config, '--reporter=json', `--outputFile=${file}`]
        spawnSync('vitest', options, { stdio: ['ignore', 'inherit', 'inherit'] })
        try {
          return JSON.parse(readFileSync(file, 'utf8'))
        } catch {
          console.error(`${config}: no results, its tests count as not built`)
          return { testResults: [] }
        }
      },
    )
    return { testResults: outcomes.flatMap(({ testResults }) => testResults) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  const [given] = process.argv.slice(2)
  const found = standings(rows, given ? JSON.parse(readFileSync(given, 'utf8')) : run())
  console.log(table(found))
  process.exitCode = [...found.values()].includes('failed') ? 1 : 0
}
