/** Alerts by webhook: signed, tried again, never to another place. */
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { EMPTY, type Outgoing, update } from '../../src/alerts/board.ts'
import { RULES } from '../../src/alerts/rules.ts'
import { post } from '../../src/alerts/webhook.ts'
import { DOWN, HOUR, MINUTE, Node } from './node.ts'

const KEY = 'a key of sixteen characters and more'
const webhook = { url: 'https://alerts.example.org/hook', secret: KEY }

interface Sent {
  readonly url: string
  readonly init: RequestInit
  readonly body: {
    readonly id: string
    readonly kind: string
    readonly alerts: readonly { readonly id: string; readonly ended?: string }[]
  }
}

async function receiving(answer: (count: number) => Response | Promise<Response>) {
  const sent: Sent[] = []
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    sent.push({ url, init, body: JSON.parse(String(init.body)) as Sent['body'] })
    return await answer(sent.length)
  }
  const node = new Node({ options: { webhook }, fetch })
  DOWN(node, false)
  await node.alerts.start()
  await node.pass(MINUTE)
  return { node, sent }
}

test('beginning and end are posted, signed over time and body', async () => {
  const { node, sent } = await receiving(() => new Response(null, { status: 204 }))
  DOWN(node, true)
  await node.pass(3 * MINUTE)
  DOWN(node, false)
  await node.pass(6 * MINUTE)
  expect(sent.map(({ body }) => [body.kind, body.alerts.map(({ id }) => id)])).toEqual([
    ['begin', ['next-hop/mail.example.org:25']],
    ['end', ['next-hop/mail.example.org:25']],
  ])
  expect(sent[1]?.body.alerts[0]?.ended).toMatch(/^2026-11-02T00:/)
  for (const { url, init } of sent) {
    const headers = new Headers(init.headers)
    const stamp = headers.get('X-Postern-Timestamp') ?? ''
    const mac = createHmac('sha256', KEY)
      .update(`${stamp}.${String(init.body)}`)
      .digest('hex')
    expect(headers.get('X-Postern-Signature')).toBe(`sha256=${mac}`)
    expect(Math.abs(Number(stamp) * 1000 - node.clock.now())).toBeLessThan(HOUR)
    expect([url, init.redirect]).toEqual([webhook.url, 'error'])
  }
})

test('a receiver that fails is asked again with longer pauses, under the same id, and given up in the end', async () => {
  const { node, sent } = await receiving(async count => {
    if (count % 2 === 0) throw new Error('connection refused')
    return new Response('', { status: 503 })
  })
  DOWN(node, true)
  const at: number[] = []
  let before = 0
  for (let minute = 0; minute < 240; minute += 1) {
    await node.pass(MINUTE)
    if (sent.length > before) at.push(minute)
    before = sent.length
  }
  expect(sent).toHaveLength(12)
  expect(new Set(sent.map(({ body }) => body.id)).size).toBe(1)
  const pauses = at.slice(1).map((minute, index) => minute - (at[index] ?? 0))
  expect(pauses.at(-1)).toBeGreaterThan(pauses[0] ?? 0)
  expect(node.notices.filter(({ code }) => code === 'alerts/failed').length).toBeGreaterThan(0)
})

test('what waits is bounded, and so is what is known: the oldest messages are given up and counted', () => {
  const [rule] = RULES
  let board = EMPTY
  for (let step = 0; step < 400; step += 1) {
    const found = { subject: `h${step}`, what: 'It fails.', affected: 'Mail.', remedy: 'Look.' }
    const firing = rule ? [{ id: `next-hop/h${step}`, rule, found }] : []
    const outcome = { firing, unknown: new Set<string>(['next-hop']) }
    const look = { node: 'mx1', now: step, outcome, maxMails: 10, isAlone: false } as const
    board = update(board, { ...look, channels: ['webhook', 'mail'] })
  }
  expect(board.entries).toHaveLength(200)
  expect(board.outgoing).toHaveLength(100)
  expect(board.dropped).toBe(200 + 10 - 100)
  expect(board.held).toHaveLength(50)
  expect(board.heldMore).toBe(200 - 10 - 50)
})

test('a redirect is not followed', async () => {
  let followed = 0
  const server = createServer((request, response) => {
    if (request.url === '/secret') followed += 1
    response.writeHead(307, { Location: '/secret' }).end()
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const outgoing: Outgoing = {
    ...{ id: '1', channel: 'webhook', kind: 'begin', time: 0, alerts: [], more: 0, notBefore: 0, tries: 0 },
  }
  const sending = post(outgoing, { url: `http://127.0.0.1:${port}/`, secret: KEY, node: 'mx1', now: 0, fetch })
  await expect(sending).rejects.toThrow()
  expect(followed).toBe(0)
  server.close()
})
