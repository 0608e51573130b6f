/** The threat model names tests for each threat, and they exist. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { rows } from './catalogue/rows.ts'

const threats = readFileSync('docs/explain/threats.md', 'utf8')
  .split('\n')
  .filter(line => /^\| [STRIDE] \|/.test(line))
  .map(line => ({ line, tests: line.split('|').at(-2) ?? '' }))

const idsIn = (text: string): readonly string[] => text.match(/\b[A-Z]\d\d\b/g) ?? []
const filesIn = (text: string): readonly string[] => Array.from(text.matchAll(/`([^`]+)`/g), ([, file = '']) => file)

test('each threat names rows of the catalogue or files of tests', () => {
  expect(threats.length).toBeGreaterThan(40)
  expect(threats.filter(({ tests }) => idsIn(tests).length + filesIn(tests).length === 0)).toEqual([])
})

test('every letter of STRIDE has a threat', () => {
  expect([...new Set(threats.map(({ line }) => line.charAt(2)))].sort().join('')).toBe('DEIRST')
})

test('the rows are in the catalogue, and the titles of tests carry them', () => {
  const titles = globSync('test/**/*.test.ts')
    .filter(file => !file.startsWith('test/catalogue'))
    .flatMap(file => readFileSync(file, 'utf8').match(/['`](?:[A-Z]\d\d[ ,:]+)+/g) ?? [])
  const carried = new Set(titles.flatMap(idsIn))
  const listed = new Set(rows.map(({ id }) => id))
  const named = threats.flatMap(({ tests }) => idsIn(tests))
  expect(named.filter(id => !carried.has(id) || !listed.has(id))).toEqual([])
})

test('the files and folders of tests exist', () => {
  expect(threats.flatMap(({ tests }) => filesIn(tests)).filter(file => !existsSync(file))).toEqual([])
})
