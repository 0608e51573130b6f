import { expect, test } from 'vitest'
import { lineEnds } from '../../../src/mime/decode/line-ends.ts'
import { cpuOf } from '../../support/cpu.ts'
import { fc, runs } from '../../support/property.ts'

function run(chunks: readonly string[]) {
  const lines = lineEnds()
  const out = chunks.map(chunk => lines.push(Buffer.from(chunk, 'latin1')).toString('latin1'))
  const text = [...out, lines.end().toString('latin1')].join('')
  const { bareCr, bareLf, nul, longestLine, endOfDataLookAlike } = lines
  return { text, bareCr, bareLf, nul, longestLine, endOfDataLookAlike }
}

/** What it must do, said in the simplest way. */
function plainly(text: string) {
  const lines = text.split(/(\r\n|\r|\n)/)
  let endOfDataLookAlike = false
  for (let i = 0; i < lines.length - 1; i += 2) {
    const line = lines[i] ?? ''
    const wellKept = (lines[i - 1] ?? '\r\n') === '\r\n' && lines[i + 1] === '\r\n' && !line.includes('\0')
    if (line.replace(/[ \t\0]/g, '') === '.' && !wellKept) endOfDataLookAlike = true
  }
  return {
    text: text.replace(/\r\n|\r|\n/g, '\r\n'),
    bareCr: text.match(/\r(?!\n)/g)?.length ?? 0,
    bareLf: text.match(/(?<!\r)\n/g)?.length ?? 0,
    nul: text.match(/\0/g)?.length ?? 0,
    longestLine: Math.max(...lines.filter((_, i) => i % 2 === 0).map(line => line.length)),
    endOfDataLookAlike,
  }
}

test('a chunk that needs no change is returned as it is', () => {
  const lines = lineEnds()
  for (const text of ['one\r\ntwo\r\n', 'three', ' four\r', '\nfive\r\n', '']) {
    const chunk = Buffer.from(text)
    expect(lines.push(chunk)).toBe(chunk)
  }
  expect({ bareCr: lines.bareCr, bareLf: lines.bareLf, longest: lines.longestLine }).toEqual({
    bareCr: 0,
    bareLf: 0,
    longest: 10,
  })
})

test('W04 every bare CR and LF becomes CRLF and is counted, wherever the chunks are cut', () => {
  const piece = fc.constantFrom('\r', '\n', '\r\n', '.', '..', 'text', '\0', ' ', '\t')
  fc.assert(
    fc.property(fc.array(fc.array(piece, { maxLength: 5 }), { maxLength: 8 }), pieces => {
      const chunks = pieces.map(some => some.join(''))
      expect(run(chunks)).toEqual(plainly(chunks.join('')))
    }),
    { numRuns: runs(3000) },
  )
})

test.for<[text: string, lookAlike: boolean]>([
  ['a\n.\nb', true],
  ['a\n.\r\nb', true],
  ['a\r\n.\nb', true],
  ['a\r.\rb', true],
  ['a\r\n.\rb', true],
  ['a\r.\r\nb', true],
  ['a\r\n.\r\r\nb', true],
  ['a\r\n\0.\r\nb', true],
  ['a\r\n.\0\r\nb', true],
  ['a\n. \r\nb', true],
  ['.\nb', true],
  ['a\r\n.\r', true],
  ['a\r\n.\r\nb', false],
  ['a\r\n..\r\nb', false],
  ['a\n..\nb', false],
  ['a\r\n. \r\nb', false],
  ['a.\nb', false],
  ['a\n.b\n', false],
])('W04 %j is taken for the end of the data by some server: %s', ([text, lookAlike]) => {
  expect(run([text]).endOfDataLookAlike).toBe(lookAlike)
  expect(run([...text]).endOfDataLookAlike).toBe(lookAlike)
})

test('W07 a NUL in the body is counted and nothing is cut off', () => {
  expect(run(['one\0two\r\nthree\r\n'])).toEqual({
    text: 'one\0two\r\nthree\r\n',
    bareCr: 0,
    bareLf: 0,
    nul: 1,
    longestLine: 7,
    endOfDataLookAlike: false,
  })
})

const MEGABYTE = 1024 * 1024
test.for<[name: string, unit: string]>([
  ['one line', 'x'],
  ['nothing but LF', '\n'],
  ['nothing but CR', '\r'],
  ['a letter and LF', 'a\n'],
  ['NULs', '\0'],
  ['dots', '.\r\n'],
])('M03 each 64 KB of %s take at most 10 ms of CPU, so that the event loop is never blocked for long', ([, unit]) => {
  const chunk = Buffer.from(unit.repeat(Math.ceil(65_536 / unit.length)).slice(0, 65_536))
  const lines = lineEnds()
  const pushMegabyte = () => {
    for (let pushed = 0; pushed < MEGABYTE; pushed += chunk.length) lines.push(chunk)
  }
  const first = cpuOf(pushMegabyte)
  for (let megabyte = 0; megabyte < 6; megabyte++) pushMegabyte()
  // Sixteen chunks, each bounded, and the later ones no more expensive than the first.
  expect(first).toBeLessThan(16 * 10)
  expect(cpuOf(pushMegabyte, 2 * first + 20)).toBeLessThan(2 * first + 20)
})
