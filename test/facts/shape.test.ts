import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Header } from '../../src/core/stage.ts'
import { type Shape, shape } from '../../src/facts/shape.ts'
import { headerOf } from '../../src/mime/collect.ts'

async function shapeOf(text: string, cuts: readonly number[] = []): Promise<Shape> {
  const message = Buffer.from(text, 'latin1')
  const reader = shape.read({ header: headerOf(message) } as Header)
  const places = [0, ...[...cuts].sort((a, b) => a - b), message.length]
  for (let i = 1; i < places.length; i++) await reader.chunk(message.subarray(places[i - 1], places[i]))
  return await reader.end()
}

test('the body is counted, the header section is not', async () => {
  expect(await shapeOf('Subject: ----\r\n\r\n--b\r\nlonger line\r\n--b--\r\n\xe4\0')).toEqual({
    octets: 27,
    lines: 3,
    longestLine: 11,
    eightBit: true,
    nul: true,
    boundaryLines: 2,
  })
})

test('a message without a body has an empty shape', async () => {
  const empty = { octets: 0, lines: 0, longestLine: 0, eightBit: false, nul: false, boundaryLines: 0 }
  expect(await shapeOf('Subject: x\r\n\r\n')).toEqual(empty)
  expect(await shapeOf('Subject: x\r\n')).toEqual(empty)
})

test('it makes no difference how the message is cut', async () => {
  const piece = fc.constantFrom('\r\n', '-', '--', 'text', '\xe4')
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 12 }),
      fc.array(fc.nat(40), { maxLength: 10 }),
      async (pieces, cuts) => {
        const message = `A: x\r\n\r\n${pieces.join('')}`
        const places = cuts.filter(cut => cut < message.length)
        const whole = await shapeOf(message)
        expect(await shapeOf(message, places)).toEqual(whole)
        const lines = pieces.join('').split('\r\n')
        expect(whole).toMatchObject({
          lines: lines.length - 1,
          longestLine: Math.max(...lines.map(line => line.length)),
          boundaryLines: lines.filter(line => line.startsWith('--')).length,
        })
      },
    ),
    { numRuns: 500 },
  )
})

test('M03 sixteen megabytes of short lines are counted chunk by chunk, no chunk holding the loop for 50 ms', async () => {
  const reader = shape.read({ header: headerOf(Buffer.from('A: x\r\n\r\n')) } as Header)
  const chunk = Buffer.from('a\r\n'.repeat(21_845))
  await reader.chunk(Buffer.from('A: x\r\n\r\n'))
  const times: number[] = []
  for (let i = 0; i < 256; i++) {
    const started = performance.now()
    await reader.chunk(chunk)
    times.push(performance.now() - started)
  }
  times.sort((a, b) => a - b)
  expect(times[Math.floor(times.length * 0.95)]).toBeLessThan(50)
})
