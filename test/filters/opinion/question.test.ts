/** What leaves the gateway names no recipient, and is bounded. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { questionOf, withoutAddresses } from '../../../src/filters/opinion/question.ts'
import type { Message } from '../../../src/model/stage.ts'
import { message } from '../../../src/testing/message.ts'
import { probe } from '../../../src/testing/probe.ts'
import { cpuOf } from '../../support/cpu.ts'

test.for([
  ['Dear bob@example.org, hello', 'Dear [address], hello'],
  ['<bob@example.org>', '<[address]>'],
  ['bob@example.org;alice@example.net', '[address];[address]'],
  ['"bob smith"@example.org', '[address]'],
  ['bob＠example.org bob﹫example.org', '[address] [address]'],
  ['bob%40example.org', '[address]'],
  ['see https://user:pw@shop.example/u?to=bob@example.org&x=1 now', 'see https://shop.example now'],
  ['HTTP://shop.example:8080/#bob', 'HTTP://shop.example:8080'],
  ['bücher@bücher.example', '[address]'],
  ['3 pieces @ 4 Euro', '3 pieces @ 4 Euro'],
  ['one\n\n\t two', 'one two'],
])('%j leaves as %j', ([content, expected]) => {
  expect(withoutAddresses(content ?? '', 1_000)).toBe(expected)
})

test('no address is left, wherever the bound cuts', () => {
  const words = fc.array(fc.constantFrom('bob@example.org', 'hello', 'a%40b.example', '中文', 'x@y.z', ','))
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 60 }), (parts, max) => {
      const left = withoutAddresses(parts.join(' '), max)
      expect(left.length).toBeLessThanOrEqual(max)
      expect(left).not.toMatch(/\w@\w|\w%40\w/)
    }),
  )
})

test('the time grows with the bound and not with the message', () => {
  for (const piece of ['a', '@', 'a@', 'http://', 'a%40', '"a', ' ']) {
    const [small, large] = [1, 64].map(times => piece.repeat(20_000 * times))
    const [few, many] = [small, large].map(text => cpuOf(() => withoutAddresses(text ?? '', 2_000)))
    expect(many).toBeLessThan((few ?? 0) * 16 + 50)
  }
})

test('subject and text are those that are shown, cut to their bounds', async () => {
  let asked: unknown
  const filter = {
    name: 'asks',
    message: async (known: Message) => {
      asked = await questionOf(known, 100)
      return undefined
    },
  }
  const text = `Dear bob@example.org, ${'long '.repeat(100)}`
  await probe(filter, { message: message({ subject: `Für bob@example.org ${'s'.repeat(300)}`, text }) })
  expect(asked).toEqual({
    subject: `Für [address] ${'s'.repeat(186)}`,
    text: `Dear [address], ${'long '.repeat(100)}`.slice(0, 100),
  })
})
