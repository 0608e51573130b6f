import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { Message } from '../../src/core/stage.ts'
import { parsed } from '../../src/facts/parsed.ts'
import type { Shape } from '../../src/facts/shape.ts'

const flat: Shape = { octets: 0, lines: 0, longestLine: 0, eightBit: false, nul: false, boundaryLines: 0 }

function message(text: string, shape: Shape = flat) {
  const asked: string[] = []
  const context = {
    size: text.length,
    open: () => Readable.from([Buffer.from(text)]),
    signal: new AbortController().signal,
    ask: async ({ name }: { readonly name: string }) => {
      asked.push(name)
      return shape
    },
  }
  return { context: context as unknown as Message, asked }
}

test('a small message is parsed without a look at its shape', async () => {
  const { context, asked } = message('Subject: x\r\n\r\nHello\r\n')
  expect(await parsed.find(context)).toMatchObject({ kind: 'parsed', parts: [{ text: 'Hello\r\n' }], defects: [] })
  expect(asked).toEqual([])
})

test.for<[name: string, shape: Shape]>([
  ['ordinary', flat],
  ['of many lines', { ...flat, lines: 30_000 }],
  ['of many boundaries', { ...flat, boundaryLines: 3000 }],
])('a larger message %s is parsed the same way, wherever that happens', async ([, shape]) => {
  const { context, asked } = message(`Subject: x\r\n\r\n${'Hello\r\n'.repeat(12_000)}`, shape)
  expect(await parsed.find(context)).toMatchObject({ kind: 'parsed', parts: [{ size: 84_000 }], defects: [] })
  expect(asked).toEqual(['shape'])
})
