/** Whose author is unclear, in honest mail and in phishing. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { readAuthor } from '../../src/facts/read-author.ts'
import { headerOf } from '../../src/mime/header/collect.ts'

const data = resolve(process.env.POSTERN_DATA ?? '../shared/data')
const folder = join(tmpdir(), 'postern-data')

beforeAll(() => {
  execFileSync(join(data, 'unpack'), [folder])
}, 600_000)

const filesIn = (name: string): readonly string[] =>
  readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.eml'))
    .map(path => join(folder, name, path))

/** The honest messages of TREC 2006, by its index. */
const honestOfTrec = (): readonly string[] =>
  readFileSync(join(folder, 'trec06p/index'), 'latin1')
    .split('\n')
    .filter(line => line.startsWith('ham '))
    .map(line => join(folder, 'trec06p', line.slice(4).trim()))

function hasUnquotedName(path: string): boolean {
  const author = readAuthor(headerOf(readFileSync(path)), true)
  return author.kind === 'unclear' && author.trouble === 'unquoted-name'
}

test('A03 no honest message has a comma without quotes in its author, and many of phishing have', () => {
  const honest = [...['modern/lists', 'spamassassin/ham', 'csdmc-2010/ham'].flatMap(filesIn), ...honestOfTrec()]
  const phishing = filesIn('modern/phishing-pot')
  expect([honest.filter(hasUnquotedName), honest.length]).toEqual([[], 21_621])
  expect([phishing.filter(hasUnquotedName).length, phishing.length]).toEqual([432, 2_886])
})
