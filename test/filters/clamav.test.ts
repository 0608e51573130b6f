/** What becomes of a message that is clean, infected, unknown, or cannot be looked into. */
import { describe, expect, test } from 'vitest'
import { PosternError } from '../../src/core/errors.ts'
import { defer, discard, type Finding, type Findings, quarantine, reject } from '../../src/core/finding.ts'
import type { Message } from '../../src/core/stage.ts'
import type { StreamResult, StreamScanner } from '../../src/filters/clamav/clamscan.ts'
import { type ClamavOptions, clamav } from '../../src/filters/clamav.ts'
import { worldOf } from '../../src/testing/world.ts'
import { messageIn } from '../support/asking.ts'
import { falseClamd, says } from '../support/false-clamd.ts'

/** A scanner in memory, that answers as clamd would. */
const replying = (reply: string): StreamScanner => ({
  scanStream: async (): Promise<StreamResult> => ({ isInfected: null, resultString: `${reply}\0` }),
})
const judged = async (options: ClamavOptions, message: Message = messageIn({})): Promise<Findings> =>
  await clamav(options).message?.(message)

describe('a message that is', () => {
  test('clean has nothing said about it', async () => {
    expect(await judged({ scanner: replying('stream: OK') })).toBeUndefined()
  })

  const reason = 'ClamAV found Win.Worm-1'
  test.for([
    [undefined, reject('5.7.1', reason, { rule: 'infected' })],
    ['reject', reject('5.7.1', reason, { rule: 'infected' })],
    ['quarantine', quarantine(reason, { rule: 'infected' })],
    ['discard', discard(reason, { rule: 'infected' })],
  ] as const)('infected is treated as `infected: %s` says', async ([infected, finding]) => {
    const scanner = replying('stream: Win.Worm-1 FOUND')
    expect(await judged({ scanner, ...(infected && { infected }) })).toEqual<Finding>(finding)
  })

  test('S01 infected by something with a hostile name is named without harm', async () => {
    expect(await judged({ scanner: replying('stream: \x1b[2J\r\n\u202eevil FOUND') })).toEqual(
      reject('5.7.1', 'ClamAV found ?[2J???evil', { rule: 'infected' }),
    )
  })

  test('D01 unknown fails the filter, which defers the message', async () => {
    await using clamd = await falseClamd(says('stream: OKAY\0'))
    const { host, port } = clamd
    expect(clamav({ host, port }).failure).toBe('defer')
    await expect(judged({ host, port })).rejects.toThrow('not scanned (garbage): the scanner answers "stream: OKAY"')
    await expect.poll(clamd.open).toBe(0)
  })
})

describe('a message that cannot be scanned', () => {
  const reason = 'ClamAV could not look into all of the message: Heuristics.Encrypted.Zip'
  test.for([
    [undefined, quarantine(reason, { rule: 'unscannable' })],
    ['pass', { rule: 'unscannable', reason }],
    ['quarantine', quarantine(reason, { rule: 'unscannable' })],
    ['defer', defer('4.7.1', reason, { rule: 'unscannable' })],
    ['reject', reject('5.7.1', reason, { rule: 'unscannable' })],
  ] as const)('D03 is treated as `unscannable: %s` says', async ([unscannable, finding]) => {
    const scanner = replying('stream: Heuristics.Encrypted.Zip FOUND')
    expect(await judged({ scanner, ...(unscannable && { unscannable }) })).toEqual<Finding>(finding)
  })

  test.for(['Heuristics.Encrypted.PDF', 'Heuristics.Limits.Exceeded.MaxScanTime', 'Heuristics.Limits.Exceeded'])(
    'D03 is known by %s',
    async name => {
      expect(await judged({ scanner: replying(`stream: ${name} FOUND`) })).toMatchObject({ rule: 'unscannable' })
    },
  )

  test('D03 is one that clamd finds too large, and its spool is given back', async () => {
    const scanner = replying('INSTREAM size limit exceeded. ERROR')
    expect(await judged({ scanner })).toEqual(
      quarantine('too large to be scanned: the scanner answers "INSTREAM size limit exceeded. ERROR"', {
        rule: 'unscannable',
      }),
    )
  })

  test('D03 is one that is larger than `maxSize`, and is not sent at all', async () => {
    await using clamd = await falseClamd(says('stream: OK\0'))
    const message = messageIn({ message: `From: a@example.org\n\n${'x'.repeat(2_000)}` })
    expect(await judged({ host: clamd.host, port: clamd.port, maxSize: '1kb' }, message)).toEqual(
      quarantine(`too large to be scanned: the message has ${message.size} octets; at most 1024 are scanned`, {
        rule: 'unscannable',
      }),
    )
    expect(clamd.seen()).toBe(0)
  })

  test('heuristics about other things are findings', async () => {
    expect(await judged({ scanner: replying('stream: Heuristics.Phishing.Email.SpoofedDomain FOUND') })).toMatchObject({
      rule: 'infected',
    })
  })
})

describe('the filter', () => {
  test('comes late, and leaves its scan the time to say what was wrong', () => {
    expect(clamav({ deadline: '10s' })).toMatchObject({ name: 'clamav', order: 'late', deadline: 15_000 })
  })

  test('asks for its verdict in a form that can be recorded', async () => {
    const asked: unknown[] = []
    const consult: Message['consult'] = async (key, question) => {
      const answer = await question()
      asked.push([key, JSON.parse(JSON.stringify(answer))])
      return answer
    }
    await judged({ scanner: replying('stream: Evil FOUND') }, { ...messageIn({}), consult })
    expect(asked).toEqual([['clamav', { kind: 'infected', name: 'Evil' }]])
  })

  test('takes a recorded verdict, and no answer for a clean one', async () => {
    const recorded = (answer: unknown): Message => ({ ...messageIn({}), consult: async () => answer as never })
    expect(await judged({}, recorded({ kind: 'infected', name: 'Evil' }))).toMatchObject({ verdict: 'reject' })
    await expect(judged({}, recorded({ kind: 'sound' }))).rejects.toThrow('the verdict that was recorded is none')
  })

  test('tells at the start whether clamd is there', async () => {
    await using clamd = await falseClamd({ begun: socket => socket.end('PONG\0') })
    const { host, port } = clamd
    const world = worldOf()
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
      waiting: -1,
      failures: 0.5,
    })
  expect(build).toThrow(PosternError)
  expect(build).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({ path: 'clamav', found: 'socket and scanner' }),
        expect.objectContaining({ path: 'clamav.host' }),
        expect.objectContaining({ path: 'clamav.concurrency', found: 0 }),
        expect.objectContaining({ path: 'clamav.waiting', found: -1 }),
        expect.objectContaining({ path: 'clamav.failures', found: 0.5 }),
      ],
    }),
  )
  expect(() => clamav({ port: 70_000 })).toThrow('clamav.port: found 70000, expected a port from 1 to 65535')
  expect(() => clamav({ deadline: '5 minutes' as '5m' })).toThrow('clamav.deadline')
})
