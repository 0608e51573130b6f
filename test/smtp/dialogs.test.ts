/** Every dialogue in fixtures/dialogs against our own SMTP server: it says what is written. */
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { selfSigned } from '../../src/relay/tls/self-signed.ts'
import { type SmtpServer, smtpServer } from '../../src/smtp/index.ts'
import { dialog, readScript } from '../../src/testing/dialog.ts'
import { dialogs, gatewayFor } from '../support/dialogs.ts'

/** It has no AUTH: it takes mail from other servers. Who has authenticated is said by a proxy (XCLIENT LOGIN). */
const playable = dialogs.filter(({ text }) => readScript(text).users.size === 0)

async function listening(
  smtp: SmtpServer,
): Promise<{ readonly host: string; readonly port: number; readonly proxy: true }> {
  smtp.server.listen(0, '127.0.0.1')
  await once(smtp.server, 'listening')
  const address = smtp.server.address()
  return { host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0, proxy: true }
}

test('all dialogues but those with AUTH are played', () => {
  expect(playable.length).toBeGreaterThanOrEqual(12)
  expect(dialogs.length - playable.length).toBeLessThanOrEqual(1)
})

describe.for(playable)('$file', ({ text }) => {
  test('is what the server says', async () => {
    const gateway = await gatewayFor(text)
    const smtp = smtpServer({
      gateway,
      name: 'mx.example.net',
      tls: selfSigned('mx.example.net'),
      proxies: { header: ['127.0.0.1'] },
      deliver: () => undefined,
    })
    const { transcript } = await dialog(await listening(smtp), text)
    expect(transcript.filter(said => said.startsWith('C: '))).toHaveLength(text.match(/^C:/gm)?.length ?? 0)
    await smtp.close()
    await gateway.close()
  })
})
