import { expect, test } from 'vitest'
import { type HeaderSection, headerCollector } from '../../../src/mime/header/collect.ts'
import type { HeaderLimits } from '../../../src/model/header.ts'
import { growth } from '../../support/cpu.ts'
import { fc } from '../../support/property.ts'

/** Pushes `text` cut at the given places, and gives the section and all that came after it. */
function collect(text: string, cuts: readonly number[] = [], limits: HeaderLimits = {}): HeaderSection {
  const message = Buffer.from(text, 'latin1')
  const places = [0, ...[...cuts].sort((a, b) => a - b), message.length]
  const collector = headerCollector(limits)
  for (let i = 1; i < places.length; i++) {
    const found = collector.push(message.subarray(places[i - 1], places[i]))
    if (found) return { ...found, rest: Buffer.concat([found.rest, message.subarray(places[i])]) }
  }
  return collector.end()
}

const shown = ({ section, separator, rest, end }: HeaderSection) => [
  section.toString('latin1'),
  separator.toString('latin1'),
  rest.toString('latin1'),
  end,
]

test.for<[text: string, expected: readonly [section: string, separator: string, rest: string, end: string]]>([
  ['A: x\r\n\r\nbody\r\n', ['A: x\r\n', '\r\n', 'body\r\n', 'empty-line']],
  ['A: x\n\nbody', ['A: x\n', '\n', 'body', 'empty-line']],
  ['A: x\n\r\nbody', ['A: x\n', '\r\n', 'body', 'empty-line']],
  ['A: x\r\n\nbody', ['A: x\r\n', '\n', 'body', 'empty-line']],
  ['A: x\r\rbody', ['A: x\r', '\r', 'body', 'empty-line']],
  ['A: x\r\r\nbody', ['A: x\r', '\r\n', 'body', 'empty-line']],
  ['\r\nbody', ['', '\r\n', 'body', 'empty-line']],
  ['\nbody', ['', '\n', 'body', 'empty-line']],
  ['A: x\r\n\r', ['A: x\r\n', '\r', '', 'empty-line']],
  ['A: x\r\n', ['A: x\r\n', '', '', 'message']],
  ['', ['', '', '', 'message']],
])('the section of %j ends where a line is empty, however its lines end', ([text, expected]) => {
  expect(shown(collect(text))).toEqual(expected)
  const everyByte = Array.from({ length: text.length }, (_, i) => i)
  expect(shown(collect(text, everyByte))).toEqual(expected)
})

test('it makes no difference how the message is cut', () => {
  const piece = fc.constantFrom('A: x', '\r', '\n', '\r\n', ' ', '\0', 'b')
  const text = fc.array(piece, { maxLength: 12 }).map(pieces => pieces.join(''))
  fc.assert(
    fc.property(text, fc.array(fc.nat(30), { maxLength: 8 }), fc.constantFrom(5, 131_072), (message, cuts, bytes) => {
      const places = cuts.filter(cut => cut < message.length)
      expect(shown(collect(message, places, { bytes }))).toEqual(shown(collect(message, [], { bytes })))
    }),
  )
})

test('a section beyond the limit is cut there, and not a byte is lost', () => {
  const text = `A: ${'x'.repeat(300_000)}\r\n\r\nbody`
  const found = collect(text, [100, 70_000, 200_000])
  expect(found.end).toBe('limit')
  expect(found.section.length).toBe(131_072)
  expect(Buffer.concat([found.section, found.rest]).toString('latin1')).toBe(text)
})

test('the cut never falls between CR and LF', () => {
  const found = collect('A: x\r\nB: y\r\n\r\n', [], { bytes: 5 })
  expect(shown(found)).toEqual(['A: x', '', '\r\nB: y\r\n\r\n', 'limit'])
})

test('a section that arrives in one chunk is a view of it', () => {
  const chunk = Buffer.from('A: x\r\n\r\nbody')
  expect(headerCollector().push(chunk)?.section.buffer).toBe(chunk.buffer)
})

test('the cost of a section that arrives byte by byte grows with its length and no faster', async () => {
  const byte = Buffer.from('x')
  const pushUntil = (bytes: number) => {
    const collector = headerCollector({ bytes })
    let pushed = 0
    while (!collector.push(byte)) pushed++
    return pushed
  }
  expect(pushUntil(131_072)).toBe(131_072)
  expect(await growth(pushUntil, { small: 32_768, large: 131_072, enough: 12, floor: 2.5 })).toBeLessThan(12)
})

test.for([4, 5, 6])('a section of five bytes is within a limit of %i, or is cut there', bytes => {
  const found = headerCollector({ bytes }).push(Buffer.from('A: x\n\nbody'))
  const isWithin = bytes >= 5
  expect([found?.end, found?.section.toString()]).toEqual(isWithin ? ['empty-line', 'A: x\n'] : ['limit', 'A: x'])
})
