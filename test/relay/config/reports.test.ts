/** What the configuration says about reports, summaries and alerts. */
import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { effective } from '../../../src/relay/config/options.ts'
import type { RelayConfig } from '../../../src/relay/config/types.ts'

const optionsOf = (config: RelayConfig) => effective(config, { args: ['--config', 'x'], environment: {} }).options

const key = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
const mail = { from: 'reports@mx.example.org', dkim: { domain: 'example.org', selector: 's1', key } }
const send = { nextHop: { hosts: ['out.example.org:25'] } }

test('reports are sent by a next hop, signed for the domain of their author', () => {
  expect(optionsOf({ mail, reports: { send } })).toMatchObject({
    reports: { send },
    store: { file: 'mail/postern.db' },
  })
})

test.for<[string, RelayConfig, RegExp]>([
  ['reports without an author', { reports: { send } }, /mail: .*expected who our own mail is from/],
  ['summaries without an author', { summary: { to: ['a@example.org'] } }, /mail: .*expected who our own mail is from/],
  ['reports that are not signed', { mail: { from: mail.from }, reports: { send } }, /do not pass DMARC are refused/],
  [
    'reports that are signed for another domain',
    { mail: { ...mail, from: 'a@example.net' }, reports: { send } },
    /in mail\.dkim a key of example\.net/,
  ],
  ['reports without a next hop', { mail, reports: { send: {} } }, /a nextHop that takes mail for all domains/],
  ['an address that is none', { reports: { receive: ['dmarc'] } }, /reports\.receive\[0\]/],
  ['a day that is none', { mail, summary: { to: ['a@example.org'], day: 'someday' as never } }, /summary\.day/],
  ['a time that is none', { mail, summary: { to: ['a@example.org'], time: '25:00' } }, /summary\.time/],
  ['a zone that is none', { mail, summary: { to: ['a@example.org'], timeZone: 'Mars/Base' } }, /summary\.timeZone/],
  ['a summary for none', { mail, summary: { to: [] } }, /summary\.to/],
  ['alerts as a word', { alerts: true as never }, /alerts: .*set alerts to an object of options/],
  ['a domain that is none', { mail, summary: { to: [{ address: 'a@example.org', domains: ['?'] }] } }, /domains/],
])('%s is refused, with what to do', ([, config, message]) => {
  expect(() => optionsOf(config)).toThrow(message)
})

test('reports that are only read need no author', () => {
  expect(optionsOf({ reports: { receive: ['dmarc@example.org'] } }).reports).toEqual({ receive: ['dmarc@example.org'] })
})
