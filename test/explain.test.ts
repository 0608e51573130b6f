/** The explanations name the numbers of the code: bounds, levels, thresholds; and every decision is in their list. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { budget } from '../src/archives/inspection.ts'
import { MAX_CANDIDATES } from '../src/archives/passwords/candidates.ts'
import { readLimits } from '../src/engine/message-limits.ts'
import { points, thresholds } from '../src/index.ts'
import { levelHolder } from '../src/load/level.ts'
import type { Level } from '../src/model/load.ts'
import { toLimits } from '../src/smtp/limits.ts'
import { limitsUnderLoad } from '../src/smtp/load-limits.ts'

/** The cells of the one row of a table that begins so. */
function row(page: string, name: string): readonly string[] {
  const lines = readFileSync(`docs/explain/${page}.md`, 'utf8').split('\n')
  const cells = lines.filter(line => line.startsWith(`| ${name} |`)).map(line => line.split('|').slice(2, -1))
  expect(cells, `${page}.md has one row that begins with "${name}"`).toHaveLength(1)
  return cells.flat().map(cell => cell.trim())
}

/** `300 s`, `15 min` and `100` as milliseconds or as they are. */
function amount(text = ''): number {
  const [, value, unit = ''] = /^(\d+)(?: (s|min))?/.exec(text) ?? []
  return Number(value) * ({ s: 1_000, min: 60_000 }[unit] ?? 1)
}

test.for([
  ['to the next useful command', 'command'],
  ['for a transaction', 'transaction'],
  ['commands that lead nowhere', 'junk'],
  ['replies of 5xx', 'errors'],
] as const)('load.md has what is allowed at each level: %s', ([name, key]) => {
  const at = (level: Level, overflowing = false): number =>
    limitsUnderLoad(toLimits(), () => ({ level, overflowing }))[key]
  expect(row('load', name).map(amount)).toEqual([at('green'), at('amber'), at('red'), at('red', true)])
})

test.for([
  ['amber', '0.7, at once', 'below 0.6 for 5 s'],
  ['red', '0.9 for 2 s', 'below 0.8 for 5 s'],
] as const)('load.md says when %s begins and ends', ([level, begins, ends]) => {
  row('load', `${level} | at ${begins} | ${ends}`)
  const [high = 0, wait = 0] = begins.match(/\d+(?:\.\d+)?/g)?.map(Number) ?? []
  const low = Number(/\d\.\d/.exec(ends)?.[0])
  const before = levelHolder(0)
  for (const seconds of [0, wait]) before.step(high - 0.001, seconds * 1_000)
  expect(before.level).not.toBe(level)
  const holder = levelHolder(0)
  for (const seconds of [0, wait]) holder.step(high, seconds * 1_000)
  expect(holder.level).toBe(level)
  const lastHigh = (wait + 1) * 1_000
  holder.step(low, lastHigh)
  expect(holder.step(low - 0.001, lastHigh + 4_999)).toBe(level)
  expect(holder.step(low - 0.001, lastHigh + 5_000)).not.toBe(level)
})

test('lifecycle.md has the bounds of the wire and of messages', () => {
  const wire = toLimits()
  const { size, files, disk } = readLimits({})
  expect(row('lifecycle', 'next useful command')[0]).toMatch(new RegExp(`^${wire.command / 1_000} s`))
  expect(row('lifecycle', 'a transaction, MAIL to the end of its data')[0]).toBe(
    `${wire.transaction / 60_000} minutes, at least ${wire.rate} bytes a second`,
  )
  expect(row('lifecycle', 'commands that lead nowhere; replies of 5xx')[0]).toBe(`${wire.junk}; ${wire.errors}`)
  expect(row('lifecycle', 'recipients')[0]).toBe(`${wire.recipients}`)
  expect(row('lifecycle', 'message')[0]).toBe(`${size / 1_048_576} MB`)
  expect(row('lifecycle', 'temporary files')[0]).toBe(
    `${files.toLocaleString('en')}, ${disk / 1_073_741_824} GB in all`,
  )
})

test('content.md has the budget of files in files', () => {
  const text = readFileSync('docs/explain/content.md', 'utf8').replace(/\s+/g, ' ')
  const { inflate, bytes, entries, files, time } = budget()
  const count = (value: number): string => value.toLocaleString('en')
  expect(text).toContain(
    `${inflate / 1_048_576} MB inflated, ${bytes / 1_048_576} MB searched, ${count(entries)} entries, ${count(files)} files`,
  )
  expect(row('content', 'packed files')[0]).toBe(`the budget above; 7-Zip ${time} ms of CPU`)
  expect([MAX_CANDIDATES, row('content', 'passwords')[0]]).toEqual([20, 'twenty candidates, 150 ms of CPU'])
})

test('model.md has the thresholds', () => {
  const text = readFileSync('docs/explain/model.md', 'utf8')
  const [tag, quarantine, reject] =
    /From (\d+) points on .* from (\d+) on .* from (\d+) on/.exec(text)?.slice(1).map(Number) ?? []
  const policy = thresholds()
  const verdictAt = (score = 0) => policy([points(score, 'evidence')], { stage: 'message', ref: 'X' })
  expect([tag, (tag ?? 0) - 0.1].map(score => verdictAt(score).tagged)).toEqual([true, undefined])
  expect([quarantine, reject].map(score => verdictAt(score).verdict)).toEqual(['quarantine', 'reject'])
  expect([quarantine, reject].map(score => verdictAt((score ?? 0) - 0.1).verdict)).toEqual(['accept', 'quarantine'])
})

test('decisions/README.md lists every record', () => {
  const list = readFileSync('decisions/README.md', 'utf8')
  const records = readdirSync('decisions').filter(name => /^\d{3}-/.test(name))
  expect(records.length).toBeGreaterThan(30)
  const missing = records.filter(name => !list.includes(`[${name.slice(0, 3)}](${name})`))
  expect(missing, 'add each with its title to decisions/README.md').toEqual([])
})
