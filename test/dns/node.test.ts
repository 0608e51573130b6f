/** The resolver against a real server on loopback, well-behaved and not. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withBudget } from '../../src/dns/budget.ts'
import { type ResolverOptions, resolver } from '../../src/dns/node.ts'
import { PosternError } from '../../src/model/errors.ts'
import type { Answer, FailureCause, RecordType } from '../../src/model/resolver.ts'
import { type DnsServer, dnsServer } from '../support/dns-server.ts'
import { handClock } from '../support/hand-clock.ts'

const many = Array.from({ length: 150 }, (_, index) => `192.0.2.${index}`)
const world = {
  'example.org': {
    A: '192.0.2.1',
    AAAA: ['2001:db8::1', '2001:db8::2'],
    MX: [
      { exchange: 'mx.example.org', priority: 10 },
      { exchange: 'bad name.example.org', priority: 20 },
    ],
    TXT: ['v=spf1 -all', ['one ', 'record']],
    NS: 'ns.example.org',
  },
  'alias.example': { CNAME: 'www.example.net' },
  'www.example.net': { CNAME: 'example.org' },
  'dangling.example': { CNAME: 'nowhere.example' },
  'null-mx.example': { MX: { exchange: '', priority: 0 } },
  '1.2.0.192.in-addr.arpa': { PTR: ['host.example.org', 'evil\r\n.example', 'x\x1b[31m.example'] },
  '2.2.0.192.in-addr.arpa': { PTR: 'no name.example' },
  'many.example': { A: many },
  'long.example': { TXT: 'k'.repeat(4_000) },
  'flood.example': { TXT: Array.from({ length: 101 }, (_, index) => `text ${index}`) },
  'huge.example': { TXT: Array.from({ length: 9 }, () => 'x'.repeat(4_000)) },
  'latin.example': { TXT: 'caf\xe9' },
  'fleeting.example': { A: '192.0.2.3' },
  'brief.example': { A: '192.0.2.3' },
  'cut.example': { TXT: 'whole' },
  'closed.example': { TXT: 'never seen', A: '192.0.2.4' },
  'stalled.example': { TXT: 'never seen', A: '192.0.2.4' },
  'junk.example': { TXT: 'never seen' },
  'short.example': { TXT: 'never seen' },
  'odd.example': { TXT: 'never seen' },
  'late.example': { TXT: 'late' },
  'attacker.example': { TXT: 'v=spf1 +all' },
  'silent.example': 'timeout',
  'servfail.example': 'servfail',
  'refused.example': 'refused',
  'formerr.example': 'malformed',
} as const

const conduct = {
  'fleeting.example': { ttl: 0 },
  'brief.example': { ttl: 10 },
  'cut.example': { truncated: true },
  'closed.example': { truncated: true, tcp: 'closed' },
  'stalled.example': { truncated: true, tcp: 'silent' },
  'junk.example': { garbage: Buffer.from('\x81\x80\0\x01\0\x05\0\0\0\0\xff\xff\xff', 'latin1') },
  'short.example': { garbage: Buffer.from('\x81') },
  'odd.example': { rcode: 4 },
  'late.example': { delay: 700 },
  'attacker.example': { delay: 20_000 },
} as const

let server: DnsServer
beforeAll(async () => {
  server = await dnsServer(world, conduct)
})
afterAll(() => server.close())

const dns = (options: ResolverOptions = {}) => resolver({ servers: [server.address], timeout: '1.5s', ...options })
const count = (question: string) => server.asked.filter(asked => asked === question).length

describe('a resolver', () => {
  test.for<[string, RecordType, Answer<unknown>]>([
    ['example.org', 'A', { kind: 'answer', records: ['192.0.2.1'] }],
    ['Example.ORG.', 'AAAA', { kind: 'answer', records: ['2001:db8::1', '2001:db8::2'] }],
    ['example.org', 'MX', { kind: 'answer', records: [{ exchange: 'mx.example.org', priority: 10 }] }],
    ['example.org', 'TXT', { kind: 'answer', records: [['v=spf1 -all'], ['one ', 'record']] }],
    ['example.org', 'NS', { kind: 'answer', records: ['ns.example.org'] }],
    ['alias.example', 'A', { kind: 'answer', records: ['192.0.2.1'] }],
    ['alias.example', 'CNAME', { kind: 'answer', records: ['www.example.net'] }],
    ['alias.example', 'PTR', { kind: 'nodata' }],
    ['example.org', 'PTR', { kind: 'nodata' }],
    ['nobody.example', 'A', { kind: 'nxdomain' }],
    ['dangling.example', 'A', { kind: 'nxdomain' }],
    ['null-mx.example', 'MX', { kind: 'answer', records: [{ exchange: '', priority: 0 }] }],
    ['latin.example', 'TXT', { kind: 'answer', records: [['caf\xe9']] }],
  ])('reads %s %s', async ([name, type, expected]) => {
    expect(await dns().resolve(name, type)).toEqual(expected)
  })

  test.for<[FailureCause, string]>([
    ['servfail', 'servfail.example'],
    ['refused', 'refused.example'],
    ['malformed', 'formerr.example'],
    ['timeout', 'silent.example'],
    ['malformed', 'junk.example'],
    ['servfail', 'odd.example'],
  ])('A15 %s of %s is a failure for every type, never "no record"', async ([cause, name]) => {
    const types = ['A', 'AAAA', 'TXT', 'MX', 'PTR', 'NS', 'CNAME'] as const
    const answers = await Promise.all(types.map(type => dns({ timeout: 300 }).resolve(name, type)))
    expect(answers).toMatchObject(types.map(() => ({ kind: 'failure', cause })))
  })

  test('A15 a reply too short to be one is a failure', async () => {
    const answer = await dns({ timeout: 300 }).resolve('short.example', 'TXT')
    expect(answer.kind).toBe('failure')
  })

  test('A15 an answer cut over UDP is asked for again over TCP, and no answer there is a failure', async () => {
    expect(await dns().resolve('cut.example', 'TXT')).toEqual({ kind: 'answer', records: [['whole']] })
    expect(count('cut.example TXT tcp')).toBe(1)
    for (const type of ['A', 'TXT', 'MX'] as const) {
      expect((await dns({ timeout: 300 }).resolve('closed.example', type)).kind).toBe('failure')
      expect(await dns({ timeout: 300 }).resolve('stalled.example', type)).toMatchObject({ cause: 'timeout' })
    }
  })

  test('A15 a server that is not there is a failure', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const { port } = socket.address()
    await new Promise<void>(done => socket.close(() => done()))
    const answer = await resolver({ servers: [`127.0.0.1:${port}`], timeout: 300 }).resolve('example.org', 'MX')
    expect(answer).toMatchObject({ kind: 'failure', cause: 'unreachable' })
  })

  test('a server that is silent or not there does not hide the next one', async () => {
    const silent = await dnsServer({ 'example.org': 'timeout' })
    const servers = [silent.address, server.address]
    expect(await resolver({ servers, timeout: '3s' }).resolve('example.org', 'A')).toMatchObject({ kind: 'answer' })
    await silent.close()
    expect(await resolver({ servers, timeout: '3s' }).resolve('example.org', 'A')).toMatchObject({ kind: 'answer' })
  })

  test.for([
    ['evil.example\0.victim.example'],
    ['a b.example'],
    ['b\u00fccher.example'],
    ['a..b'],
    ['x\r\ny.example'],
    [`${'a'.repeat(64)}.example`],
    ['a.'.repeat(128)],
    [''],
  ])('A01 %j is never asked', async ([name]) => {
    const before = server.asked.length
    expect(await dns().resolve(name ?? '', 'TXT')).toMatchObject({ kind: 'failure', cause: 'bad-name' })
    await dns({ cache: { entries: 0 } }).resolve('example.org', 'A') // would arrive after it
    expect(server.asked.length).toBe(before + 1)
  })

  test('S01 names with control characters in an answer are left out; when none is left there is none', async () => {
    expect(await dns().resolve('1.2.0.192.in-addr.arpa', 'PTR')).toEqual({
      kind: 'answer',
      records: ['host.example.org'],
    })
    expect(await dns().resolve('2.2.0.192.in-addr.arpa', 'PTR')).toEqual({ kind: 'nodata' })
  })

  test('no answer holds more than a hundred records, and a set of texts is given whole', async () => {
    const addresses = await dns().resolve('many.example', 'A')
    expect(addresses.kind === 'answer' && addresses.records).toHaveLength(100)
    const [flood, huge] = await Promise.all(['flood.example', 'huge.example'].map(name => dns().resolve(name, 'TXT')))
    expect(flood?.kind === 'answer' && flood.records).toHaveLength(101)
    expect(huge?.kind === 'answer' && huge.records.flat().join('').length).toBeGreaterThan(32 * 1_024)
    const long = await dns().resolve('long.example', 'TXT')
    expect(long.kind === 'answer' && long.records[0].join('')).toBe('k'.repeat(4_000))
  })
})

describe('what was asked', () => {
  test('equal questions on their way are one question', async () => {
    const shared = dns({ cache: { entries: 0 } })
    const before = count('alias.example AAAA')
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => shared.resolve(index % 2 ? 'alias.example' : 'ALIAS.example.', 'AAAA')),
    )
    expect(new Set(answers.map(answer => answer.kind))).toEqual(new Set(['answer']))
    expect(count('alias.example AAAA')).toBe(before + 1)
  })

  test.for<[string, string, RecordType, number]>([
    ['an address by its TTL', 'brief.example', 'A', 10],
    ['an address at most an hour', 'example.org', 'A', 300],
    ['a text by its TTL', 'latin.example', 'TXT', 300],
    ['that there is no name a minute', 'nobody.example', 'TXT', 60],
    ['that there is no record a minute', 'latin.example', 'MX', 60],
    ['a failure two seconds', 'servfail.example', 'NS', 2],
  ])('remembers %s', async ([, name, type, seconds]) => {
    const clock = handClock()
    const remembering = dns({ clock })
    const before = count(`${name} ${type}`)
    const first = await remembering.resolve(name, type)
    const once = count(`${name} ${type}`) - before
    clock.pass(seconds * 1_000 - 1)
    expect(await remembering.resolve(name, type)).toBe(first)
    expect(count(`${name} ${type}`) - before).toBe(once)
    clock.pass(1)
    expect(await remembering.resolve(name, type)).toEqual(first)
    expect(count(`${name} ${type}`) - before).toBeGreaterThan(once)
  })

  test('a TTL of zero is honoured, and one of a day is cut to the longest life', async () => {
    const clock = handClock()
    const remembering = dns({ clock, cache: { maxTtl: '5s' } })
    const before = [count('fleeting.example A'), count('brief.example A')]
    await remembering.resolve('fleeting.example', 'A')
    await remembering.resolve('fleeting.example', 'A')
    await remembering.resolve('brief.example', 'A')
    clock.pass(5_000)
    await remembering.resolve('brief.example', 'A')
    expect([count('fleeting.example A'), count('brief.example A')]).toEqual(before.map(asked => asked + 2))
  })

  test('an answer that comes too late serves those who ask again', async () => {
    const hasty = dns({ timeout: 400, cache: { failureTtl: 0 } })
    const before = count('late.example TXT')
    expect(await hasty.resolve('late.example', 'TXT')).toMatchObject({ kind: 'failure', cause: 'timeout' })
    const patient = dns({ timeout: '6s' })
    expect(await patient.resolve('late.example', 'TXT')).toEqual({ kind: 'answer', records: [['late']] })
    expect(await patient.resolve('late.example', 'TXT')).toEqual({ kind: 'answer', records: [['late']] })
    expect(count('late.example TXT')).toBeGreaterThan(before)
  })

  test('an asker who leaves stops waiting, and those who stay get the answer', async () => {
    const shared = dns({ timeout: '6s', cache: { entries: 0 } })
    const leaving = new AbortController()
    const left = shared.resolve('late.example', 'TXT', { signal: leaving.signal })
    const stayed = shared.resolve('late.example', 'TXT')
    leaving.abort()
    expect(await left).toMatchObject({ kind: 'failure', cause: 'aborted' })
    expect(await stayed).toEqual({ kind: 'answer', records: [['late']] })
  })

  test('more questions on their way than the limit fail without being asked', async () => {
    const narrow = dns({ timeout: 300, maxConcurrent: 3 })
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, index) => narrow.resolve(`n${index}.example.org`, index < 3 ? 'A' : 'TXT')),
    )
    expect(answers.map(answer => (answer.kind === 'failure' ? answer.cause : answer.kind))).toEqual([
      'nxdomain',
      'nxdomain',
      'nxdomain',
      'unreachable',
      'unreachable',
    ])
  })
})

describe('an attacker whose server answers after twenty seconds', () => {
  test('A23 delays only its own message, whose lookups end as time-outs before the server answers', async () => {
    const shared = dns({ cache: { failureTtl: 0 } })
    const own = withBudget(shared, { time: '3s' })
    const attack = (async () => {
      const answers: Answer<unknown>[] = []
      for (let question = 0; question < 10; question += 1) answers.push(await own.resolve('attacker.example', 'TXT'))
      return answers
    })()
    const failures: Answer<unknown>[] = []
    for (let index = 0; index < 200; index += 1) {
      const answer = await shared.resolve(`honest${index}.example.org`, 'A')
      if (answer.kind === 'failure') failures.push(answer)
    }
    expect(failures).toEqual([])
    expect(await attack).toEqual(Array(10).fill(expect.objectContaining({ kind: 'failure', cause: 'timeout' })))
  })
})

describe('a wrong configuration', () => {
  test('names every server that is not an address', () => {
    const build = () => resolver({ servers: ['localhost', '192.0.2.53', 'dns.example:53'] })
    expect(build).toThrow(PosternError)
    expect(build).toThrow(/dns\.servers\[0\]: found "localhost".*\n.*dns\.servers\[2\]: found "dns\.example:53"/)
  })

  test('an empty list of servers is refused', () => expect(() => resolver({ servers: [] })).toThrow(/dns\.servers/))
})
