/** What becomes of a message that is clean, infected, unknown, or cannot be looked into. */
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { postern } from '../../../src/engine/gateway.ts'
import { type ClamavOptions, clamav } from '../../../src/filters/clamav/clamav.ts'
import type { StreamResult, StreamScanner } from '../../../src/filters/clamav/clamscan.ts'
import { PosternError } from '../../../src/model/errors.ts'
import { defer, discard, type Finding, quarantine, reject } from '../../../src/model/finding.ts'
import type { CallExternal } from '../../../src/model/services.ts'
import { message } from '../../../src/testing/message.ts'
import { probe } from '../../../src/testing/probe.ts'
import type { Probed } from '../../../src/testing/probed.ts'
import { servicesOf } from '../../../src/testing/services.ts'
import { zone } from '../../../src/testing/zone.ts'
import { falseClamd, says } from '../../support/false-clamd.ts'
import { freePort } from '../../support/scratch.ts'

/** A scanner in memory, that answers as clamd would. */
const replying = (reply: string): StreamScanner => ({
  scanStream: async (): Promise<StreamResult> => ({ isInfected: null, resultString: `${reply}\0` }),
})
/** The one thing that is said, if anything is. */
async function judged(options: ClamavOptions, world: Probed = {}): Promise<Finding | undefined> {
  const [finding, ...more] = await probe(clamav(options), { message: 'From: a@example.org\n\n', ...world })
  expect(more).toEqual([])
  return finding
}

describe('a message that is', () => {
  test('clean has nothing said about it', async () => {
    expect(await judged({ scanner: replying('stream: OK') })).toBeUndefined()
  })

  const reason = 'ClamAV found Win.Worm-1'
  test.for([
    [undefined, reject('5.7.1', reason, { rule: 'clamav/infected', replyText: 'Message contains malware' })],
    ['reject', reject('5.7.1', reason, { rule: 'clamav/infected', replyText: 'Message contains malware' })],
    ['quarantine', quarantine(reason, { rule: 'clamav/infected' })],
    ['discard', discard(reason, { rule: 'clamav/infected' })],
  ] as const)('infected is treated as `infected: %s` says', async ([infected, finding]) => {
    const scanner = replying('stream: Win.Worm-1 FOUND')
    expect(await judged({ scanner, ...(infected && { infected }) })).toEqual<Finding>(finding)
  })

  test('S01 infected by something with a hostile name is named without harm', async () => {
    expect(await judged({ scanner: replying('stream: \x1b[2J\r\n\u202eevil FOUND') })).toEqual(
      reject('5.7.1', 'ClamAV found ?[2J???evil', { rule: 'clamav/infected', replyText: 'Message contains malware' }),
    )
  })

  test('D01 unknown fails the filter, which defers the message', async () => {
    await using clamd = await falseClamd(says('stream: OKAY\0'))
    const { host, port } = clamd
    expect(clamav({ host, port }).failure).toBe('defer')
    const reason = 'clamav failed: not scanned (garbage): the scanner answers "stream: OKAY"'
    expect(await judged({ host, port })).toEqual(defer('4.3.0', reason, { rule: 'clamav/failed' }))
    expect(await judged({ host, port, failure: 'pass' })).toEqual({ rule: 'clamav/failed', reason })
    await expect.poll(clamd.open).toBe(0)
  })

  test('D01 unknown because clamd is down is answered 451, and nothing of the reason leaves the building', async () => {
    const [host, port] = ['127.0.0.1', await freePort()]
    const reason = `clamav failed: not scanned (refused): clamd at ${host}:${port} cannot be reached (ECONNREFUSED)`
    expect(await judged({ host, port })).toEqual(defer('4.3.0', reason, { rule: 'clamav/failed' }))
    const gateway = postern({ filters: [clamav({ host, port })], dns: zone({}), notify: () => undefined })
    const session = gateway.open({ ip: '192.0.2.1', ref: 'REF' })
    await session.connect()
    await session.helo('mx.example.org')
    await session.mail('alice@example.org')
    await session.rcpt('bob@example.net')
    const { verdict, reply } = await session.data(Readable.from([message()]))
    expect({ verdict, code: reply.code, status: reply.status }).toEqual({
      verdict: 'defer',
      code: 451,
      status: '4.3.0',
    })
    expect(reply.text).not.toContain('clam')
    session.close()
    await gateway.close()
  })
})

describe('a message that cannot be scanned', () => {
  const reason = 'ClamAV could not scan all of the message: Heuristics.Encrypted.Zip'
  test.for([
    [undefined, quarantine(reason, { rule: 'clamav/unscannable' })],
    ['pass', { rule: 'clamav/unscannable', reason }],
    ['quarantine', quarantine(reason, { rule: 'clamav/unscannable' })],
    ['defer', defer('4.7.1', reason, { rule: 'clamav/unscannable' })],
    ['reject', reject('5.7.1', reason, { rule: 'clamav/unscannable' })],
  ] as const)('D03 is treated as `unscannable: %s` says', async ([unscannable, finding]) => {
    const scanner = replying('stream: Heuristics.Encrypted.Zip FOUND')
    expect(await judged({ scanner, ...(unscannable && { unscannable }) })).toEqual<Finding>(finding)
  })

  test.for(['Heuristics.Encrypted.PDF', 'Heuristics.Limits.Exceeded.MaxScanTime', 'Heuristics.Limits.Exceeded'])(
    'D03 is known by %s',
    async name => {
      expect(await judged({ scanner: replying(`stream: ${name} FOUND`) })).toMatchObject({ rule: 'clamav/unscannable' })
    },
  )

  test('D03 is a message that clamd finds too large, and its spool is given back', async () => {
    const scanner = replying('INSTREAM size limit exceeded. ERROR')
    expect(await judged({ scanner })).toEqual(
      quarantine('too large to be scanned: the scanner answers "INSTREAM size limit exceeded. ERROR"', {
        rule: 'clamav/unscannable',
      }),
    )
  })

  test('D03 is a message that is larger than `maxSize`, and is not sent at all', async () => {
    await using clamd = await falseClamd(says('stream: OK\0'))
    const large = Buffer.from(`From: a@example.org\r\n\r\n${'x'.repeat(2_000)}`)
    expect(await judged({ host: clamd.host, port: clamd.port, maxSize: '1kb' }, { message: large })).toEqual(
      quarantine(`too large to be scanned: the message has ${large.length} bytes; at most 1024 are scanned`, {
        rule: 'clamav/unscannable',
      }),
    )
    expect(clamd.seen()).toBe(0)
  })

  test('heuristics about other things are findings', async () => {
    expect(await judged({ scanner: replying('stream: Heuristics.Phishing.Email.SpoofedDomain FOUND') })).toMatchObject({
      rule: 'clamav/infected',
    })
  })
})

describe('the filter', () => {
  test('comes late, and leaves its scan the time to say what was wrong', () => {
    expect(clamav({ deadline: '10s' })).toMatchObject({ name: 'clamav', order: 'late', deadline: 15_000 })
  })

  test('asks for its verdict in a form that can be recorded', async () => {
    const asked: unknown[] = []
    const consult: CallExternal = async (key, question) => {
      const answer = await question()
      asked.push([key, JSON.parse(JSON.stringify(answer))])
      return answer
    }
    await judged({ scanner: replying('stream: Evil FOUND') }, { callExternal: consult })
    expect(asked).toEqual([['clamav', { kind: 'infected', name: 'Evil' }]])
  })

  test('takes a recorded verdict, and no answer for a clean one', async () => {
    const recorded = (answer: unknown): Probed => ({ callExternal: async () => answer as never })
    expect(await judged({}, recorded({ kind: 'infected', name: 'Evil' }))).toMatchObject({ verdict: 'reject' })
    expect(await judged({}, recorded({ kind: 'sound' }))).toEqual(
      defer('4.3.0', 'clamav failed: not scanned: the recorded verdict is invalid', { rule: 'clamav/failed' }),
    )
  })

  test('tells at the start whether clamd is there', async () => {
    await using clamd = await falseClamd({ begun: socket => socket.end('PONG\0') })
    const { host, port } = clamd
    const world = servicesOf()
    await expect(clamav({ host, port }).start?.(world)).resolves.toBeUndefined()
    clamd.become({ connected: socket => socket.end() })
    await expect(clamav({ host, port }).start?.(world)).rejects.toThrow(`no clamd answers at ${host}:${port}`)
    expect(clamav({ scanner: replying('stream: OK') }).start).toBeUndefined()
  })
})

test('every mistake in the options is named at once', () => {
  const build = () =>
    clamav({
      socket: '/run/clamd',
      scanner: replying(''),
      host: 'av.example.org',
      concurrency: 0,
      maxQueue: -1,
      failures: 0.5,
    })
  expect(build).toThrow(PosternError)
  expect(build).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({ path: 'clamav.concurrency', found: 0 }),
        expect.objectContaining({ path: 'clamav.maxQueue', found: -1 }),
        expect.objectContaining({ path: 'clamav.failures', found: 0.5 }),
        expect.objectContaining({ path: 'clamav.socket', found: 'socket and scanner' }),
        expect.objectContaining({ path: 'clamav.host' }),
      ],
    }),
  )
  expect(() => clamav({ port: 70_000 })).toThrow('clamav.port: found 70000, expected a port from 1 to 65535')
  expect(() => clamav({ deadline: '5 minutes' as '5m' })).toThrow('clamav.deadline')
})
