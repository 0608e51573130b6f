/** Messages that a cloud mail service posts: who may, what is answered, and what is delivered. */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { serve, type WebhookOptions, webhook } from '../../../src/adapters/webhook/index.ts'
import { defer, discard, type Filter, points, postern, quarantine, reject } from '../../../src/index.ts'
import { zone } from '../../../src/testing/zone.ts'

const filters: readonly Filter[] = [
  {
    name: 'who',
    connect: ({ ip }) => points(0, `${ip}`),
    mail: ({ reversePath, helo }) => points(0, `${helo} ${reversePath}`),
  },
  {
    name: 'subject',
    header: ({ header }) =>
      ({
        bad: reject('5.7.1', 'bad'),
        later: defer('4.7.1', 'later'),
        odd: quarantine('odd'),
        trap: discard('a trap'),
        slow: points(1, 'slow'),
      })[header.get('subject') ?? ''],
    rcpt: ({ forwardPath }) => forwardPath.startsWith('carol') && reject('5.1.1', 'no carol'),
  },
]
const gateway = postern({ name: 'mx.example.net', dns: zone({}), filters })
const letter = (subject: string) => `From: alice@example.org\r\nSubject: ${subject}\r\n\r\nHello\r\n`
const authorization = 'Bearer secret'

const post = (body: string, { path = '/', headers = {} }: { path?: string; headers?: Record<string, string> } = {}) =>
  new Request(`http://127.0.0.1${path}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'message/rfc822', ...headers },
    body,
  })
const send = async (request: Request, options: Partial<WebhookOptions> = {}) => {
  const response = await webhook(gateway, { authorization, ...options })(request)
  const told = (await response.json()) as { readonly verdict?: string; readonly recipients: object }
  return { code: response.status, told }
}

test('the verdict is sent as JSON, with everything that was found', async () => {
  const path = '/in?from=alice@example.org&to=bob@example.net&to=%3Cdora@example.net%3E&ip=192.0.2.7&helo=mx'
  expect(await send(post(letter('slow'), { path }))).toEqual({
    code: 200,
    told: {
      ref: expect.any(String),
      verdict: 'accept',
      score: 1,
      reply: expect.stringMatching(/^250 2\.\d\.0 .*ref=/),
      findings: [
        { rule: 'who', reason: '192.0.2.7', points: 0 },
        { rule: 'who', reason: 'mx alice@example.org', points: 0 },
        { rule: 'subject', reason: 'slow', points: 1 },
      ],
      recipients: { 'bob@example.net': 'accept', 'dora@example.net': 'accept' },
      trace: [
        ['X-Spam-Status', expect.stringMatching(/^No, score=1\.0/)],
        ['X-Postern-Ref', expect.stringMatching(/^\w{8}$/)],
      ],
    },
  })
})

test('the envelope may stand in headers', async () => {
  const headers = {
    'x-envelope-from': '<alice@example.org>',
    'x-envelope-to': 'bob@example.net, carol@example.net',
    'x-client-ip': '192.0.2.8',
    'x-helo': 'mx',
  }
  const { told } = await send(post(letter('hello'), { headers }))
  expect(told).toMatchObject({
    findings: [{ reason: '192.0.2.8' }, { reason: 'mx alice@example.org' }],
    recipients: { 'bob@example.net': 'accept' },
  })
  expect(Object.keys(told.recipients)).toEqual(['bob@example.net'])
})

test.for([
  ['bad', 406, 'reject', 0],
  ['later', 503, 'defer', 0],
  ['odd', 200, 'quarantine', 1],
  ['trap', 200, 'discard', 0],
  ['hello', 200, 'accept', 1],
] as const)('a message that is %s: %i', async ([subject, code, verdict, count]) => {
  const delivered: string[] = []
  const deliver: WebhookOptions['deliver'] = async ({ content }) => {
    if (content) delivered.push(await text(content.open()))
  }
  const { code: got, told } = await send(post(letter(subject), { path: '/?to=bob@example.net' }), { deliver })
  expect([got, told.verdict, delivered.length]).toEqual([code, verdict, count])
  if (count === 1) expect(delivered[0]).toMatch(/^(?:X-Spam-Flag: YES\r\n)?X-Spam-Status: [\s\S]*\r\n\r\nHello\r\n$/)
})

test('a message that cannot be delivered is answered so that it may come again', async () => {
  const told: string[] = []
  const loud = postern({
    name: 'mx.example.net',
    dns: zone({}),
    filters: [],
    notify: ({ reason }) => told.push(reason),
  })
  const deliver = () => Promise.reject(new Error('the disk is full'))
  const response = await webhook(loud, { authorization, deliver })(post(letter('hello')))
  expect([response.status, told]).toEqual([500, ['the disk is full']])
  expect(await response.text()).not.toContain('disk')
})

test('only a caller with the secret is answered', async () => {
  for (const given of ['', 'Bearer secre', 'Bearer secrets'])
    expect((await send(post(letter('hello'), { headers: { authorization: given } }))).code).toBe(401)
  const key = 'k'
  const signed = (value: string) =>
    webhook(gateway, { signature: { key, header: 'x-signature' } })(
      post(letter('hello'), { headers: { 'x-signature': value } }),
    )
  const mac = (body: string) => createHmac('sha256', key).update(body)
  expect((await signed(mac(letter('hello')).digest('hex'))).status).toBe(200)
  expect((await signed(`sha256=${mac(letter('hello')).digest('hex').toUpperCase()}`)).status).toBe(200)
  expect((await signed(mac(letter('hello')).digest('base64'))).status).toBe(200)
  expect((await signed(mac(letter('bad')).digest('hex'))).status).toBe(401)
  expect((await signed('')).status).toBe(401)
  expect(() => webhook(gateway, {})).toThrow('a secret that requests must have')
  expect(() => webhook(gateway, { authorization: '' })).toThrow('a secret that requests must have')
})

test.for([
  ['too large', post('x'.repeat(2_000)), 413],
  ['not posted', new Request('http://127.0.0.1/'), 405],
  ['from no address', post('x', { path: '/?ip=nobody' }), 400],
  ['to too many', post('x', { path: `/?${'to=a@b.example&'.repeat(1_001)}` }), 400],
  ['to somebody with a very long name', post('x', { path: `/?to=${'x'.repeat(3_000)}` }), 400],
] as const)('a request that is %s is refused', async ([, request, code]) => {
  expect((await send(request, { size: '1kb' })).code).toBe(code)
})

test('its own server takes what is posted', async () => {
  const server = serve(webhook(gateway, { authorization }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const body = letter('bad')
  const response = await fetch(`http://127.0.0.1:${port}/?to=bob@example.net`, {
    method: 'POST',
    headers: { authorization },
    body,
  })
  expect([response.status, await response.json()]).toEqual([406, expect.objectContaining({ verdict: 'reject' })])
  server.close()
})

test.for(['', '&ip=unknown', '&ip=0.0.0.0', '&ip=[UNAVAILABLE]&helo='])(
  'P06 a service that does not know its client (%s): address and greeting are unknown, and a wrong one is a mistake',
  async query => {
    const seen: unknown[] = []
    const watch: Filter = { name: 'watch', mail: ({ ip, helo }) => void seen.push(ip, helo) }
    const handler = webhook(postern({ filters: [watch], dns: zone({}) }), { authorization: 'Bearer secret' })
    const asked = (what: string) =>
      handler(
        new Request(`http://127.0.0.1/?from=a@example.org&to=b@example.net${what}`, {
          method: 'POST',
          headers: { authorization: 'Bearer secret' },
          body: 'From: a@example.org\r\n\r\nHello\r\n',
        }),
      )
    expect((await asked(query)).status).toBe(200)
    expect(seen).toEqual([undefined, undefined])
    expect((await asked('&ip=nobody')).status).toBe(400)
  },
)
