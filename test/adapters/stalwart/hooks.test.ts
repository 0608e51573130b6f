/**
 * Stalwart's MTA hooks: calls in the form that its source has them, at all stages, at some, and at the last one alone.
 */
import { once } from 'node:events'
import { request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { describe, expect, test } from 'vitest'
import { type HooksOptions, hooks, serve } from '../../../src/adapters/stalwart/index.ts'
import {
  discard,
  type Filter,
  type Gateway,
  type GatewayEvent,
  points,
  postern,
  quarantine,
  reject,
} from '../../../src/index.ts'
import { clock as handClock } from '../../../src/testing/clock.ts'
import { dialog } from '../../../src/testing/dialog.ts'
import { zone } from '../../../src/testing/zone.ts'
import { dialogs, gatewayFor } from '../../support/dialogs.ts'

const secret = { authorization: 'Bearer secret' }

type Handler = (request: Request) => Promise<Response>

const gatewayOf = (filters: readonly Filter[], more: object = {}): Gateway =>
  postern({ name: 'mx.example.net', dns: zone({}), filters, ...more })

interface Told {
  readonly ip?: string
  readonly port?: number
  readonly helo?: string
  readonly user?: string
  readonly tls?: string
  readonly from?: string
  readonly to?: readonly string[]
  readonly headers?: readonly (readonly [string, string])[]
  readonly contents?: string
}

/** As crates/smtp/src/inbound/hooks/mod.rs of Stalwart writes it. */
const callOf = (stage: string, { ip = '192.0.2.1', port = 4711, ...told }: Told = {}) => ({
  context: {
    stage,
    client: { ip, port, ptr: null, helo: told.helo ?? null, activeConnections: 1 },
    ...(told.user && { sasl: { login: told.user } }),
    ...(told.tls && { tls: { version: told.tls, cipher: 'TLS_AES_256_GCM_SHA384' } }),
    server: { name: 'Stalwart', port: 25, ip: '192.0.2.25' },
    protocol: { version: 1 },
  },
  ...(told.from !== undefined && {
    envelope: { from: { address: told.from }, to: (told.to ?? []).map(address => ({ address })) },
  }),
  ...(told.headers && { message: { headers: told.headers, contents: told.contents ?? '', size: 0 } }),
})

const post = (body: unknown, headers: Record<string, string> = {}): Request =>
  new Request('http://127.0.0.1/', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...secret, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const call = async (handler: Handler, stage: string, told?: Told) =>
  await (await handler(post(callOf(stage, told)))).json()

const letter = {
  headers: [
    ['From', ' alice@example.org\r\n'],
    ['Subject', ' a fold,\r\n\tand more\r\n'],
  ],
  contents: 'Hello\r\n',
} as const
const envelope = { helo: 'mx.example.org', from: 'alice@example.org', to: ['bob@example.net'] }
const whole = { ...envelope, ...letter }

describe('the stages', () => {
  const said: string[] = []
  const watch: Filter = {
    name: 'watch',
    connect: ({ ip }) => void said.push(`connect ${ip}`),
    helo: ({ helo, tls }) => void said.push(`helo ${helo} ${tls?.protocol ?? ''}`),
    mail: ({ reversePath, user }) => void said.push(`mail ${reversePath} ${user ?? ''}`),
    rcpt: ({ forwardPath, accepted }) => void said.push(`rcpt ${forwardPath} ${accepted}`),
    message: async ({ forwardPaths, open }) => void said.push(`message ${forwardPaths} ${await textOf(open())}`),
  }
  const received = () => said.splice(0)
  const message = 'message bob@example.net From: alice@example.org\r\nSubject: a fold,\r\n\tand more\r\n\r\nHello\r\n'

  test('called one after another are one session, and each filter is asked once', async () => {
    const handler = hooks(gatewayOf([watch]), secret)
    await call(handler, 'connect')
    await call(handler, 'ehlo', { helo: 'mx.example.org' })
    await call(handler, 'ehlo', { helo: 'mx.example.org', tls: 'TLSv1.3' })
    const to = { helo: 'mx.example.org', tls: 'TLSv1.3', user: 'alice', from: 'alice@example.org' }
    await call(handler, 'auth', { helo: 'mx.example.org', tls: 'TLSv1.3', user: 'alice' })
    await call(handler, 'mail', to)
    await call(handler, 'rcpt', { ...to, to: ['bob@example.net'] })
    await call(handler, 'data', { ...to, to: ['bob@example.net'], ...letter })
    expect(received()).toEqual([
      'connect 192.0.2.1',
      'helo mx.example.org ',
      'helo mx.example.org TLSv1.3',
      'mail alice@example.org alice',
      'rcpt bob@example.net 0',
      message,
    ])
  })

  test('that were not called are made up for', async () => {
    const handler = hooks(gatewayOf([watch]), secret)
    await call(handler, 'data', whole)
    const all = [
      'connect 192.0.2.1',
      'helo mx.example.org ',
      'mail alice@example.org ',
      'rcpt bob@example.net 0',
      message,
    ]
    expect(received()).toEqual(all)
    await call(handler, 'rcpt', envelope)
    await call(handler, 'data', whole)
    expect(received()).toEqual(all)
    // A second transaction of the same connection.
    await call(handler, 'data', whole)
    expect(received()).toEqual(all.slice(2))
  })

  test('know when recipients are gone, when a transaction begins anew, and when another client has the port', async () => {
    const handler = hooks(gatewayOf([watch]), secret)
    const said = (stage: string, told: Told) => call(handler, stage, { helo: 'mx.example.org', ...told })
    await said('mail', { from: 'a@example.org' })
    await said('rcpt', { from: 'a@example.org', to: ['bob@example.net'] })
    await said('rcpt', { from: 'a@example.org', to: ['carol@example.net'] })
    await said('mail', { from: 'a@example.org' })
    await said('rcpt', { from: 'a@example.org', to: ['bob@example.net'] })
    await said('connect', {})
    await said('rcpt', { from: 'a@example.org', to: ['bob@example.net'] })
    expect(received().filter(line => !line.startsWith('helo'))).toEqual([
      'connect 192.0.2.1',
      'mail a@example.org ',
      'rcpt bob@example.net 0',
      'rcpt carol@example.net 0',
      'mail a@example.org ',
      'rcpt bob@example.net 0',
      'connect 192.0.2.1',
      'mail a@example.org ',
      'rcpt bob@example.net 0',
    ])
  })
})

describe('what is answered', () => {
  test.for<readonly [what: string, filter: Filter, stage: string, answer: object]>([
    ['nothing was found', { name: 'none' }, 'rcpt', { action: 'accept' }],
    [
      'a client is hung up on',
      { name: 'no', connect: () => reject('5.7.1', 'no', { close: true }) },
      'connect',
      { action: 'reject', response: { status: 554, enhanced_status: '5.7.1', disconnect: true } },
    ],
    [
      'a recipient is refused',
      { name: 'no', rcpt: () => reject('5.1.1', 'no') },
      'rcpt',
      { action: 'reject', response: { status: 550, enhanced_status: '5.1.1', disconnect: false } },
    ],
    ['a message is dropped', { name: 'trap', message: () => discard('a trap') }, 'data', { action: 'discard' }],
    [
      'a message is quarantined',
      { name: 'odd', message: () => quarantine('odd') },
      'data',
      {
        action: 'quarantine',
        modifications: [
          { type: 'insertHeader', index: 0, name: 'X-Postern-Ref' },
          { type: 'insertHeader', index: 0, name: 'X-Spam-Status' },
          { type: 'insertHeader', index: 0, name: 'X-Spam-Flag', value: 'YES' },
        ],
      },
    ],
  ])('when %s', async ([, filter, stage, answer]) => {
    expect(await call(hooks(gatewayOf([filter]), secret), stage, whole)).toMatchObject(answer)
  })

  test('takes forged fields and refused recipients away', async () => {
    const choosy: Filter = {
      name: 'choosy',
      rcpt: ({ forwardPath }) => forwardPath.startsWith('carol') && reject('5.7.1', 'no'),
      message: () => points(1, 'seen'),
    }
    const headers = [
      ...letter.headers,
      ['X-Spam-Status', ' No'],
      ['X-Other', ' kept'],
      ['X-Spam-Status', ' No'],
    ] as const
    const to = ['carol@example.net', 'bob@example.net']
    expect(await call(hooks(gatewayOf([choosy]), secret), 'data', { ...whole, headers, to })).toEqual({
      action: 'accept',
      modifications: [
        { type: 'deleteHeader', index: 2, name: 'X-Spam-Status' },
        { type: 'deleteHeader', index: 1, name: 'X-Spam-Status' },
        { type: 'insertHeader', index: 0, name: 'X-Postern-Ref', value: expect.stringMatching(/^\w{8}$/) },
        { type: 'insertHeader', index: 0, name: 'X-Spam-Status', value: expect.stringMatching(/score=1\.0/) },
        { type: 'deleteRecipient', value: 'carol@example.net' },
      ],
    })
  })
})

describe('bounds', () => {
  test.for<readonly [what: string, body: unknown, error: RegExp]>([
    ['no JSON', 'x', /the body: JSON/],
    ['an array', [], /the body: an object/],
    ['no context', {}, /context: an object/],
    ['no stage', { context: { client: { ip: '192.0.2.1' } } }, /context\.stage: one of connect/],
    ['no address', { context: { stage: 'connect', client: {} } }, /context\.client\.ip/],
    ['what is no address', callOf('connect', { ip: 'nobody' }), /client\.ip/],
    ['a helo that does not end', callOf('ehlo', { helo: 'x'.repeat(3000) }), /context\.client\.helo/],
    ['a sender that is left out', callOf('mail'), /envelope: an object/],
    ['a message that is left out', callOf('data', envelope), /message: an object/],
    ['too many recipients', callOf('rcpt', { from: '', to: Array(1001).fill('a@b.example') }), /envelope\.to/],
    ['headers of another form', callOf('data', { headers: [['From']] as never }), /message\.headers/],
  ])('%s is a mistake that is named', async ([, body, error]) => {
    const response = await hooks(gatewayOf([]), secret)(post(body))
    expect([response.status, await response.json()]).toEqual([400, { error: expect.stringMatching(error) }])
  })

  test('a call that is too large, made otherwise, or without the password', async () => {
    const handler = hooks(gatewayOf([]), { size: '1kb', authorization: 'Bearer secret' })
    const allowed = { authorization: 'Bearer secret' }
    expect((await handler(post(callOf('connect'), allowed))).status).toBe(200)
    for (const authorization of ['', 'Bearer secre', 'Bearer secret!', 'bearer secret'])
      expect((await handler(post(callOf('connect'), { authorization }))).status).toBe(401)
    expect((await handler(post('x'.repeat(2000), allowed))).status).toBe(413)
    expect((await handler(new Request('http://127.0.0.1/'))).status).toBe(405)
  })

  const sessions = async (
    options: Partial<HooksOptions>,
    work: (handler: Handler, clock: ReturnType<typeof handClock>) => Promise<void>,
  ) => {
    const clock = handClock()
    let ended = 0
    const events = ({ type }: GatewayEvent) => {
      if (type === 'session') ended += 1
    }
    await work(hooks(gatewayOf([], { clock, events }), { ...secret, ...options }), clock)
    await new Promise(setImmediate)
    return ended
  }

  test('sessions are forgotten when they are too many, or had no call for long', async () => {
    const connect = (handler: Handler, port: number) => call(handler, 'connect', { port })
    expect(
      await sessions({ sessions: 3 }, async handler => {
        for (let port = 1; port <= 10; port += 1) await connect(handler, port)
      }),
    ).toBe(7)
    expect(
      await sessions({ idle: '1m' }, async (handler, clock) => {
        for (let port = 1; port <= 10; port += 1) await connect(handler, port)
        await clock.advance(50_000)
        await call(handler, 'ehlo', { port: 1, helo: 'x' })
        await clock.advance(50_000)
      }),
    ).toBe(9)
    // Told of whole messages alone, none is kept.
    expect(
      await sessions({}, async handler => {
        for (let port = 1; port <= 10; port += 1) await call(handler, 'data', { ...whole, port })
      }),
    ).toBe(10)
  })
})

test('its own server takes calls over HTTP, whatever else comes', async () => {
  const server = serve(hooks(gatewayOf([]), { ...secret, size: '10kb' }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const send = async (method: string, body: string): Promise<readonly [number | undefined, unknown]> => {
    const asked = ask({ host: '127.0.0.1', port, method, path: '/hooks?a=b', headers: secret })
    asked.end(body)
    const [response] = await once(asked, 'response')
    return [response.statusCode, JSON.parse(await textOf(response))]
  }
  expect(await send('POST', JSON.stringify(callOf('data', whole)))).toEqual([
    200,
    expect.objectContaining({ action: 'accept' }),
  ])
  expect(await send('POST', 'x'.repeat(20_000))).toEqual([413, { error: expect.any(String) }])
  expect(await send('GET', '')).toEqual([405, { error: expect.any(String) }])
  server.close()
})

/** A mail server that asks by hooks at every stage it has, in Stalwart's place: that one cannot be installed here. */
function hookedServer(handler: Handler): SMTPServer {
  interface Seen {
    readonly remoteAddress: string
    readonly remotePort: number
    readonly hostNameAppearsAs: string
    readonly envelope: { readonly mailFrom: unknown; readonly rcptTo: readonly { readonly address: string }[] }
  }
  const say = async (stage: string, seen: Seen, more: Told = {}): Promise<Error | null> => {
    const { remoteAddress: ip, remotePort: port, hostNameAppearsAs: helo } = seen
    const answer = (await call(handler, stage, { ip, port, ...(helo && { helo }), ...more })) as {
      readonly action: string
      readonly response: { readonly status: number; readonly enhanced_status: string; readonly message: string }
    }
    if (answer.action !== 'reject') return null
    const { status, enhanced_status, message } = answer.response
    return Object.assign(new Error(`${enhanced_status} ${message}`), { responseCode: status })
  }
  const fromOf = ({ envelope: { mailFrom } }: Seen) => (mailFrom as { readonly address: string }).address
  const paths = ({ envelope }: Seen) => envelope.rcptTo.map(({ address }) => address)
  return new SMTPServer({
    logger: false,
    useProxy: ['127.0.0.1'],
    disabledCommands: ['AUTH', 'STARTTLS'],
    hideENHANCEDSTATUSCODES: false,
    disableReverseLookup: true,
    onConnect: (session, done) => void say('connect', session).then(done),
    onMailFrom: ({ address }, session, done) => void say('mail', session, { from: address }).then(done),
    onRcptTo: ({ address }, session, done) =>
      void say('rcpt', session, { from: fromOf(session), to: [...paths(session), address] }).then(done),
    onData: async (stream, session, done) => {
      const sent = await textOf(stream)
      const [head = '', ...rest] = sent.split('\r\n\r\n')
      const headers = head
        .split(/\r\n(?![ \t])/)
        .map((line): [string, string] => [line.split(':', 1)[0] ?? '', `${line.slice(line.indexOf(':') + 1)}\r\n`])
      const more = { from: fromOf(session), to: paths(session), headers, contents: rest.join('\r\n\r\n') }
      done(await say('data', session, more))
    },
  })
}

/** What the stand-in does otherwise than a mail server that uses hooks would. */
const beyond = ['starttls-begins-anew.smtp', 'who-has-authenticated-may-relay.smtp']

describe.for(dialogs.filter(({ file }) => !beyond.includes(file)))('$file', ({ text }) => {
  test('is what a mail server says that asks by hooks', async () => {
    const gateway = await gatewayFor(text)
    const server = hookedServer(hooks(gateway, secret))
    server.listen(0, '127.0.0.1')
    await once(server.server, 'listening')
    const { port } = server.server.address() as AddressInfo
    const { transcript } = await dialog({ host: '127.0.0.1', port, proxy: true }, text)
    expect(transcript.filter(said => said.startsWith('C: '))).toHaveLength(text.match(/^C:/gm)?.length ?? 0)
    await new Promise<void>(resolve => server.close(() => resolve()))
    await gateway.close()
  })
})
