/** Errors: their code, one line for each problem, and no value that could break the line. */
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { fact, PosternError, postern } from '../../src/index.ts'
import { errorText, type Problem, show } from '../../src/model/errors.ts'
import { zone } from '../../src/testing/index.ts'

const problem: Problem = { path: 'name', found: 1, expected: 'a text', remedy: 'set name to a text' }
const thrownBy = async (call: () => unknown): Promise<unknown> => {
  try {
    await call()
  } catch (error) {
    return error
  }
  return undefined
}
const gateway = postern({
  dns: zone({}),
  limits: { size: '1kb' },
  filters: [
    { name: 'learner', onFeedback: () => undefined },
    {
      name: 'asker',
      connect: async connection => {
        await connection.ask(fact('size', 'message', () => 1) as never)
      },
    },
  ],
})

test.for([
  ['ERR_POSTERN_OPTIONS', () => postern({ filters: [], mode: 'loud' as never })],
  ['ERR_POSTERN_CLIENT_ADDRESS', () => gateway.open({ ip: 'nowhere' })],
  ['ERR_POSTERN_FEEDBACK', () => gateway.feedback({ ref: 'A', label: 'ham', by: '' })],
  ['ERR_POSTERN_FEEDBACK', () => gateway.recordSent({ from: 'a@example.org', to: [] })],
  [
    'ERR_POSTERN_MESSAGE_SIZE',
    () => gateway.feedback({ message: Readable.from([Buffer.alloc(1025)]), label: 'ham', by: 'user:a' }),
  ],
] as const)('%s', async ([code, call]) => {
  expect(await thrownBy(call)).toMatchObject({ name: 'PosternError', code })
})

test('every code is described in docs/reference/errors.md', () => {
  const codes = readFileSync('src/model/errors.ts', 'utf8').match(/(?<=\| ')ERR_POSTERN_\w+/g) ?? []
  const described = readFileSync('docs/reference/errors.md', 'utf8').match(/(?<=^## `)ERR_POSTERN_\w+/gm) ?? []
  expect(codes.length).toBeGreaterThan(5)
  expect(described.toSorted()).toEqual(codes.toSorted())
})

test('an error has one line for each problem, at most 50', () => {
  expect(new PosternError([problem]).message).toBe('name: found 1, expected a text; set name to a text')
  const many = new PosternError(Array.from({ length: 52 }, () => problem))
  expect(many.message.split('\n')).toHaveLength(51)
  expect(many.message).toMatch(/\nand 2 more problems$/)
  expect(new PosternError(Array.from({ length: 50 }, () => problem)).message.split('\n')).toHaveLength(50)
  expect(many.problems).toHaveLength(52)
})

test('what would break the line is escaped', () => {
  expect(new PosternError([{ ...problem, expected: 'a\nb\u202ec' }]).message).toContain('expected a\\u000ab\\u202ec;')
})

test.for([
  ['a'.repeat(80), `"${'a'.repeat(80)}"`],
  ['a'.repeat(81), `"${'a'.repeat(80)}…"`],
  [10n, 'a bigint'],
  [null, 'null'],
  [[], 'an empty array'],
  [[1, 2], 'an array of 2'],
  [{}, 'an empty object'],
  [{ a: 1, b: 1, c: 1, d: 1 }, 'an object with a, b, c, d'],
  [{ a: 1, b: 1, c: 1, d: 1, e: 1 }, 'an object with a, b, c, d …'],
  [Promise.resolve(), 'a promise'],
  [() => 1, 'a function'],
  [Math.max, 'the function max'],
] as const)('a value in a few words: %s', ([value, words]) => {
  expect(show(value)).toBe(words)
})

test('whatever was thrown has a text', () => {
  expect(errorText(new Error('broken'))).toBe('broken')
  expect(errorText('broken')).toBe('broken')
  expect(errorText(Object.create(null))).toBe('an empty object')
  expect(errorText(Object.assign(new Error('x'), { message: 7 }))).toBe('7')
})
