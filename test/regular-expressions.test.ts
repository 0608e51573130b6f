/** No regular expression of ours can be made to search for long: each is attacked with what it is made of. */
import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { parse } from 'acorn'
import { expect, test } from 'vitest'
import { cpuOf } from './support/cpu.ts'

interface Found {
  readonly file: string
  readonly pattern: string
  readonly flags: string
}

/** Every literal in the source, once. */
const expressions = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts'))
  .flatMap(file => {
    const found: Found[] = []
    parse(stripTypeScriptTypes(readFileSync(join('src', file), 'utf8')), {
      ecmaVersion: 'latest',
      sourceType: 'module',
      onToken: token => {
        const { type, value } = token as typeof token & { readonly value: Found }
        if (type.label === 'regexp') found.push({ file, pattern: value.pattern, flags: value.flags })
      },
    })
    return found
  })

/** Characters that patterns repeat, whatever their classes are called. */
const ORDINARY = [...'a0 .-_/*<"\':@=([\t\n', '/*', '</', '<!--', '--', '?=', '=?']

/** Parts of the pattern that stand for themselves: what an attacker would repeat. */
const literals = (pattern: string): readonly string[] =>
  (
    pattern
      .replace(/\\[bBdDsSwW]|\\[pP]\{[^}]*\}|\{\d+,?\d*\}|\[[^\]]*\]/g, '\0')
      .replace(/\\([^A-Za-z0-9])/g, '$1')
      .match(/[^\0()|?+^$]{2,30}/g) ?? []
  ).slice(0, 8)

function attacks(pattern: string, length: number): readonly string[] {
  const words = literals(pattern)
  const [first = ''] = words
  const pumps = [...ORDINARY, ...words, ...words.map(word => `${word} `)]
  return pumps
    .flatMap(pump => [pump.repeat(length), first + pump.repeat(length)])
    .map(text => `${text.slice(0, length)}\u0001`)
}

/** Characters that an expression is attacked with, where nothing shorter is the most that it ever meets. */
const LENGTH = 8192

/** What is cut before it is searched: the most characters that each of these meets. */
const BOUNDED: Readonly<Record<string, number>> = {
  'mime/names.ts': 255,
  'html/style.ts': 300,
  'filters/content/headers/headers.ts': 998,
  'links/redirectors.ts': 4096,
  'testing/dialog/script.ts': 998,
}

/** One for each thousand characters; what is short may take as long as a machine that is busy hesitates. */
const most = (length: number): number => Math.max(length / 1024, 2)

function cost(expression: RegExp, text: string): number {
  const search = () => {
    expression.lastIndex = 0
    return expression.global ? text.replace(expression, '') : expression.test(text)
  }
  return cpuOf(search, most(text.length))
}

test('there are expressions to attack', () => {
  expect(expressions.length).toBeGreaterThan(200)
})

test.for([...Map.groupBy(expressions, ({ file }) => file)])(
  'M15 what %s searches with takes at most a millisecond of CPU for a thousand characters',
  ([file, found]) => {
    const length = BOUNDED[file] ?? LENGTH
    const slow = found.flatMap(({ pattern, flags }) => {
      const expression = new RegExp(pattern, flags)
      const worst = attacks(pattern, length)
        .map(text => ({ text: `${text.slice(0, 24)}…`, ms: cost(expression, text) }))
        .reduce((a, b) => (a.ms > b.ms ? a : b))
      return worst.ms > most(length) ? [{ pattern: `/${pattern}/${flags}`, ...worst }] : []
    })
    expect(slow).toEqual([])
  },
)
