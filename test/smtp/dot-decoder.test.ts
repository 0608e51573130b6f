/** The decoder of DATA against a slow oracle that reads the whole message as one string. */
import { expect, test } from 'vitest'
import { DotDecoder } from '../../src/smtp/dot-decoder.ts'
import { fc, runs } from '../support/property.ts'

interface Read {
  readonly content: string
  /** How many bytes were used, once the end of the data was found. */
  readonly end: number | undefined
}

/** RFC 5321 §4.5.2, line by line. Only CRLF ends a line; what follows the last one is an unfinished line. */
function oracle(sent: string): Read {
  let content = ''
  let at = 0
  for (;;) {
    const end = sent.indexOf('\r\n', at)
    if (end < 0) break
    const line = sent.slice(at, end + 2)
    at = end + 2
    if (line === '.\r\n') return { content, end: at }
    content += line.startsWith('.') ? line.slice(1) : line
  }
  return { content, end: undefined }
}

/** What the decoder makes of the same bytes, in these pieces. */
function decoded(pieces: readonly string[]): Read {
  const decoder = new DotDecoder()
  let content = ''
  let used = 0
  for (const piece of pieces) {
    const { content: part, end, owedCr } = decoder.push(Buffer.from(piece, 'latin1'))
    content += (owedCr ? '\r' : '') + part.toString('latin1')
    if (end !== undefined) return { content, end: used + end }
    used += piece.length
  }
  return { content, end: undefined }
}

const letters = fc.constantFrom('.', '\r', '\n', '\r\n', '\r\n.', '.\r\n', 'a', '\0', '\n.\n', '\r\n.\r\n')
const messages = fc.array(letters, { maxLength: 12 }).map(parts => parts.join(''))

test('at every cut into two and three pieces the content is that of the oracle', () => {
  fc.assert(
    fc.property(messages, text => {
      // The end behind it, so that the oracle has no unfinished line to leave out.
      const sent = `${text}\r\n.\r\n`
      const expected = oracle(sent)
      expect(expected.end).toBeDefined()
      for (let first = 0; first <= sent.length; first += 1)
        for (let second = first; second <= sent.length; second += 1) {
          const pieces = [sent.slice(0, first), sent.slice(first, second), sent.slice(second)]
          expect({ pieces, ...decoded(pieces) }).toEqual({ pieces, ...expected })
        }
    }),
    { numRuns: runs(150) },
  )
})

test('byte by byte the content is that of the oracle', () => {
  fc.assert(
    fc.property(messages, text => {
      const sent = `${text}\r\n.\r\nQUIT\r\n`
      expect(decoded([...sent])).toEqual(oracle(sent))
    }),
    { numRuns: runs(2_000) },
  )
})

test('what is no end of the data is content to its last byte', () => {
  fc.assert(
    fc.property(messages, text => {
      const sent = `${text}x`
      fc.pre(oracle(sent).end === undefined)
      const last = sent.slice(sent.lastIndexOf('\r\n') < 0 ? 0 : sent.lastIndexOf('\r\n') + 2)
      const expected = oracle(sent).content + (last.startsWith('.') ? last.slice(1) : last)
      expect(decoded([...sent])).toEqual({ content: expected, end: undefined })
      expect(decoded([sent])).toEqual({ content: expected, end: undefined })
    }),
    { numRuns: runs(2_000) },
  )
})
