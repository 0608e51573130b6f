/**
 * The dialogues in fixtures/dialogs, and the gateway of example.net that they are played against, whatever the host.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { type Gateway, postern } from '../../src/engine/gateway.ts'
import { dkim } from '../../src/filters/dkim.ts'
import { dmarc } from '../../src/filters/dmarc/dmarc.ts'
import { dnsbl } from '../../src/filters/dnsbl/dnsbl.ts'
import { headerForm } from '../../src/filters/header-form.ts'
import { helo } from '../../src/filters/helo.ts'
import { loop } from '../../src/filters/loop.ts'
import { rdns } from '../../src/filters/rdns.ts'
import { recipients } from '../../src/filters/recipients.ts'
import { senderDomain } from '../../src/filters/sender-domain.ts'
import { spf } from '../../src/filters/spf.ts'
import { readScript } from '../../src/testing/dialog.ts'
import { zone } from '../../src/testing/zone.ts'

const folder = new URL('../../fixtures/dialogs/', import.meta.url)

export const dialogs: readonly { readonly file: string; readonly text: string }[] = readdirSync(folder)
  .filter(name => name.endsWith('.smtp'))
  .map(file => ({ file, text: readFileSync(new URL(file, folder), 'utf8') }))

/** Two lists that are in good health, whatever else a dialogue says of DNS. */
const lists = ['bl.example.com', 'xbl.example.com']
const healthy = Object.fromEntries(lists.map(list => [`2.0.0.127.${list}`, { A: '127.0.0.2' }]))

export async function gatewayFor(text: string): Promise<Gateway> {
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
