/** Our client for clamd, before servers that misbehave. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { clamdScan, ping } from '../../../src/filters/clamav/clamd.ts'
import { guardedScanner } from '../../../src/filters/clamav/scanner.ts'
import { clean, unknown } from '../../../src/filters/clamav/verdict.ts'
import { clock } from '../../../src/testing/clock.ts'
import { falseClamd, says, trickles } from '../../support/false-clamd.ts'
import { freePort, scratch } from '../../support/scratch.ts'
import { misbehaviours } from './faults.ts'
import { advanceUntil, scannable } from './scannable.ts'

const DEADLINE = 600
const limits = { deadline: DEADLINE, concurrency: 10, maxQueue: 10, maxSize: 100_000_000, failures: 100, retry: 1_000 }
const content = Array.from({ length: 4 }, (_, index) => Buffer.alloc(50_000, 65 + index))

describe('a clamd that', () => {
  test.concurrent.for(Object.entries(misbehaviours))(
    'D01 %s gives no verdict, in time, and no socket stays open',
    async ([, { manner, cause }], { expect }) => {
      await using clamd = await falseClamd(manner)
      const hand = clock()
      const message = scannable(content, { clock: hand })
      const verdict = guardedScanner(clamdScan(clamd), limits)(message)
      // The deadline is the last that may end it, and only what hangs comes as far.
      expect(await advanceUntil(verdict, hand)).toSatisfy((ms: number) =>
        cause === 'timeout' ? ms === DEADLINE : ms <= DEADLINE,
      )
      expect(await verdict).toEqual(unknown(cause, expect.any(String)))
      expect(message.released()).toBe(true)
      clamd.resume()
      await expect.poll(clamd.open).toBe(0)
    },
  )

  test('D01 is not there gives no verdict', async () => {
    await using folder = await scratch()
    const port = await freePort()
    expect(await clamdScan({ host: '127.0.0.1', port })(scannable(content))).toEqual(
      unknown('refused', `clamd at 127.0.0.1:${port} cannot be reached (ECONNREFUSED)`),
    )
    const path = join(folder.path, 'none.sock')
    expect(await clamdScan({ path })(scannable(content))).toEqual(
      unknown('refused', `clamd at ${path} cannot be reached (ENOENT)`),
    )
  })

  test('answers byte by byte, but in time, is believed', async () => {
    await using clamd = await falseClamd(trickles('stream: OK\0', 5))
    expect(await clamdScan(clamd)(scannable(content))).toEqual(clean)
  })

  test('D01 says OK before it has the whole message gives no verdict', async () => {
    await using clamd = await falseClamd({ connected: socket => socket.write('stream: OK\0'), deaf: true })
    const message = scannable(Array.from({ length: 600 }, () => Buffer.alloc(64 * 1024, 65)))
    expect(await clamdScan(clamd)(message)).toEqual(
      unknown('garbage', `clamd at 127.0.0.1:${clamd.port} answers before it has received the whole message`),
    )
    await expect.poll(message.released).toBe(true)
  })

  test('complains of the size before all is sent is read, and not only its reset', async () => {
    await using clamd = await falseClamd({
      begun: socket => socket.write('INSTREAM size limit exceeded. ERROR\0', () => socket.resetAndDestroy()),
    })
    const long = Array.from({ length: 200 }, () => Buffer.alloc(64 * 1024, 65))
    const verdicts = await Promise.all(Array.from({ length: 5 }, () => clamdScan(clamd)(scannable(long))))
    // A reset may overtake the complaint; then it is unknown all the same.
    for (const verdict of verdicts)
      expect(verdict).toMatchObject({ kind: 'unknown', cause: expect.stringMatching(/^(size-limit|reset)$/) })
  })
})

describe('a message', () => {
  test('is sent whole, in its order, its empty parts left out: a length of nothing would end it', async () => {
    const bytesSent: Buffer[] = []
    const server = createServer(socket => {
      socket.on('error', () => undefined)
      socket.on('data', bytes => {
        bytesSent.push(bytes)
        if (Buffer.concat(bytesSent).subarray(-4).equals(Buffer.alloc(4))) socket.end('stream: OK\0')
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const parts = [Buffer.from('one'), Buffer.alloc(0), Buffer.alloc(70_000, 'x'), Buffer.from('end')]
    expect(await clamdScan({ host: '127.0.0.1', port })(scannable(parts))).toEqual(clean)
    server.close()
    const sent = Buffer.concat(bytesSent)
    const lengths: number[] = []
    const received: Buffer[] = []
    for (let at = 'zINSTREAM\0'.length; at < sent.length; at += 4 + (lengths.at(-1) ?? 0)) {
      lengths.push(sent.readUInt32BE(at))
      received.push(sent.subarray(at + 4, at + 4 + sent.readUInt32BE(at)))
    }
    expect(sent.toString('latin1', 0, 10)).toBe('zINSTREAM\0')
    expect(lengths).toEqual([3, 65_536, 4_464, 3, 0])
    expect(Buffer.concat(received).equals(Buffer.concat(parts))).toBe(true)
  })

  test('that cannot be read gives no verdict', async () => {
    await using clamd = await falseClamd(says('stream: OK\0'))
    const open = () =>
      new Readable({
        read() {
          this.destroy(new Error('disk gone'))
        },
      })
    expect(await clamdScan(clamd)({ ...scannable('x'), open })).toEqual(
      unknown('error', 'the message could not be read (Error)'),
    )
    await expect.poll(clamd.open).toBe(0)
  })

  test('no caller waits for any more is given up at once', async () => {
    await using clamd = await falseClamd({})
    const leaver = new AbortController()
    const message = scannable(content, { signal: leaver.signal })
    const verdict = clamdScan(clamd)(message)
    await expect.poll(clamd.open).toBe(1)
    leaver.abort()
    expect(await verdict).toEqual(unknown('aborted', 'the answer is not needed any more'))
    expect(message.released()).toBe(true)
    await expect.poll(clamd.open).toBe(0)
    expect(await clamdScan(clamd)(message)).toEqual(unknown('aborted', 'the answer is not needed any more'))
    expect(clamd.seen()).toBe(1)
  })

  test('D04 waits for a clamd that does not read, in the spool and not in memory', async () => {
    await using clamd = await falseClamd({ deaf: true })
    const part = Buffer.alloc(64 * 1024, 65)
    let given = 0
    const open = () =>
      Readable.from(
        (function* () {
          for (; given < 25 * 1024 * 1024; given += part.length) yield part
        })(),
        { objectMode: true, highWaterMark: 1 },
      )
    const leaver = new AbortController()
    const verdict = clamdScan(clamd)({ ...scannable('x', { signal: leaver.signal }), open })
    await expect.poll(() => given).toBeGreaterThan(0)
    let before = -1
    while (before !== given) {
      before = given
      await sleep(100)
    }
    leaver.abort()
    expect(await verdict).toEqual(unknown('aborted', 'the answer is not needed any more'))
    // What the kernel had taken still arrives; the rest of what left the spool was with us.
    clamd.resume()
    await expect.poll(clamd.open, { timeout: 10_000 }).toBe(0)
    expect(clamd.read()).toBeGreaterThan(0)
    expect(given - clamd.read()).toBeLessThan(1024 * 1024)
    expect(given).toBeLessThan(25 * 1024 * 1024)
  })
})

describe('a ping', () => {
  const never = new AbortController().signal
  test.for([
    ['PONG\0', true],
    ['PONG', false],
    ['PONG\n', false],
    ['stream: OK\0', false],
    ['', false],
  ] as const)('answered by %j says %s', async ([reply, there]) => {
    await using clamd = await falseClamd({ begun: socket => socket.end(reply) })
    expect(await ping(clamd, never)).toBe(there)
    await expect.poll(clamd.open).toBe(0)
  })
})
