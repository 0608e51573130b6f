/** Questions that are asked before their answers are needed: fewer rounds, no more questions, none for refused. */
import { Readable } from 'node:stream'
import { beforeAll, expect, test } from 'vitest'
import { PolicyLookups } from '../../src/facts/dmarc-lookups.ts'
import { access } from '../../src/filters/access/access.ts'
import { recommended } from '../../src/filters/recommended.ts'
import { postern } from '../../src/index.ts'
import type { Answer, Purpose, Resolver } from '../../src/model/resolver.ts'
import { type ZoneLiteral, zone } from '../../src/testing/zone.ts'

const NAMES: ZoneLiteral = {
  '7.2.0.192.in-addr.arpa': { PTR: 'mx.example.org' },
  '8.2.0.192.in-addr.arpa': { PTR: '192-0-2-8.dyn.isp.example' },
  '192-0-2-8.dyn.isp.example': { A: '192.0.2.8' },
  'mx.example.org': { A: '192.0.2.7', TXT: ['v=spf1 a -all'] },
  'example.org': { MX: { exchange: 'mx.example.org', priority: 10 }, TXT: ['v=spf1 include:_spf.example.org -all'] },
  '_spf.example.org': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  '_dmarc.example.org': { TXT: ['v=DMARC1; p=reject'] },
}

/** A resolver with a cache that answers only when `round` is called: all questions that are open then, at once. */
function slowDns(names = NAMES) {
  const source = zone(names)
  const cache = new Map<string, Answer<unknown>>()
  const open = new Map<string, { promise: Promise<Answer<never>>; answer: () => void }>()
  const known = (name: string, type: string) => cache.get(`${name} ${type}`) as Answer<never> | undefined
  const dns: Resolver = {
    known,
    resolve: (name, type) => {
      const key = `${name} ${type}`
      const { promise, resolve } = Promise.withResolvers<Answer<never>>()
      const answer = async () => {
        const found = await source.resolve(name, type)
        cache.set(key, found)
        resolve(found as Answer<never>)
      }
      const question = open.get(key) ?? { promise, answer }
      open.set(key, question)
      return question.promise
    },
  }
  const round = async () => {
    const questions = [...open.values()]
    open.clear()
    for (const { answer } of questions) await answer()
  }
  return { dns, round, asked: source.asked, isIdle: () => open.size === 0 }
}

/** Lets everything run that waits for no answer. */
const turn = () => new Promise(resolve => setImmediate(resolve))

/** Answers round after round until `work` settles. @returns how many rounds that took */
async function roundsOf(work: Promise<unknown>, round: () => Promise<void>): Promise<number> {
  let isDone = false
  const done = () => {
    isDone = true
  }
  work.then(done, done)
  for (let rounds = 0; ; rounds += 1) {
    for (let turns = 0; turns < 20; turns += 1) await turn()
    if (isDone) return rounds
    if (rounds > 20) throw new Error('the work waits for something else than DNS')
    await round()
  }
}

const MESSAGE =
  'From: alice@example.org\r\nTo: bob@example.com\r\nSubject: x\r\nDate: Mon, 30 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\nx\r\n'
const filters = recommended({ domains: ['example.com'] })

/** Loads the modules that the first message needs: they are no rounds. */
beforeAll(async () => {
  const session = postern({ filters, dns: zone(NAMES) }).open({ ip: '192.0.2.7' })
  await session.connect()
  await session.helo('mx.example.org')
  await session.mail('alice@example.org')
  await session.rcpt('bob@example.com')
  await session.data(Readable.from([Buffer.from(MESSAGE)]))
  session.close()
})

test('the greeting and the reply to EHLO wait for no answer of DNS, and a cold message for two rounds at most', async () => {
  const { dns, round, asked } = slowDns()
  const session = postern({ filters, dns }).open({ ip: '192.0.2.7' })
  expect(await roundsOf(session.connect(), round)).toBe(0)
  // As long as a host delays its greeting.
  await round()
  await turn()
  expect(await roundsOf(session.helo('mx.example.org'), round)).toBe(0)
  expect(await roundsOf(session.mail('alice@example.org'), round)).toBeLessThanOrEqual(2)
  expect(await roundsOf(session.rcpt('bob@example.com'), round)).toBe(0)
  const work = session.data(Readable.from([Buffer.from(MESSAGE)]))
  expect(await roundsOf(work, round)).toBe(0)
  expect(await work).toMatchObject({ verdict: 'accept', score: 0 })
  expect(asked.toSorted()).toEqual([...new Set(asked)].toSorted())
  expect(asked.toSorted()).toEqual([
    '7.2.0.192.in-addr.arpa PTR',
    '_dmarc.example.org TXT',
    '_dmarc.org TXT',
    '_spf.example.org TXT',
    'example.org MX',
    'example.org TXT',
    'mx.example.org A',
    'mx.example.org TXT',
  ])
  session.close()
})

test('without a delay of the greeting a cold message waits for two rounds at MAIL and none at the end', async () => {
  const { dns, round } = slowDns()
  const session = postern({ filters, dns }).open({ ip: '192.0.2.7' })
  expect(await roundsOf(session.connect(), round)).toBe(0)
  expect(await roundsOf(session.helo('mx.example.org'), round)).toBe(0)
  expect(await roundsOf(session.mail('alice@example.org'), round)).toBe(2)
  expect(await roundsOf(session.rcpt('bob@example.com'), round)).toBe(0)
  expect(await roundsOf(session.data(Readable.from([Buffer.from(MESSAGE)])), round)).toBe(0)
  session.close()
})

test('a client that is refused at its socket causes no question', async () => {
  const { dns, asked, isIdle } = slowDns()
  const denied = access({ deny: { networks: ['192.0.2.0/24'] } })
  const session = postern({ filters: [...filters, denied], dns }).open({ ip: '192.0.2.7' })
  expect((await session.connect()).verdict).toBe('reject')
  await session.helo('mx.example.org')
  await session.mail('alice@example.org')
  for (let turns = 0; turns < 20; turns += 1) await turn()
  expect([asked, isIdle()]).toEqual([[], true])
  session.close()
})

test('a generated name and several names are no guess of the sender', async () => {
  const two = { PTR: ['mx.example.org', 'www.other.example'] }
  for (const [ip, names] of [
    ['192.0.2.8', NAMES],
    ['192.0.2.7', { ...NAMES, '7.2.0.192.in-addr.arpa': two }],
  ] as const) {
    const { dns, round, asked } = slowDns(names)
    const session = postern({ filters, dns }).open({ ip })
    await session.connect()
    for (let rounds = 0; rounds < 3; rounds += 1) {
      await round()
      for (let turns = 0; turns < 20; turns += 1) await turn()
    }
    expect(asked.filter(question => question.endsWith(' TXT'))).toEqual([])
    session.close()
  }
})

test('a question that is answered after its session has ended fails quietly', async () => {
  const failures: unknown[] = []
  const note = (error: unknown) => failures.push(error)
  process.on('unhandledRejection', note)
  const { dns, round } = slowDns({})
  const session = postern({ filters, dns }).open({ ip: '192.0.2.7' })
  await session.connect()
  await session.helo('mx.example.org')
  session.close()
  for (let rounds = 0; rounds < 3; rounds += 1) {
    await round()
    for (let turns = 0; turns < 20; turns += 1) await turn()
  }
  process.off('unhandledRejection', note)
  expect(failures).toEqual([])
})

test('an early question that had too little time is asked again for the author', async () => {
  const asked: (Purpose | undefined)[] = []
  const source = zone(NAMES)
  const dns: Resolver = {
    resolve: async (name, type, options) => {
      if (type !== 'TXT' || !name.startsWith('_dmarc.')) return await source.resolve(name, type)
      asked.push(options?.purpose)
      if (options?.purpose !== 'dmarc-sender') return await source.resolve(name, type)
      await turn()
      return { kind: 'failure', cause: 'timeout', detail: 'late' }
    },
  }
  const lookups = new PolicyLookups(dns)
  lookups.begin('example.org', 'dmarc-sender')
  await lookups.begin('example.org', 'dmarc')
  expect(lookups.walk('example.org').failed).toBe(true)
  await lookups.begin('example.org', 'dmarc')
  expect(lookups.walk('example.org')).toMatchObject({ failed: false, found: [{ domain: 'example.org' }] })
  expect(asked).toEqual(['dmarc-sender', 'dmarc-sender', 'dmarc', 'dmarc'])
})
