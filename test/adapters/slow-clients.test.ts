/**
 * Clients that send one byte after another at each port: closed at a deadline that no byte moves, while others are
 * served.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'vitest'
import { milter } from '../../src/adapters/milter/index.ts'
import { policyService } from '../../src/adapters/postfix-policy/index.ts'
import { hooks } from '../../src/adapters/stalwart/index.ts'
import { serve, webhook } from '../../src/adapters/webhook/index.ts'
import { type Gateway, postern } from '../../src/index.ts'
import { zone } from '../../src/testing/zone.ts'
import { client, offer } from '../support/milter-client.ts'

const authorization = 'Bearer secret'
const timeout = '2s'
const connections = 4

const post = (type: string, body: string): string =>
  [
    'POST /?from=a@example.org&to=b@example.net HTTP/1.1',
    'host: localhost',
    `authorization: ${authorization}`,
    `content-type: ${type}`,
    `content-length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
const call = JSON.stringify({ context: { stage: 'connect', client: { ip: '192.0.2.1' } } })
const asked = ['request=smtpd_access_policy', 'protocol_state=CONNECT', 'client_address=192.0.2.1', '', ''].join('\n')

interface Port {
  readonly open: (gateway: Gateway) => Server
  /** A whole request, and how an answer begins. */
  readonly request: Buffer
  readonly answer: RegExp
}

const ports: Readonly<Record<string, Port>> = {
  milter: {
    open: gateway => milter(gateway, { connections, timeout: timeout }),
    request: Buffer.concat([offer(), client()]),
    answer: /^\0{3}[\s\S]O[\s\S]*c$/,
  },
  policy: {
    open: gateway => policyService(gateway, { connections, timeout: timeout }),
    request: Buffer.from(asked),
    answer: /^action=DUNNO\n\n$/,
  },
  hooks: {
    open: gateway => serve(hooks(gateway, { authorization }), { connections, timeout: timeout }),
    request: Buffer.from(post('application/json', call)),
    answer: /^HTTP\/1\.1 200 /,
  },
  webhook: {
    open: gateway => serve(webhook(gateway, { authorization }), { connections, timeout: timeout }),
    request: Buffer.from(post('message/rfc822', 'From: a@example.org\r\n\r\nHello\r\n')),
    answer: /^HTTP\/1\.1 200 /,
  },
}

/** A socket that is closed, however it comes to that. */
function opened(port: number): { readonly socket: Socket; readonly closed: Promise<void> } {
  const socket = connect(port, '127.0.0.1')
    .on('error', () => undefined)
    .resume()
  return { socket, closed: new Promise(resolve => socket.once('close', () => resolve())) }
}

/** One byte after another, for as long as it is let. */
async function trickle(socket: Socket, bytes: Buffer): Promise<void> {
  for (const byte of bytes) {
    if (socket.destroyed) return
    socket.write(Buffer.of(byte))
    await sleep(250)
  }
}

/** @returns all that was received for a whole request */
async function answered(port: number, { request, answer }: Port): Promise<string> {
  const { socket, closed } = opened(port)
  let received = ''
  socket.on('data', chunk => {
    received += chunk.toString('latin1')
    if (answer.test(received)) socket.destroy()
  })
  socket.write(request)
  await closed
  return received
}

test.concurrent.for(Object.entries(ports))(
  'P03 one byte at a time at the port %s holds no place',
  { timeout: 60_000 },
  async ([, port], { expect }) => {
    const gateway = postern({ filters: [], dns: zone({}), notify: () => undefined })
    const server = port.open(gateway).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port: number } = server.address() as AddressInfo
    // In the head, in the body, and silent from the beginning: as many as there are places, and more.
    const slow = Array.from({ length: 2 * connections }, () => opened(number))
    const trickling = slow.map(async ({ socket }, index) => {
      if (index % 3 === 0) return await trickle(socket, port.request)
      if (index % 3 === 1) socket.write(port.request.subarray(0, -3))
      if (index % 3 === 1) await trickle(socket, Buffer.alloc(100, 32).subarray(0, 2))
    })
    await sleep(1000)
    expect(await answered(number, port)).toMatch(port.answer)
    await Promise.all(slow.map(({ closed }) => closed))
    expect(await answered(number, port)).toMatch(port.answer)
    await Promise.all(trickling)
    server.close()
    await gateway.close()
  },
)
