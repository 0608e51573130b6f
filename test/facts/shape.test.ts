import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { type Shape, shape } from '../../src/facts/shape.ts'
import { postern } from '../../src/index.ts'
import { lineEnds } from '../../src/mime/decode/line-ends.ts'
import { ask } from '../../src/testing/probe.ts'
import { zone } from '../../src/testing/zone.ts'
import { growth } from '../support/cpu.ts'
import { fc, runs } from '../support/property.ts'

/** As a session counts it, from a message that comes in these parts. */
async function shapeOf(message: string, cuts: readonly number[] = []): Promise<Shape | undefined> {
  const seen: Shape[] = []
  const gateway = postern({
    dns: zone({}),
    filters: [{ name: 'look', message: async context => void seen.push(await context.ask(shape)) }],
  })
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('client.example')
  await session.mail('')
  await session.rcpt('bob@example.org')
  const bytes = Buffer.from(message, 'latin1')
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length]
  await session.data(Readable.from(places.slice(1).map((place, index) => bytes.subarray(places[index], place))))
  session.close()
  await gateway.close()
  return seen[0]
}

test('the body is counted, the header section is not', async () => {
  const text = 'Subject: ----\r\n\r\n--b\r\nlonger line\r\n--b--\r\n\xe4\0'
  const expected = { bytes: 27, lines: 3, longestLine: 11, eightBit: true, nul: true, boundaryLines: 2 }
  expect(await shapeOf(text)).toEqual(expected)
  expect(await ask(shape, { message: Buffer.from(text, 'latin1') })).toEqual(expected)
})

test('a message without a body has an empty shape', async () => {
  const empty = { bytes: 0, lines: 0, longestLine: 0, eightBit: false, nul: false, boundaryLines: 0 }
  expect(await shapeOf('Subject: x\r\n\r\n')).toEqual(empty)
  expect(await shapeOf('Subject: x\r\n')).toEqual(empty)
})

test.for(['\r\n', '\r', '\n'])(
  'it makes no difference how the message is cut, nor that its lines end in %j',
  async end => {
    const piece = fc.constantFrom(end, end, '-', '--', 'text', '\xe4', '\0')
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.nat(40), { maxLength: 10 }),
        async (pieces, cuts) => {
          const message = `A: x${end}${end}${pieces.join('')}`
          const places = cuts.filter(cut => cut < message.length)
          const whole = await shapeOf(message)
          expect(await shapeOf(message, places)).toEqual(whole)
          const body = pieces.join('')
          const lines = body.split(end)
          expect(whole).toEqual({
            bytes: body.length + (2 - end.length) * (lines.length - 1),
            lines: lines.length - 1,
            longestLine: Math.max(...lines.map(line => line.length)),
            eightBit: body.includes('\xe4'),
            nul: body.includes('\0'),
            boundaryLines: lines.filter(line => line.startsWith('--')).length,
          })
        },
      ),
      { numRuns: runs(300) },
    )
  },
)

test('M03 sixteen megabytes of short lines are counted chunk by chunk, each at the cost of its bytes', async () => {
  const chunk = Buffer.from('a\r\n'.repeat(21_845))
  const count = (chunks: number) => {
    const lines = lineEnds()
    for (let i = 0; i < chunks; i++) lines.push(chunk)
    expect(lines.body().lines).toBe(chunks * 21_845)
  }
  expect(await growth(count, { small: 64, large: 256, enough: 12 })).toBeLessThan(12)
})
