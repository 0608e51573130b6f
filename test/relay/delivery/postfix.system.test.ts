/** A real Postfix as the next hop: asked about recipients, and given mail over TLS, pipelined, on one connection. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { selfSigned } from '../../../src/relay/tls/self-signed.ts'
import { testDelivery } from '../../support/delivery.ts'
import { incoming } from '../../support/incoming.ts'
import { startPostfix } from '../../support/postfix.ts'
import { scratch } from '../../support/scratch.ts'
import { INSTALL_TIMEOUT } from '../../support/services.ts'
import { sink } from '../../support/sink.ts'

const letter = 'From: a@example.org\r\nSubject: hello\r\n\r\nbody\r\n.\r\nend\r\n'

test('Postfix knows its recipients, takes mail with TLS and DSN, and passes a report on', {
  timeout: INSTALL_TIMEOUT,
}, async () => {
  await using folder = await scratch()
  const { cert, key } = selfSigned('localhost')
  const [certFile, keyFile] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')]
  await writeFile(certFile, cert)
  await writeFile(keyFile, key)
  await using behind = await sink()
  await using postfix = await startPostfix({
    nextHop: behind.port,
    settings: {
      mynetworks: '127.0.0.0/8',
      relay_recipient_maps: 'inline:{ bob@example.net=ok, carol@example.net=ok }',
      smtpd_tls_security_level: 'may',
      smtpd_tls_cert_file: certFile,
      smtpd_tls_key_file: keyFile,
      smtpd_data_restrictions: 'reject_unauth_pipelining',
    },
  })
  const nextHop = { hosts: [`localhost:${postfix.port}`], tls: 'verified', ca: cert } as const
  await using relay = await testDelivery([{ domains: ['example.net'], nextHop }])
  const check = (forwardPath: string) => relay.delivery.checkRecipient({ forwardPath, reversePath: 'a@example.org' })
  expect(await check('bob@example.net')).toBeUndefined()
  expect(await check('nobody@example.net')).toMatchObject({ code: 550, status: '5.1.1' })

  const to = [{ forwardPath: 'bob@example.net', notify: 'FAILURE', orcpt: 'rfc822;bob@example.net' }]
  for (let count = 0; count < 3; count += 1)
    expect(await relay.delivery.deliver(incoming(`X: ${count}\r\n${letter}`, { to }))).toMatchObject({ code: 250 })
  await expect.poll(() => behind.messages.length, { timeout: 30_000 }).toBe(3)
  expect(behind.messages[0]).toContain('\r\nbody\r\n.\r\nend\r\n')
  const log = await postfix.log()
  expect(log.match(/smtpd\[\d+\]: connect from/g)).toHaveLength(1)
  for (const { queueId = 'none' } of relay.reports) expect(log).toContain(`${queueId}: client=`)

  const trace = [['Authentication-Results', 'mx.example.org; spf=pass smtp.mailfrom=example.org']] as const
  const both = incoming(letter, { to: ['carol@example.net', 'nobody@example.net'], trace })
  expect(await relay.delivery.deliver(both)).toMatchObject({ code: 250 })
  await expect.poll(() => behind.messages.length, { timeout: 30_000 }).toBe(5)
  expect(behind.messages.join('')).toMatch(
    /^Final-Recipient: rfc822; nobody@example\.net\r\nAction: failed\r\nStatus: 5\.1\.1/m,
  )
  expect(behind.received()).toMatch(/MAIL FROM:<>[\s\S]*RCPT TO:<a@example\.org>/)
})
