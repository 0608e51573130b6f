/** The range of points of every signal, by its evidence and by whether a test names it. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Counted, rangeOf, type Standing, standingOf } from './evidence.ts'
import type { Range } from './fit.ts'
import type { Signal } from './signals.ts'

export function rangesOf(
  signals: ReadonlyMap<string, Signal>,
  counted: Counted,
): { readonly ranges: ReadonlyMap<string, Range>; readonly standings: ReadonlyMap<string, Standing> } {
  const tests = testTexts()
  const standings = new Map<string, Standing>()
  const ranges = new Map<string, Range>()
  for (const [id, signal] of signals) {
    const standing = standingOf(id, signal, counted, tests.includes(id) || signal.group === id)
    standings.set(id, standing)
    ranges.set(id, rangeOf(signal, standing, counted.of.get(id), counted.totals.commercial))
  }
  return { ranges, standings }
}

function testTexts(): string {
  const cwd = join(import.meta.dirname, '../../test')
  return globSync('**/*.test.ts', { cwd })
    .map(file => readFileSync(join(cwd, file), 'utf8'))
    .join('\n')
}
