/** Replies of a next hop are read the same wherever they are cut, and whatever else it sends ends the reading. */
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { type HopReply, ReplyReader } from '../../../src/relay/delivery/hop/reply-reader.ts'
import { fc } from '../../support/property.ts'

const reader = () => {
  const stream = new PassThrough()
  stream.on('error', () => undefined)
  return { stream, reader: new ReplyReader(stream as unknown as Socket) }
}

const text = fc.stringMatching(/^[ -~]{0,60}$/)
const replyOf = fc.record({
  code: fc.integer({ min: 200, max: 599 }),
  lines: fc.array(text, { minLength: 1, maxLength: 5 }),
})
const wire = ({ code, lines }: HopReply): string =>
  lines.map((line, index) => `${code}${index === lines.length - 1 ? ' ' : '-'}${line}\r\n`).join('')

test('the same replies, wherever the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(replyOf, { minLength: 1, maxLength: 6 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
      async (replies, sizes) => {
        const { stream, reader: read } = reader()
        const bytes = Buffer.from(replies.map(wire).join(''))
        for (let at = 0; at < bytes.length; ) {
          const size = sizes.next().value
          stream.write(bytes.subarray(at, at + size))
          at += size
        }
        const found: HopReply[] = []
        for (const _reply of replies) found.push(await read.next(1_000))
        expect(found).toEqual(replies)
        expect(read.isQuiet).toBe(true)
      },
    ),
  )
})

test('whatever arrives, reading ends with a reply or an error, and never holds more than its bound', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 2_000 }), async bytes => {
      const { stream, reader: read } = reader()
      stream.end(bytes)
      const end = await read.next(1_000).then(
        ({ code }) => code >= 200 && code < 600,
        error => error instanceof Error,
      )
      expect(end).toBe(true)
    }),
  )
})

test.for([
  ['one line without an end', 'x'.repeat(70_000)],
  ['a reply of too many lines', '250-x\r\n'.repeat(501)],
  ['a reply of too many bytes', `250-${'x'.repeat(900)}\r\n`.repeat(80)],
  ['a thousand replies that were not asked for', '250 x\r\n'.repeat(1_001)],
  ['a line that is not a reply', 'hello\r\n'],
  ['a code of another class', '150 x\r\n'],
] as const)('%s closes the connection', async ([, sent]) => {
  const { stream, reader: read } = reader()
  stream.write(sent)
  await expect.poll(() => stream.destroyed).toBe(true)
  expect(read.isQuiet).toBe(false)
})
