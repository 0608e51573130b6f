/** Requests of a Postfix that does not know its client: `client_address=unknown`, and what else stands for it. */
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { expect, test } from 'vitest'
import { policyService } from '../../../src/adapters/postfix-policy/index.ts'
import { recommended } from '../../../src/filters/index.ts'
import { type Filter, type Notice, postern, reject } from '../../../src/index.ts'
import { zone } from '../../../src/testing/zone.ts'

async function asked(filters: readonly Filter[], requests: readonly Readonly<Record<string, string>>[]) {
  const notices: Notice[] = []
  const dns = zone({ 'example.org': { TXT: ['v=spf1 -all'], MX: { exchange: 'mx.example.org', priority: 1 } } })
  const gateway = postern({ dns, filters, notify: notice => notices.push(notice) })
  const server = policyService(gateway).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const usual = {
    request: 'smtpd_access_policy',
    protocol_state: 'RCPT',
    client_address: 'unknown',
    client_port: 'unknown',
    helo_name: 'mx.example.org',
    sender: 'alice@example.org',
    recipient: 'bob@example.net',
  }
  const lines = (request: object) => Object.entries({ ...usual, ...request }).map(([name, value]) => `${name}=${value}`)
  socket.write(requests.map(request => `${lines(request).join('\n')}\n\n`).join(''))
  let received = ''
  for await (const chunk of socket) {
    received += chunk
    if (received.split('\n\n').length > requests.length) break
  }
  socket.destroy()
  server.close()
  await gateway.close()
  return { received: received.split('\n\n').slice(0, -1), notices }
}

test.for(['unknown', '', '[UNAVAILABLE]', '0.0.0.0', '::', 'no address'])(
  'P06 client_address=%s is answered, and nothing objects to it',
  async address => {
    const request = { client_address: address, instance: 'a.1' }
    const { received, notices } = await asked(recommended({ domains: ['example.net'] }), [request, request])
    expect(received).toEqual(['action=DUNNO', 'action=DUNNO'])
    expect(notices).toEqual([])
  },
)

test('P06 no greeting and no address: the filters see both as unknown', async () => {
  const seen: unknown[] = []
  const watch: Filter = { name: 'watch', helo: ({ ip, helo }) => void seen.push([ip, helo]) }
  expect((await asked([watch], [{ helo_name: '', instance: 'a.1' }])).received).toEqual(['action=DUNNO'])
  expect(seen).toEqual([[undefined, undefined]])
})

test('P06 two unknown clients are two sessions: a refusal of one is not repeated to the other', async () => {
  const filter: Filter = { name: 'once', mail: ({ helo }) => helo === 'evil.example' && reject('5.7.1', 'no') }
  const connections: unknown[] = []
  const counted: Filter = { name: 'counted', connect: ({ ip }) => void connections.push(ip) }
  const evil = { helo_name: 'evil.example' }
  const { received } = await asked(
    [counted, filter],
    [{ ...evil, instance: 'a.1' }, { instance: 'b.1' }, { ...evil, instance: '' }, { instance: '' }],
  )
  expect(received.map(action => action.slice(0, 12))).toEqual([
    'action=550 5',
    'action=DUNNO',
    'action=550 5',
    'action=DUNNO',
  ])
  expect(connections).toEqual([undefined, undefined, undefined, undefined])
})
