/** A real clamscan instance, before servers that misbehave: made safe by what stands around it. */
import { Readable } from 'node:stream'
import NodeClam from 'clamscan'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { clamscanScan, type StreamResult, type StreamScanner } from '../../../src/filters/clamav/clamscan.ts'
import { guardedScanner } from '../../../src/filters/clamav/scanner.ts'
import { clean, type Scan, unknown } from '../../../src/filters/clamav/verdict.ts'
import { clock } from '../../../src/testing/clock.ts'
import { falseClamd, says } from '../../support/false-clamd.ts'
import { misbehaviours } from './faults.ts'
import { advanceUntil, scannable } from './scannable.ts'

const DEADLINE = 600
const limits = { deadline: DEADLINE, concurrency: 10, maxQueue: 10, maxSize: 100_000_000, failures: 100, retry: 1_000 }
const content = Array.from({ length: 4 }, (_, index) => Buffer.alloc(50_000, 65 + index))
const guarded = (scanner: StreamScanner): Scan => guardedScanner(clamscanScan(scanner), limits)
/** As `init()` would leave it, without the local programs that it runs. */
const instance = ({ host, port }: { host: string; port: number }): StreamScanner => {
  const scanner = new NodeClam()
  const settings = { ...scanner.defaults, clamdscan: { ...scanner.defaults.clamdscan, host, port, timeout: 1_000 } }
  return Object.assign(scanner, { settings, initialized: true })
}

const rejections: unknown[] = []
const note = (reason: unknown) => rejections.push(reason)
beforeAll(() => {
  process.on('unhandledRejection', note)
})
afterAll(() => {
  process.off('unhandledRejection', note)
})
beforeEach(() => {
  // It prints every error of a socket.
  vi.spyOn(console, 'error').mockReturnValue()
})

describe('before a clamd that', () => {
  test.concurrent.for(Object.entries(misbehaviours))(
    'D01 %s clamscan gives no verdict, in time, and no socket stays open',
    async ([, { manner }], { expect }) => {
      await using clamd = await falseClamd(manner)
      const hand = clock()
      const message = scannable(content, { clock: hand })
      const verdict = guarded(instance(clamd))(message)
      expect(await advanceUntil(verdict, hand)).toBeLessThanOrEqual(DEADLINE)
      expect(await verdict).toMatchObject({ kind: 'unknown' })
      await expect.poll(message.released).toBe(true)
      clamd.resume()
      // Its sockets cannot be reached from outside: they end by its own time-out.
      await expect.poll(clamd.open, { timeout: 10_000 }).toBe(0)
      expect(rejections).toEqual([])
    },
  )

  test('says OK clamscan says clean', async () => {
    await using clamd = await falseClamd(says('stream: OK\0'))
    expect(await guarded(instance(clamd))(scannable(content))).toEqual(clean)
  })

  test('says FOUND clamscan says infected', async () => {
    await using clamd = await falseClamd(says('stream: Evil FOUND\0'))
    expect(await guarded(instance(clamd))(scannable(content))).toEqual({ kind: 'infected', name: 'Evil' })
  })
})

describe('an instance that', () => {
  const answering = (result: StreamResult): StreamScanner => ({ scanStream: async () => result })

  test.for([
    [{ isInfected: null }, unknown('garbage', 'clamscan does not know whether the message is clean')],
    [{ isInfected: false, resultString: 'foo: OK\0' }, unknown('garbage', 'the scanner answers "foo: OK"')],
    [
      { isInfected: false, resultString: 'stream: OK' },
      unknown('closed', 'clamd closed the connection before a whole reply'),
    ],
    [
      { isInfected: true, viruses: [] },
      { kind: 'infected', name: 'without a name' },
    ],
    [
      { isInfected: true, viruses: ['E\x1bvil'] },
      { kind: 'infected', name: 'E?vil' },
    ],
    [{ isInfected: false, viruses: [] }, clean],
  ] as const)('answers %j', async ([result, verdict]) => {
    expect(await guarded(answering(result))(scannable('x'))).toEqual(verdict)
  })

  test('D01 never settles is unknown at the deadline, and its source is taken from it', async () => {
    const message = scannable(content)
    const scanner: StreamScanner = { scanStream: stream => new Promise(() => stream.on('data', () => stream.pause())) }
    expect(await guarded(scanner)(message)).toEqual(
      unknown('timeout', `the scanner gave no answer within ${DEADLINE} ms`),
    )
    await expect.poll(message.released).toBe(true)
  })

  test('rejects long after the deadline breaks nothing', async () => {
    let fail: (error: Error) => void = () => undefined
    const scanner: StreamScanner = {
      scanStream: () =>
        new Promise((_, reject) => {
          fail = reject
        }),
    }
    expect(await guarded(scanner)(scannable('x'))).toMatchObject({ kind: 'unknown', cause: 'timeout' })
    fail(new Error('too late'))
    await new Promise(resolve => setImmediate(resolve))
    expect(rejections).toEqual([])
  })

  test('would wait for ever on an empty message is not asked', async () => {
    const scanner: StreamScanner = { scanStream: () => new Promise(() => undefined) }
    expect(await guarded(scanner)(scannable(''))).toEqual(clean)
  })

  test('is fed a message that cannot be read gives no verdict', async () => {
    await using clamd = await falseClamd(says('stream: OK\0'))
    const open = () =>
      new Readable({
        read() {
          this.destroy(new Error('disk gone'))
        },
      })
    expect(await guarded(instance(clamd))({ ...scannable('x'), open })).toMatchObject({ kind: 'unknown' })
    expect(rejections).toEqual([])
  })
})
