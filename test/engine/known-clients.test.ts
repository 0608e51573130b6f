/** Who is exempt from what: our own hosts and users, forwarders, allowed senders; and from what no client is exempt. */
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { knownClients } from '../../src/engine/known-clients.ts'
import { clamav, greylist, rateLimit, recommended } from '../../src/filters/index.ts'
import {
  allow,
  type Decision,
  type Filter,
  type Notice,
  type Outcome,
  PosternError,
  type PosternOptions,
  points,
  postern,
  reject,
  unless,
} from '../../src/index.ts'
import type { Connection } from '../../src/model/stage.ts'
import { zone } from '../../src/testing/zone.ts'

const dns = zone({
  'ours.example': { A: '203.0.113.1', MX: { exchange: 'mx.ours.example', priority: 1 }, TXT: ['v=spf1 -all'] },
  '_dmarc.ours.example': { TXT: ['v=DMARC1; p=reject'] },
  'mx.forwarder.example': { A: '198.51.100.25' },
  '25.100.51.198.in-addr.arpa': { PTR: 'mx.forwarder.example' },
})
const text = (from = 'alice@ours.example') =>
  `From: ${from}\r\nTo: bob@ours.example\r\nDate: Sun, 29 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@ours.example>\r\nSubject: Minutes\r\n\r\nHello\r\n`

interface Said {
  readonly ip: string
  readonly user?: string
  readonly helo?: string
  readonly to?: string
  readonly from?: string
}

const gatewayOf = (options: Partial<PosternOptions> = {}) =>
  postern({
    name: 'mx.ours.example',
    dns,
    filters: recommended({ domains: ['ours.example'], content: true }),
    ...options,
  })

async function send(gateway: ReturnType<typeof gatewayOf>, said: Said): Promise<Decision | Outcome> {
  const { ip, user, helo = 'laptop', to = 'bob@ours.example', from = 'alice@ours.example' } = said
  const session = gateway.open({ ip })
  try {
    await session.connect()
    await session.helo(helo)
    await session.mail(from, user === undefined ? {} : { user })
    const decision = await session.rcpt(to)
    return decision.reply.code >= 400 ? decision : await session.data(Readable.from([Buffer.from(text(from))]))
  } finally {
    session.close()
  }
}
const virus = clamav({
  scanner: { scanStream: async () => ({ isInfected: null, resultString: 'stream: Eicar FOUND\0' }) },
})

describe('P07 exempt from checks of identity is', () => {
  test.for([
    ['a user who has authenticated', { ip: '192.0.2.200', user: 'alice@ours.example' }, {}],
    ['a program of this host', { ip: '127.0.0.1' }, {}],
    ['a program of this host by IPv6', { ip: '::1' }, {}],
    ['a network that is named', { ip: '10.1.2.3' }, { trustedNetworks: ['10.0.0.0/8'] }],
    ['a forwarder by its address', { ip: '198.51.100.26' }, { forwarders: ['198.51.100.26'] }],
    ['a forwarder by its confirmed name', { ip: '198.51.100.25' }, { forwarders: ['.forwarder.example'] }],
  ] as const)('%s', async ([, said, options]) => {
    expect(await send(gatewayOf(options), said)).toMatchObject({ verdict: 'accept', reply: { code: 250 } })
  })

  test.for([
    ['a stranger', { ip: '192.0.2.200' }, {}],
    ['a private network that is not named', { ip: '10.1.2.3' }, {}],
    ['the loopback, where other networks are named', { ip: '127.0.0.1' }, { trustedNetworks: ['10.0.0.0/8'] }],
    ['who only claims the name of a forwarder', { ip: '192.0.2.9' }, { forwarders: ['.forwarder.example'] }],
  ] as const)('not %s', async ([, said, options]) => {
    expect((await send(gatewayOf(options), said)).verdict).toBe('reject')
  })

  test('a user whose client was refused before it could authenticate', async () => {
    const listed: Filter = { name: 'listed', checks: 'identity', connect: () => reject('5.7.1', 'a dial-up address') }
    const greeting: Filter = { name: 'greeting', checks: 'identity', helo: () => reject('5.7.1', 'no host name') }
    const gateway = gatewayOf({ filters: [listed, greeting] })
    expect(await send(gateway, { ip: '192.0.2.200' })).toMatchObject({ verdict: 'reject', reply: { code: 550 } })
    const outcome = await send(gateway, { ip: '192.0.2.200', user: 'alice' })
    expect(outcome).toMatchObject({ verdict: 'accept', reply: { code: 250 } })
    expect(outcome.findings.map(({ rule, dryRun }) => [rule, dryRun?.verdict])).toEqual([['listed', 'reject']])
    const later = await send(gatewayOf({ filters: [greeting] }), { ip: '192.0.2.200', user: 'alice' })
    expect(later).toMatchObject({ verdict: 'accept', reply: { code: 250 } })
  })

  test.for([
    ['127.0.0.1', undefined],
    ['192.0.2.200', 'alice'],
  ] as const)('and from nothing else: %s, user %s', async ([ip, user]) => {
    const said = { ip, ...(user && { user }) }
    const own: Filter = { name: 'own', checks: 'content', message: () => points(20, 'certainly spam') }
    expect((await send(gatewayOf({ filters: [own] }), said)).verdict).toBe('reject')
    expect((await send(gatewayOf({ filters: [virus] }), said)).verdict).toBe('reject')
  })

  test('relay control holds for trusted networks, and lets users send', async () => {
    const to = 'victim@elsewhere.example'
    expect((await send(gatewayOf(), { ip: '127.0.0.1', to })).reply.code).toBe(550)
    expect((await send(gatewayOf(), { ip: '192.0.2.200', user: 'alice', to })).reply.code).toBe(250)
  })

  test('no such client has to come back because of greylisting, and no limit by address is met', async () => {
    const limits = [{ what: 'connections', per: 'ip', limit: 1, within: '1h' }] as const
    const gateway = gatewayOf({ filters: [rateLimit({ limits }), greylist({ from: Number.NEGATIVE_INFINITY })] })
    for (let time = 0; time < 3; time += 1) expect((await send(gateway, { ip: '127.0.0.1' })).verdict).toBe('accept')
  })
})

describe('P07 a proxy or NAT that hides the clients', () => {
  test.for(['127.0.0.1', '172.17.0.1', '::1'])('behind %s is reported, and no client is exempt any more', async ip => {
    const notices: Notice[] = []
    const gateway = gatewayOf({ notify: notice => notices.push(notice) })
    for (let time = 0; time < 6; time += 1) await send(gateway, { ip, helo: `mx.sender${time}.example` })
    expect(notices.filter(({ code }) => code === 'clients/hidden')).toMatchObject([
      { level: 'warning', reason: expect.stringContaining('a proxy or NAT hides the clients') },
    ])
    expect((await send(gateway, { ip, helo: 'mx.sender1.example' })).verdict).toBe('reject')
  })

  test('is not seen in programs of a host that greet with their own names', async () => {
    const notices: Notice[] = []
    const gateway = gatewayOf({ notify: notice => notices.push(notice) })
    const names = ['localhost', 'localhost.localdomain', '[127.0.0.1]', 'mx.ours.example', 'www.ours.example', 'a', 'b']
    for (const helo of names) await send(gateway, { ip: '127.0.0.1', helo })
    expect(notices).toEqual([])
  })

  test('is charged by no limit that counts addresses', async () => {
    const limits = [{ what: 'connections', per: 'network', limit: 5, within: '1h' }] as const
    const gateway = gatewayOf({ filters: [rateLimit({ limits })], notify: () => undefined })
    let verdict: string | undefined
    for (let time = 0; time < 20; time += 1) {
      verdict = (await send(gateway, { ip: '172.17.0.1', helo: `mx.sender${time}.example` })).verdict
    }
    expect(verdict).toBe('accept')
  })
})

describe('P08 what is allowed', () => {
  const friend: Filter = { name: 'friend', order: 'early', connect: () => allow('a partner') }
  test('is exempt from points and from checks of identity and content at every later stage', async () => {
    const spam: Filter = { name: 'spam', message: () => points(50, 'evidence') }
    const strict: Filter = { name: 'strict', checks: 'content', message: () => reject('5.7.1', 'unwanted words') }
    const outcome = await send(
      gatewayOf({ filters: [friend, spam, strict, ...recommended({ domains: ['ours.example'] })] }),
      {
        ip: '192.0.2.200',
      },
    )
    expect(outcome).toMatchObject({ verdict: 'accept', score: 0 })
  })

  test('carries no virus in, relays no foreign mail, and is refused by rules that have no exemption', async () => {
    const to = 'victim@elsewhere.example'
    const standard = recommended({ domains: ['ours.example'] })
    expect((await send(gatewayOf({ filters: [friend, ...standard, virus] }), { ip: '192.0.2.9' })).verdict).toBe(
      'reject',
    )
    expect((await send(gatewayOf({ filters: [friend, ...standard] }), { ip: '192.0.2.9', to })).reply.code).toBe(550)
    const own: Filter = { name: 'own', message: () => reject('5.7.1', 'never') }
    expect((await send(gatewayOf({ filters: [friend, own] }), { ip: '192.0.2.9' })).verdict).toBe('reject')
  })

  test('`unless` refuses to exempt from relay control, and says why', () => {
    const make = () => unless(() => true, recommended({ domains: ['ours.example'] }))
    expect(make).toThrow(PosternError)
    expect(make).toThrow(/open relay[\s\S]*access\(\{ allow \}\)/)
  })
})

test.for([
  [{ trustedNetworks: ['0.0.0.0/0'] }, 'trustedNetworks[0]'],
  [{ trustedNetworks: ['10.0.0.1/8'] }, 'trustedNetworks[0]'],
  [{ trustedNetworks: ['::/0', 'mx.example.org'] }, 'trustedNetworks[1]'],
  [{ forwarders: ['::/3'] }, 'forwarders[0]'],
  [{ forwarders: ['not a name'] }, 'forwarders[0]'],
] as const)('a wrong network is an error that names it: %j', ([options, path]) => {
  expect(() => gatewayOf(options)).toThrow(path)
})

test('the greetings of a thousand private addresses are remembered, and no more: those beyond are not taken for a proxy', () => {
  const clients = knownClients({})
  const greet = (index: number, name: string): boolean => {
    const ip = `10.0.${index >> 8}.${index & 255}`
    return clients.greeted({ ip, client: 'unknown', notify: () => undefined } as unknown as Connection, name)
  }
  for (let index = 0; index < 999; index += 1) greet(index, 'a.example.com')
  const names = ['a.example.com', 'b.example.net', 'c.example.org', 'd.example.edu']
  expect(names.map(name => greet(999, name))).toEqual([false, false, false, true])
  expect(names.map(name => greet(1_000, name))).toEqual([false, false, false, false])
  expect([clients.kindOf('10.0.3.231'), clients.kindOf('10.0.3.232')]).toEqual(['hidden', 'unknown'])
})
