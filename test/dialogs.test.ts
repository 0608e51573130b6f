/** Every dialogue in fixtures/dialogs, against the core and against a server that listens: both say what is written. */
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { SMTPServer } from 'smtp-server'
import { describe, expect, test } from 'vitest'
import { selfSigned } from '../examples/relay/certificate.ts'
import { guard } from '../src/adapters/smtp-server/index.ts'
import { dkim } from '../src/filters/dkim.ts'
import { dmarc } from '../src/filters/dmarc.ts'
import { dnsbl } from '../src/filters/dnsbl.ts'
import { headerForm } from '../src/filters/header-form.ts'
import { helo } from '../src/filters/helo.ts'
import { loop } from '../src/filters/loop.ts'
import { rdns } from '../src/filters/rdns.ts'
import { recipients } from '../src/filters/recipients.ts'
import { senderDomain } from '../src/filters/sender-domain.ts'
import { spf } from '../src/filters/spf.ts'
import { type Gateway, postern } from '../src/postern.ts'
import { dialog, type Listening, readScript } from '../src/testing/dialog.ts'
import { zone } from '../src/testing/zone.ts'

const folder = new URL('../fixtures/dialogs/', import.meta.url)
const files = readdirSync(folder).filter(name => name.endsWith('.smtp'))

/** Two lists that are in good health, whatever else a dialogue says of DNS. */
const lists = ['bl.example.com', 'xbl.example.com']
const healthy = Object.fromEntries(lists.map(list => [`2.0.0.127.${list}`, { A: '127.0.0.2' }]))

/** The gateway of example.net. */
async function gatewayFor(text: string): Promise<Gateway> {
  const gateway = postern({
    name: 'mx.example.net',
    dns: zone({ ...healthy, ...readScript(text).zone }),
    filters: [
      helo({}),
      rdns({}),
      dnsbl({ zones: lists.map(list => ({ zone: list, points: 8 })) }),
      senderDomain(),
      recipients({ domains: ['example.net'], valid: ['bob@example.net'] }),
      headerForm(),
      loop(),
      spf(),
      dkim(),
      dmarc(),
    ],
  })
  // The lists are asked for their test points before anybody is judged by them.
  await new Promise(resolve => setTimeout(resolve, 20))
  return gateway
}

/** smtp-server before the same gateway, believing what we say of the client's address. */
async function listening(gateway: Gateway, users: ReadonlyMap<string, string>): Promise<Listening & AsyncDisposable> {
  const server = new SMTPServer(
    guard(gateway, {
      useProxy: ['127.0.0.1'],
      ...selfSigned('mx.example.net'),
      ...(users.size === 0 && { disabledCommands: ['AUTH'] }),
      onAuth: ({ username = '', password }, _session, callback) =>
        users.get(username) === password
          ? callback(null, { user: username })
          : callback(Object.assign(new Error('no such user'), { responseCode: 535 })),
      onData: (content, _session, callback) => {
        content.resume()
        content.on('end', () => callback())
      },
    }),
  )
  const { server: socket } = server
  server.listen(0, '127.0.0.1')
  await once(socket, 'listening')
  const address = socket.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    host: '127.0.0.1',
    port,
    proxy: true,
    [Symbol.asyncDispose]: () => new Promise<void>(resolve => server.close(() => resolve())),
  }
}

test('there are dialogues to play', () => {
  expect(files.length).toBeGreaterThanOrEqual(10)
})

describe.for(files)('%s', file => {
  const text = readFileSync(new URL(file, folder), 'utf8')

  test('is what the core says', async () => {
    const gateway = await gatewayFor(text)
    const { transcript } = await dialog(gateway, text)
    expect(transcript.filter(said => said.startsWith('C: '))).toHaveLength(text.match(/^C:/gm)?.length ?? 0)
    await gateway.close()
  })

  test('is what a server that listens says', async () => {
    const gateway = await gatewayFor(text)
    await using server = await listening(gateway, readScript(text).users)
    const { transcript } = await dialog(server, text)
    expect(transcript.filter(said => said.startsWith('C: '))).toHaveLength(text.match(/^C:/gm)?.length ?? 0)
    await gateway.close()
  })
})
