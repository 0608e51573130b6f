/**
 * What the host does not know is unknown: no filter objects to it, nothing is asked about it, nothing is charged to it.
 */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { dkim } from '../../src/facts/dkim/dkim.ts'
import { dmarc } from '../../src/facts/dmarc.ts'
import { identities, origin } from '../../src/facts/identities.ts'
import { rdns as rdnsFact } from '../../src/facts/rdns.ts'
import { heloSpf, spf as spfFact } from '../../src/facts/spf/spf.ts'
import { senderTrust, trust } from '../../src/facts/trust.ts'
import {
  access,
  admission,
  dmarc as dmarcFilter,
  dnsbl,
  greylist,
  knownSender,
  recentlyRefused,
  recommended,
  reputation,
} from '../../src/filters/index.ts'
import { type Client, type Filter, type Gateway, points, postern, reject } from '../../src/index.ts'
import type { Store } from '../../src/model/store.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { settled } from '../../src/testing/clock.ts'
import { ask, probe } from '../../src/testing/probe.ts'
import { zone } from '../../src/testing/zone.ts'
import { authenticationResults, receivedSpf } from '../../src/trace/index.ts'
import { EventLog } from '../support/event-log.ts'
import { withMembers } from '../support/with-members.ts'

const records = {
  'partner.net': { TXT: ['v=spf1 ip4:192.0.2.1 -all'], MX: { exchange: 'mx.partner.net', priority: 10 } },
  'mx.partner.net': { A: '192.0.2.1', TXT: ['v=spf1 a -all'] },
  '_dmarc.partner.net': { TXT: ['v=DMARC1; p=reject'] },
  '2.0.0.127.bl.example.org': { A: '127.0.0.2' },
} as const

/** Keeps the keys of whatever is counted or looked up. */
function watched(): { readonly store: Store; readonly keys: string[] } {
  const keys: string[] = []
  const store = memoryStore()
  const run = (operations: readonly { readonly key: string }[]) => {
    keys.push(...operations.map(({ key }) => key))
    return store.run(operations as never)
  }
  return { store: withMembers<Store>(store, { run: run as unknown as Store['run'] }), keys }
}

const suspicious: Filter = { name: 'suspicious', mail: () => points(2, 'is suspicious') }

function everything(filters: readonly Filter[] = []) {
  const dns = zone(records)
  const { store, keys } = watched()
  const log = new EventLog()
  const gateway = postern({
    dns,
    store,
    name: 'mx.example.org',
    events: log,
    filters: [
      recentlyRefused({ refusals: 1 }),
      admission(),
      access({ deny: { networks: ['0.0.0.0/8', '::/12'], hosts: ['.example'] } }),
      dnsbl({ zones: [{ zone: 'bl.example.org', points: 8 }] }),
      ...recommended({ domains: ['example.org'], own: ['mx.example.org'], content: true }),
      reputation(),
      knownSender(),
      ...filters,
    ],
  })
  return { gateway, dns, keys, log }
}

interface Told {
  readonly peer?: Client
  readonly helo?: string
  readonly reversePath?: string
  readonly from?: string
}

async function send(
  { gateway }: { readonly gateway: Gateway },
  { peer = {}, helo, reversePath = 'alice@partner.net', from = 'alice@partner.net' }: Told = {},
) {
  const session = gateway.open(peer)
  const decisions = [
    await session.connect(),
    await session.helo(helo),
    await session.mail(reversePath),
    await session.rcpt('bob@example.org'),
  ]
  const text = [
    `From: <${from}>`,
    'To: bob@example.org',
    'Date: Thu, 1 Jan 2026 12:00:00 +0000',
    'Message-ID: <1@partner.net>',
  ]
  const outcome = await session.data(
    Readable.from([Buffer.from([...text, 'Subject: Hello', '', 'Hello'].join('\r\n'))]),
  )
  session.close()
  await settled()
  return [...decisions, outcome]
}

test.for<[what: string, told: Told]>([
  ['neither address nor greeting', {}],
  ['a greeting but no address', { helo: 'mx.partner.net' }],
  ['our own name for a greeting, but no address', { helo: 'mx.example.org' }],
  ['neither, and a bounce', { reversePath: '' }],
])('P06 with %s nothing objects, nothing is asked and nothing is charged', async ([, told]) => {
  const world = everything([greylist({ from: -100 }), suspicious])
  const decisions = await send(world, told)
  const found = decisions.flatMap(({ findings }) => findings)
  const objected = new Set(found.filter(({ points: value, verdict }) => verdict ?? value).map(({ rule }) => rule))
  expect([...objected]).toEqual(['suspicious'])
  expect(decisions.every(({ reply }) => reply.code < 400)).toBe(true)
  // What a report may name later is kept under the reference; nothing is proven, so it names no identity. The limit of
  // admission that a process begins with is about no client.
  expect(world.keys.filter(key => !key.startsWith('reputation:ref:') && key !== 'admission:limit')).toEqual([])
  const aboutClients = /PTR|^mx\.|^partner\.net TXT|^(?![12]\.0\.0\.127\.).*\.bl\./
  expect(world.dns.asked.filter(question => aboutClients.test(question))).toEqual([])
  expect(world.log.sessions).toMatchObject([{ ip: null }])
  expect(world.log.sessions[0]?.helo).toBe(told.helo)
})

test('P06 with an address but no greeting, only the greeting is left out', async () => {
  const dns = zone({ ...records, '1.2.0.192.in-addr.arpa': { PTR: 'mx.partner.net' } })
  const gateway = postern({ dns, filters: recommended({ domains: ['example.org'] }) })
  const decisions = await send({ gateway }, { peer: { ip: '192.0.2.1' } })
  expect(decisions.flatMap(({ findings }) => findings.filter(({ points: value = 0 }) => value > 0))).toEqual([])
  expect(decisions.map(({ verdict }) => verdict)).toEqual(Array(5).fill('accept'))
})

test('P06 many sessions of unknown clients meet no limit, and a refusal is not remembered for the next one', async () => {
  const world = everything([{ name: 'refuses', helo: ({ helo }) => helo === 'evil.example' && reject('5.7.1', 'no') }])
  for (let count = 0; count < 350; count += 1) {
    const session = world.gateway.open({})
    await session.connect()
    await session.helo('evil.example')
    session.close()
  }
  await settled()
  expect((await send(world)).every(({ reply }) => reply.code < 400)).toBe(true)
})

test('P06 facts about an unknown client say unknown, and name it in no identity', async () => {
  const world = { ip: undefined, helo: 'mx.partner.net', reversePath: 'alice@partner.net', dns: zone(records) }
  expect(await ask(rdnsFact, world)).toEqual({ result: 'unknown', names: [], confirmed: [] })
  expect(await ask(spfFact, world)).toMatchObject({
    result: 'unknown',
    domain: 'partner.net',
    helo: { result: 'unknown' },
  })
  expect(await ask(heloSpf, { ...world, helo: undefined })).toMatchObject({ result: 'unknown', domain: '' })
  expect(await ask(heloSpf, { ...world, ip: '192.0.2.1', helo: undefined })).toMatchObject({ result: 'unknown' })
  expect(await ask(origin, world)).toEqual({})
  expect(await ask(trust, world)).toBe('unknown')
  expect(await ask(senderTrust, world)).toBe('unknown')
  expect(await ask(identities, { ...world, header: { From: 'alice@partner.net' } })).toEqual({ dkim: [] })
})

const signed = (domain: string) =>
  [
    dkim,
    {
      result: 'pass',
      ignored: 0,
      signatures: [
        {
          domain,
          selector: 's',
          identity: '',
          algorithm: 'rsa-sha256',
          result: 'pass',
          reason: '',
          fields: ['from'],
          unsigned: [],
          b: 'A',
        },
      ],
    },
  ] as const

test.for<[what: string, told: Parameters<typeof ask>[1], result: string]>([
  ['is unknown where SPF could have spoken for the author', { reversePath: 'a@partner.net' }, 'unknown'],
  ['is unknown where the bounce may come from the author', { reversePath: '', helo: undefined }, 'unknown'],
  ['is unknown where the sender may be unknown too', { reversePath: '', helo: 'mx.evil.example' }, 'unknown'],
  ['passes by DKIM', { reversePath: 'a@partner.net', facts: [signed('partner.net')] }, 'pass'],
  ['fails where no client could have made SPF authenticate the author', { reversePath: 'a@evil.example' }, 'fail'],
  ['is none where there is no policy', { reversePath: 'a@evil.example', message: 'From: a@evil.example\n\n' }, 'none'],
])('P06 without an address DMARC %s', async ([, told, result]) => {
  const found = await ask(dmarc, { ip: undefined, dns: zone(records), message: 'From: alice@partner.net\n\n', ...told })
  expect(found.result).toBe(result)
})

test('P06 a trusted forwarder may be the client that is not known', async () => {
  const sent = {
    ip: undefined,
    dns: zone(records),
    reversePath: 'a@evil.example',
    header: { From: 'alice@partner.net' },
  }
  expect(await probe(dmarcFilter(), sent)).toMatchObject([{ verdict: 'reject' }])
  expect(await probe(dmarcFilter({ forwarders: ['192.0.2.0/24'] }), sent)).toEqual([
    { rule: 'dmarc/unknown-client', reason: expect.stringContaining('may be a trusted forwarder') },
  ])
})

test('P06 the trace says nothing of what is not known', async () => {
  const trace = [authenticationResults({ id: 'mx.example.org' }), receivedSpf({ receiver: 'mx.example.org' })]
  const gateway = postern({ dns: zone(records), trace, filters: recommended({ domains: ['example.org'] }) })
  const outcome = (await send({ gateway })).at(-1)
  expect(outcome && 'trace' in outcome && outcome.trace).toEqual([
    ['Authentication-Results', 'mx.example.org;\r\n dkim=none'],
  ])
})

test('an address that is none is still a mistake of the host', () => {
  const gateway = postern({ filters: [] })
  for (const ip of ['', 'unknown', '192.0.2'])
    expect(() => gateway.open({ ip })).toThrow(/leave it out where it is not known/)
})
