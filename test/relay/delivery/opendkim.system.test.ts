/** Signatures of forwarded mail, verified by OpenDKIM. */
import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { hopAt, testDelivery } from '../../support/delivery.ts'
import { incoming } from '../../support/incoming.ts'
import { scratch } from '../../support/scratch.ts'
import { INSTALL_TIMEOUT, need } from '../../support/services.ts'
import { sink } from '../../support/sink.ts'

const run = promisify(execFile)
let opendkim = ''
beforeAll(async () => {
  opendkim = await need('opendkim', ['opendkim'])
}, INSTALL_TIMEOUT)

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')

/** The words of OpenDKIM about one message. */
async function verdict(message: string): Promise<string> {
  await using folder = await scratch()
  const [keys, conf, file] = ['keys', 'opendkim.conf', 'message.eml'].map(name => join(folder.path, name))
  if (keys === undefined || conf === undefined || file === undefined) throw new Error('no folder')
  await writeFile(keys, `k1._domainkey.fwd.example v=DKIM1; k=rsa; p=${spki}\n`)
  await writeFile(conf, `TestPublicKeys ${keys}\nMode v\nSocket inet:1@127.0.0.1\n`)
  await writeFile(file, message, 'latin1')
  const { stdout, stderr } = await run(opendkim, ['-x', conf, '-t', file]).catch((error: unknown) => {
    return error as { readonly stdout: string; readonly stderr: string }
  })
  return stdout + stderr
}

const bodies: Readonly<Record<string, string>> = {
  'plain text': 'hello\r\n',
  'no body': '',
  'eight bits': '\xc2\xa0caf\xc3\xa9 \xe9 \r\n',
  'dots, blanks and empty lines': '.\r\n..x  \t y \r\n\r\n\r\n',
}

test.for(Object.keys(bodies))('%s: the signature verifies, and does not once a byte is changed', async name => {
  await using server = await sink()
  const dkim = { domain: 'fwd.example', selector: 'k1', key }
  await using relay = await testDelivery([{ nextHop: hopAt(server.port, { dkim, arc: dkim }), recipients: 'any' }])
  await relay.delivery.deliver(incoming(`From: a@example.org\r\nSubject: hello\r\n\r\n${bodies[name]}`))
  const [message = ''] = server.messages
  expect(await verdict(message)).toContain('verification (s=k1, d=fwd.example, 2048-bit key) succeeded')
  expect(await verdict(message.replace('Subject: hello', 'Subject: hallo'))).toContain('failed')
  expect(await verdict(`${message}more\r\n`)).toContain('failed')
})
