/** Postern as a policy service: of a real Postfix, and asked by hand with all that could go wrong. */
import { once } from 'node:events'
import { type AddressInfo, connect, type Server } from 'node:net'
import { describe, expect, test } from 'vitest'
import { type PolicyServiceOptions, policyService } from '../../../src/adapters/postfix-policy/index.ts'
import { requestReader } from '../../../src/adapters/postfix-policy/requests.ts'
import { defer, type Filter, type Gateway, postern, reject } from '../../../src/index.ts'
import { zone } from '../../../src/testing/zone.ts'

const gatewayOf = (...filters: readonly Filter[]): Gateway =>
  postern({ name: 'mx.example.net', dns: zone({}), filters })

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Asks with these attributes, one request after another on one connection. */
async function ask(
  gateway: Gateway,
  requests: readonly Readonly<Record<string, string>>[],
  options: PolicyServiceOptions = {},
): Promise<readonly string[]> {
  const server = policyService(gateway, options)
  const socket = connect(await listen(server), '127.0.0.1')
  const usual = {
    request: 'smtpd_access_policy',
    protocol_state: 'RCPT',
    client_address: '192.0.2.1',
    client_port: '1',
  }
  const whole = {
    ...usual,
    helo_name: 'mx.example.org',
    sender: 'alice@example.org',
    recipient: 'bob@example.net',
    instance: 'a.1',
  }
  socket.write(
    requests
      .map(
        request =>
          `${Object.entries({ ...whole, ...request })
            .map(pair => pair.join('='))
            .join('\n')}\n\n`,
      )
      .join(''),
  )
  let received = ''
  for await (const chunk of socket) {
    received += chunk
    if (received.split('\n\n').length > requests.length) break
  }
  socket.destroy()
  server.close()
  return received.split('\n\n').slice(0, -1)
}

describe('requests', () => {
  test('of one transaction are one transaction, of one client one connection', async () => {
    const seen: string[] = []
    const gateway = gatewayOf({
      name: 'seen',
      connect: ({ ip }) => void seen.push(`connect ${ip}`),
      helo: ({ helo }) => void seen.push(`helo ${helo}`),
      mail: ({ reversePath, user }) => void seen.push(`mail ${reversePath} ${user}`),
      rcpt: ({ forwardPath }) => void seen.push(`rcpt ${forwardPath}`),
    })
    const said = await ask(gateway, [
      { protocol_state: 'MAIL', recipient: '' },
      {},
      { recipient: 'carol@example.net' },
      { protocol_state: 'DATA', recipient: '' },
      { instance: 'a.2', sender: '', sasl_username: 'al' },
      { client_port: '2' },
      { protocol_state: 'VRFY', client_port: '3' },
    ])
    expect(said).toEqual(Array.from({ length: 7 }, () => 'action=DUNNO'))
    expect(seen).toEqual([
      'connect 192.0.2.1',
      'helo mx.example.org',
      'mail alice@example.org undefined',
      'rcpt bob@example.net',
      'rcpt carol@example.net',
      'mail  al',
      'rcpt bob@example.net',
      'connect 192.0.2.1',
      'helo mx.example.org',
      'mail alice@example.org undefined',
      'rcpt bob@example.net',
    ])
  })

  test('are answered with our code and words; a client that is refused stays refused', async () => {
    const refusing = gatewayOf({ name: 'no', connect: () => reject('5.7.1', 'no', { close: true }) })
    const said = await ask(refusing, [{}, { recipient: 'carol@example.net' }])
    expect(said[0]).toMatch(/^action=55\d 5\.7\.1 Refused by policy ref=\w{8}$/)
    expect(said[1]).toBe(said[0])
  })

  test('that are deferred may be refused for good by what follows', async () => {
    const gateway = gatewayOf({ name: 'later', rcpt: () => defer('4.7.1', 'later') })
    const [now] = await ask(gateway, [{}])
    expect(now).toMatch(/^action=451 4\.7\.1 Try again later ref=/)
    const [permit] = await ask(gateway, [{}], { deferral: 'if-permit' })
    expect(permit).toMatch(/^action=DEFER_IF_PERMIT 4\.7\.1 Try again later ref=/)
  })

  test.for([
    ['a line that is no attribute', 'request=smtpd_access_policy\nnonsense\n\n'],
    ['another kind', 'request=junk\n\n'],
    ['no end', `request=smtpd_access_policy\nhelo_name=${'x'.repeat(70_000)}`],
  ])('with %s end the connection', async ([, bytes]) => {
    const told: string[] = []
    const gateway = postern({ dns: zone({}), filters: [], notify: ({ code }) => told.push(code) })
    const server = policyService(gateway)
    const socket = connect(await listen(server), '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(bytes ?? '')
    await once(socket, 'close')
    server.close()
    expect(told).toEqual(['policy/protocol'])
  })

  test('are the same however they are cut', () => {
    const bytes = Buffer.from('request=smtpd_access_policy\nsender=ä@example.org\nsize=\n\n'.repeat(3))
    for (let size = 1; size < 20; size += 1) {
      const reader = requestReader()
      const received = []
      for (let at = 0; at < bytes.length; at += size) received.push(...reader.push(bytes.subarray(at, at + size)))
      expect(received.map(attributes => attributes.get('sender'))).toEqual(Array(3).fill('ä@example.org'))
    }
  })
})
