/** Every dialogue in fixtures/dialogs, against the core and against a server that listens: both say what is written. */
import { once } from 'node:events'
import { SMTPServer } from 'smtp-server'
import { describe, expect, test } from 'vitest'
import { guard } from '../src/adapters/smtp-server/index.ts'
import type { Gateway } from '../src/engine/gateway.ts'
import { selfSigned } from '../src/relay/tls/self-signed.ts'
import { dialog, type Listening, readScript } from '../src/testing/dialog.ts'
import { dialogs, gatewayFor } from './support/dialogs.ts'

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
  expect(dialogs.length).toBeGreaterThanOrEqual(10)
})

describe.for(dialogs)('$file', ({ text }) => {
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
