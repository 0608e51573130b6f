/** The example for Stalwart and cloud mail services: both servers, each asked once in its own format. */
import { expect, test, vi } from 'vitest'
import { letter } from '../relay/networks.ts'
import { exampleFolder } from '../support/example.ts'
import { freePort } from '../support/scratch.ts'

vi.setConfig({ testTimeout: 120_000 })

const authorization = 'Bearer secret'
const ask = async (port: number, path: string, body: string) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers: { authorization }, body })
  return await response.json()
}

test('both say what is to become of a message', async () => {
  const ports = { 8893: await freePort(), 8894: await freePort() }
  await using folder = await exampleFolder(['http-hooks/server.ts'], ports, { POSTERN_AUTHORIZATION: authorization })
  await using server = await folder.start(/^webhook on /m, 'server.ts')
  await server.writes(/^hooks on /m)
  const path = '/?from=alice@example.org&to=bob@example.net&ip=192.0.2.7&helo=mx.example.org'
  expect(await ask(ports[8894], path, letter)).toMatchObject({ verdict: 'accept' })
  const call = {
    context: {
      stage: 'rcpt',
      client: { ip: '192.0.2.7', port: 4711, ptr: null, helo: 'mx.example.org', activeConnections: 1 },
      server: { name: 'Stalwart', port: 25, ip: '192.0.2.25' },
      protocol: { version: 1 },
    },
    envelope: { from: { address: 'alice@example.org' }, to: [{ address: 'eve@elsewhere.example' }] },
  }
  expect(await ask(ports[8893], '/', JSON.stringify(call))).toMatchObject({
    action: 'reject',
    response: { status: 550, enhanced_status: '5.7.1' },
  })
})

test('without a secret nothing is opened', async () => {
  await using folder = await exampleFolder(['http-hooks/server.ts'])
  await expect(folder.node('server.ts')).rejects.toThrow('a secret that requests must have')
})
