/** What leaves the gateway names no recipient, and is bounded. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { questionOf, withoutAddresses } from '../../../src/filters/opinion/question.ts'
import type { Message } from '../../../src/model/stage.ts'
import { message } from '../../../src/testing/message.ts'
import { probe } from '../../../src/testing/probe.ts'
import { growth } from '../../support/cpu.ts'

test.for([
  ['Dear bob@example.org, hello', 'Dear [address], hello'],
  ['<bob@example.org>', '<[address]>'],
  ['bob@example.org;alice@example.net', '[address];[address]'],
  ['"bob smith"@example.org', '[address]'],
  ['bob＠example.org bob﹫example.org', '[address] [address]'],
  ['bob%40example.org bob%2540example.org', '[address] [address]'],
  ['bob&#64;example.org bob&#x40;example.org bob&commat;example.org', '[address] [address] [address]'],
  ['bob @ example.org', '[address]'],
  [
    'bob (at) example.org, bob[at]example[dot]org, bob {at} example (dot) co (dot) uk',
    '[address], [address], [address]',
  ],
  ['write to bob at example dot org', 'write to [address]'],
  ['mailto:bob@example.org?subject=x', 'mailto:[address]'],
  ['"bob\\"s"@example.org bob+tag@example.org', '[address] [address]'],
  ['bounce+bob=example.org@list.example', '[address]'],
  ['https://bob%40example.org/', 'https:[address]'],
  ['www.shop.example/u/bob and shop.example?u=bob', 'www.shop.example and shop.example'],
  ['ftp://shop.example/home/bob', 'ftp://shop.example'],
  [
    'We meet at noon, and/or at the office. See 1.2/3 at v1.5.',
    'We meet at noon, and/or at the office. See 1.2/3 at v1.5.',
  ],
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

test('where links make the text shorter, the cut leaves no half of an address', () => {
  for (let pad = 0; pad < 900; pad += 1) {
    const content = `https://shop.example/${'x'.repeat(900)} ${'y'.repeat(pad)} robert.smith@example.org ${'z '.repeat(2_000)}`
    expect(withoutAddresses(content, 1_000)).not.toMatch(/rob|smith/)
    expect(withoutAddresses(content, 1_400)).not.toMatch(/rob|smith/)
  }
})

test('white space does not hide the text', () => {
  expect(withoutAddresses(`${' \n'.repeat(500)}buy now`, 200)).toBe('buy now')
})

test('the time grows with the bound and not with the message', async () => {
  for (const piece of ['a', '@', 'a@', 'http://', 'a%40', '"a', ' ', 'a.', 'a at ', '(at)', 'a dot ', 'a @ a.']) {
    const sizes = { small: piece.repeat(20_000), large: piece.repeat(20_000 * 64) }
    const read = (content: string) => withoutAddresses(content, 2_000)
    expect(await growth(read, { ...sizes, enough: 16, floor: 3 })).toBeLessThan(16)
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
