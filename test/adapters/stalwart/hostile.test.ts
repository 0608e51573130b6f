/** Calls that are huge, deep or wrong in their numbers: refused for next to nothing, while others are served. */
import { describe, expect, test } from 'vitest'
import { type HooksOptions, hooks } from '../../../src/adapters/stalwart/index.ts'
import { jsonGuard } from '../../../src/adapters/stalwart/json-guard.ts'
import { type Filter, PosternError, postern } from '../../../src/index.ts'
import { zone } from '../../../src/testing/zone.ts'
import { longestStretch } from '../../support/cpu.ts'
import { fc } from '../../support/property.ts'

const authorization = 'Bearer secret'
const gatewayOf = (...filters: readonly Filter[]) =>
  postern({ name: 'mx.example.net', dns: zone({}), filters, trace: [] })
const MB = 1_048_576
const PIECE = 65_536

/**
 * A request whose body comes piece by piece from the loop, as from a socket; `pulled` counts the pieces that were
 * taken.
 */
function streamed(size: number, pieceOf: (at: number, length: number) => string, headers: Record<string, string> = {}) {
  const pulled = { count: 0 }
  let at = 0
  const body = new ReadableStream(
    {
      pull: async stream => {
        await new Promise(resolve => setImmediate(resolve))
        if (at >= size) return stream.close()
        const length = Math.min(PIECE, size - at)
        pulled.count += 1
        stream.enqueue(Buffer.from(pieceOf(at, length)))
        at += length
      },
    },
    { highWaterMark: 0 },
  )
  const init = { method: 'POST', headers: { authorization, ...headers }, body, duplex: 'half' } as const
  return { request: new Request('http://127.0.0.1/', init), pulled }
}

const context = { stage: 'data', client: { ip: '192.0.2.1', port: 4711, helo: 'mx.example.org' } }
const envelope = { from: { address: 'alice@example.org' }, to: [{ address: 'bob@example.net' }] }
const callOf = (contents: string) =>
  JSON.stringify({ context, envelope, message: { headers: [['From', ' alice@example.org\r\n']], contents } })

describe('a secret', () => {
  test.for<[what: string, options: unknown]>([
    ['no options', undefined],
    ['no secret', {}],
    ['an empty secret', { authorization: '' }],
  ])('P01 %s is a mistake that is named when the handler is made', ([, options]) => {
    expect(() => hooks(gatewayOf(), options as HooksOptions)).toThrow(PosternError)
    expect(() => hooks(gatewayOf(), options as HooksOptions)).toThrow(
      /hooks\.authorization.*a secret that requests must have/s,
    )
  })
})

describe('P05 48 MB of JSON', () => {
  test.for<[what: string, piece: string, pieces: number, error: RegExp]>([
    ['open brackets', '[', 1, /nested at most 32 deep/],
    ['open objects', '{"a":', 1, /nested at most 32 deep/],
    ['numbers', '0,', 8, /at most 200000 values/],
    ['empty lists', '[],', 8, /at most 200000 values/],
  ])('of %s is refused when the first of it has come', async ([, piece, pieces, error]) => {
    const ms = await longestStretch(async () => {
      const { request, pulled } = streamed(48 * MB, (_, length) => piece.repeat(Math.ceil(length / piece.length)))
      const response = await hooks(gatewayOf(), { authorization })(request)
      expect([response.status, await response.json()]).toEqual([400, { error: expect.stringMatching(error) }])
      expect(pulled.count).toBeLessThanOrEqual(pieces)
    }, 20)
    expect(ms).toBeLessThan(20)
  })

  test.for<[what: string, begin: string, end: string, status: number]>([
    ['in one text that is no call', '"', '"', 400],
    ['in a text that does not end', '"', '', 400],
    ['in a call of another form', '{"context":"', '"}', 400],
    ['that are too many', '"', '"', 413],
  ])('%s is refused, and no turn of the loop takes 20 ms of CPU', async ([, begin, end, status]) => {
    const size = 48 * MB
    const piece = (at: number, length: number) => {
      const middle = 'x'.repeat(length - (at === 0 ? begin.length : 0) - (at + length === size ? end.length : 0))
      return `${at === 0 ? begin : ''}${middle}${at + length === size ? end : ''}`
    }
    const handler = hooks(gatewayOf(), { authorization, ...(status === 413 && { size: '20mb' }) })
    const ms = await longestStretch(async () => {
      expect((await handler(streamed(size, piece).request)).status).toBe(status)
    }, 20)
    expect(ms).toBeLessThan(20)
  })

  test('that is an honest message is judged, byte for byte, and no turn of the loop takes 50 ms of CPU', async () => {
    const line = `${'Grüße "and" back\\slash '.repeat(3)}\r\n`
    const contents = line.repeat(Math.floor((24 * MB) / Buffer.byteLength(line)))
    const body = Buffer.from(callOf(contents))
    const at = (from: number, length: number) => body.toString('latin1', from, from + length)
    const sizes: number[] = []
    const handler = hooks(gatewayOf({ name: 'seen', message: ({ size }) => void sizes.push(size) }), { authorization })
    const ms = await longestStretch(async () => {
      // The pieces are bytes, not text.
      const data = streamed(body.length, at).request.body?.pipeThrough(
        new TransformStream({ transform: (piece, out) => out.enqueue(Buffer.from(piece.toString('utf8'), 'latin1')) }),
      )
      const made = new Request('http://127.0.0.1/', {
        method: 'POST',
        headers: { authorization },
        body: data as ReadableStream,
        duplex: 'half',
      })
      expect(await (await handler(made)).json()).toEqual({ action: 'accept' })
    }, 50)
    expect(new Set(sizes)).toEqual(new Set([Buffer.byteLength(`From: alice@example.org\r\n\r\n${contents}`)]))
    expect(ms).toBeLessThan(50)
  }, 60_000)
})

test('P05 calls are read while a large one is: small ones do not wait for it', async () => {
  const order: string[] = []
  const handler = hooks(
    gatewayOf({ name: 'seen', message: ({ size }) => void order.push(size > MB ? 'large' : 'small') }),
    {
      authorization,
    },
  )
  const ask = (contents: string) =>
    handler(new Request('http://127.0.0.1/', { method: 'POST', headers: { authorization }, body: callOf(contents) }))
  await Promise.all([ask('x'.repeat(20 * MB)), ask('Hello\r\n')])
  expect(order).toEqual(['small', 'large'])
})

describe('P05 numbers of another kind', () => {
  test.for<[what: string, change: (call: { context: typeof context }) => unknown]>([
    ['a port below nothing', ({ context: { client } }) => Object.assign(client, { port: -1 })],
    ['a port beyond 2⁵³', ({ context: { client } }) => Object.assign(client, { port: 2 ** 53 })],
    ['a port that is a list', ({ context: { client } }) => Object.assign(client, { port: [[[1]]] })],
    ['a port of a part', ({ context: { client } }) => Object.assign(client, { port: 1.5 })],
  ])('%s is a mistake that is named', async ([, change]) => {
    const call = JSON.parse(callOf('Hello'))
    change(call)
    const body = JSON.stringify(call)
    const asked = new Request('http://127.0.0.1/', { method: 'POST', headers: { authorization }, body })
    const response = await hooks(gatewayOf(), { authorization })(asked)
    expect([response.status, await response.json()]).toEqual([400, { error: expect.stringMatching(/client\.port/) }])
  })

  test.for(['-1', '1e3', '0x10', '9007199254740993000', '12, 12', 'NaN'])('content-length: %s', async length => {
    const { request } = streamed(10, () => '{}', { 'content-length': length })
    const response = await hooks(gatewayOf(), { authorization })(request)
    expect([response.status, await response.json()]).toEqual([400, { error: expect.stringMatching(/content-length/) }])
  })
})

test('P06 Stalwart that does not know its client', async () => {
  const seen: unknown[] = []
  const handler = hooks(gatewayOf({ name: 'seen', mail: ({ ip, helo }) => void seen.push(ip, helo) }), {
    authorization,
  })
  for (const ip of [null, '', 'unknown']) {
    const body = JSON.stringify({ context: { stage: 'mail', client: { ip, helo: null } }, envelope })
    const asked = new Request('http://127.0.0.1/', { method: 'POST', headers: { authorization }, body })
    expect(await (await handler(asked)).json()).toEqual({ action: 'accept' })
  }
  expect(seen).toEqual(Array(6).fill(undefined))
})

test('the guard sees depth and values as a parser does, however the pieces are cut', () => {
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0
  const texts = fc.string({ unit: fc.constantFrom('"', '\\', '[', ']', '{', 'a', ',', '\n'), maxLength: 12 })
  const nested = fc.letrec(tie => ({
    value: fc.oneof({ maxDepth: 40, withCrossShrink: true }, texts, fc.array(tie('value'), { maxLength: 3 })),
  })).value
  fc.assert(
    fc.property(nested, fc.nat(40), fc.integer({ min: 1, max: 9 }), (value, around, cut) => {
      let whole = value
      for (let count = 0; count < around; count += 1) whole = [whole]
      const bytes = Buffer.from(JSON.stringify(whole))
      const guard = jsonGuard()
      const look = () => {
        for (let at = 0; at < bytes.length; at += cut) guard.push(bytes.subarray(at, at + cut))
      }
      if (depthOf(whole) > 32) expect(look).toThrow(/32/)
      else expect(look).not.toThrow()
    }),
  )
})
