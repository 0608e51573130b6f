/** Postfix asks the policy service. */
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { policyService } from '../../../src/adapters/postfix-policy/index.ts'
import { type Filter, type Gateway, points, postern } from '../../../src/index.ts'
import { dialog } from '../../../src/testing/dialog.ts'
import { zone } from '../../../src/testing/zone.ts'
import { dialogs, gatewayFor } from '../../support/dialogs.ts'
import { type Postfix, startPostfix } from '../../support/postfix.ts'
import { INSTALL_TIMEOUT } from '../../support/services.ts'
import { type Sink, sink } from '../../support/sink.ts'

const gatewayOf = (...filters: readonly Filter[]): Gateway =>
  postern({ name: 'mx.example.net', dns: zone({}), filters })

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

describe('a real Postfix', () => {
  let gateway: Gateway
  let server: Server
  let postfix: Postfix
  let nextHop: Sink

  beforeAll(async () => {
    server = policyService(() => gateway, { prepend: true })
    nextHop = await sink()
    postfix = await startPostfix({
      nextHop: nextHop.port,
      settings: {
        smtpd_upstream_proxy_protocol: 'haproxy',
        smtpd_helo_required: 'yes',
        smtpd_relay_restrictions: 'check_client_access static:OK, reject_unauth_destination',
        smtpd_recipient_restrictions: `check_policy_service inet:127.0.0.1:${await listen(server)}, reject_unauth_destination`,
      },
    })
  }, INSTALL_TIMEOUT)

  afterAll(async () => {
    await postfix?.[Symbol.asyncDispose]()
    await nextHop?.stop()
    server?.close()
  })

  /** Those whose verdict falls with RCPT at the latest, and that need neither TLS nor passwords. */
  const early = [
    'a-domain-that-cannot-be-asked-defers.smtp',
    'a-listed-client-is-refused-at-rcpt.smtp',
    'a-null-reverse-path-is-welcome.smtp',
    'a-stranger-may-not-relay.smtp',
    'an-unknown-recipient-is-refused-alone.smtp',
    'ordinary-mail-is-accepted.smtp',
    'rset-forgets-the-recipients.smtp',
  ]

  test.for(dialogs.filter(({ file }) => early.includes(file)))('$file is what Postfix says', async ({ text }) => {
    gateway = await gatewayFor(text)
    // Postfix puts its own words before ours, and changes a status to that of what it was restricting.
    const codes = text.replace(/^(S: \d{3}) .*$/gm, '$1 *')
    const { transcript } = await dialog({ host: '127.0.0.1', port: postfix.port, proxy: true }, codes)
    expect(transcript.filter(said => said.startsWith('C: '))).toHaveLength(text.match(/^C:/gm)?.length ?? 0)
    await gateway.close()
  })

  test('what was found stands on top of the message', async () => {
    gateway = gatewayOf({ name: 'odd', rcpt: () => points(2, 'odd') })
    const before = nextHop.messages.length
    await dialog(
      { host: '127.0.0.1', port: postfix.port, proxy: true },
      `
S: 220 *
C: EHLO mx.example.org
S: 250 *
C: MAIL FROM:<alice@example.org>
S: 250 *
C: RCPT TO:<bob@example.net>
S: 250 *
C: RCPT TO:<carol@example.net>
S: 250 *
C: DATA
S: 354 *
C: From: alice@example.org
C:
C: .
S: 250 *
`,
    )
    while (nextHop.messages.length === before) await new Promise(resolve => setTimeout(resolve, 20))
    expect(nextHop.messages.at(-1)?.match(/X-Spam-Status: No, score=2\.0 tests=odd ref=\w+/g)).toHaveLength(1)
  })
})
