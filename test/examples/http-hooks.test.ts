/** The example for Stalwart and cloud mail services: both servers, each asked once in its own format. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { dns, letter } from '../relay/networks.ts'
import { loadExample } from '../support/example.ts'

const { httpHooks } = loadExample<typeof import('../../examples/http-hooks/server.ts')>('http-hooks/server.ts')

const authorization = 'Bearer secret'
const ask = async (server: Server, path: string, body: string) => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers: { authorization }, body })
  server.close()
  return await response.json()
}

test('both say what is to become of a message', async () => {
  const servers = httpHooks(authorization, { name: 'mx.example.net', dns })
  const path = '/?from=alice@example.org&to=bob@example.net&ip=192.0.2.7&helo=mx.example.org'
  expect(await ask(servers.webhook, path, letter)).toMatchObject({ verdict: 'accept' })
  const call = {
    context: {
      stage: 'rcpt',
      client: { ip: '192.0.2.7', port: 4711, ptr: null, helo: 'mx.example.org', activeConnections: 1 },
      server: { name: 'Stalwart', port: 25, ip: '192.0.2.25' },
      protocol: { version: 1 },
    },
    envelope: { from: { address: 'alice@example.org' }, to: [{ address: 'eve@elsewhere.example' }] },
  }
  expect(await ask(servers.hooks, '/', JSON.stringify(call))).toMatchObject({
    action: 'reject',
    response: { status: 550, enhanced_status: '5.7.1' },
  })
})

test('without a secret nothing is opened', () => {
  expect(() => httpHooks('')).toThrow('a secret that requests must have')
})
