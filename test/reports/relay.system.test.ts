/** A relay with real DNS: mail in, the reports of the day out to a sink, and a report that comes back in. */
import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { connectStore } from '../../src/relay/stores.ts'
import { ReportBook } from '../../src/reports/book.ts'
import { readReports } from '../../src/reports/read/read.ts'
import { deliver, letter, messages, relayProcess } from '../relay/relay-process.ts'
import { dnsServer } from '../support/dns-server.ts'
import { scratch } from '../support/scratch.ts'
import { INSTALL_TIMEOUT, need } from '../support/services.ts'
import { sink } from '../support/sink.ts'

async function run(...args: readonly string[]) {
  const lines: string[] = []
  const take = (line: string) => void lines.push(line)
  return { status: await main(['report', ...args], { out: take, error: take }), lines }
}

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicText = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')

test('mail is counted, reported to its domain by a valid and signed report, and a report that comes is shown', {
  timeout: INSTALL_TIMEOUT,
}, async () => {
  const xmllint = await need('xmllint', ['libxml2-utils'])
  await using folder = await scratch()
  await using outward = await sink()
  const dns = await dnsServer({
    '_dmarc.example.org': { TXT: 'v=DMARC1; p=reject; rua=mailto:d@reports.example!10m,mailto:x@victim.example' },
    'example.org._report._dmarc.reports.example': { TXT: 'v=DMARC1' },
    'example.org': { TXT: 'v=spf1 -all', MX: { exchange: 'mx.example.org', priority: 1 } },
    '_dmarc.example.net': { TXT: 'v=DMARC1; p=reject' },
    's1._domainkey.example.net': { TXT: [['v=DKIM1; p=', publicText.slice(0, 200), publicText.slice(200)]] },
    'example.net': { MX: { exchange: 'mx.example.net', priority: 1 } },
  })
  const config = join(folder.path, 'postern.config.json')
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const options = {
    ...{ name: 'mx.example.net', trustedNetworks: [], mode: 'enforce', thresholds: { quarantine: 100, reject: 200 } },
    ...{ routes: [{ domains: ['example.net'], maildir: join(folder.path, 'mail') }], maildir: folder.path },
    dns: [dns.address],
    mail: { from: 'reports@example.net', dkim: { domain: 'example.net', selector: 's1', key } },
    reports: {
      send: { nextHop: { hosts: [`127.0.0.1:${outward.port}`] }, organisation: 'Example & Net' },
      receive: ['dmarc@example.net'],
    },
    doctor: false,
  }
  await writeFile(config, JSON.stringify(options))
  const day = new Date().toISOString().slice(0, 10)
  {
    await using relay = await relayProcess(['--config', config, '--dns', dns.address])
    for (const id of ['1', '2']) expect(await deliver(relay.port, letter(id), 'b@example.net')).toMatch(/^5/)
    relay.child.kill('SIGTERM')
    await relay.ended
  }
  const dry = await run('send', '--day', day, '--dry-run', '--out', join(folder.path, 'xml'), '--config', config)
  expect(dry.lines).toEqual([
    'example.org: 2 messages in 1 rows, to d@reports.example',
    '  not to x@victim.example: victim.example does not publish that it takes reports about example.org',
  ])
  expect(outward.messages).toEqual([])
  const [file = ''] = await readdir(join(folder.path, 'xml'))
  expect(file).toMatch(/^example\.net!example\.org!\d{10}!\d{10}!\w{24}\.xml$/)
  const schema = ['--noout', '--schema', 'test/reports/dmarc-2.0.xsd', join(folder.path, 'xml', file)]
  await expect(promisify(execFile)(xmllint, schema)).resolves.toMatchObject({ stdout: '' })

  const sent = await run('send', '--day', day, '--config', config)
  expect(sent).toEqual({ status: 0, lines: [`1 reports of ${day} were sent, 0 refused, 0 wait for another try`] })
  expect((await run('send', '--day', day, '--config', config)).lines[0]).toMatch(/^0 reports/)
  expect(outward.received()).toContain('MAIL FROM:<>')
  const [mail = ''] = outward.messages
  expect(mail).toMatch(/^DKIM-Signature:/)
  expect(mail).toContain('Auto-Submitted: auto-generated')
  expect(await readReports(Buffer.from(mail, 'latin1'))).toMatchObject([
    {
      ...{ kind: 'dmarc', reporter: 'Example & Net', email: 'reports@example.net', policy: { p: 'reject' } },
      records: [
        {
          ...{ ip: '127.0.0.1', count: 2, disposition: 'reject', dkim: 'fail', spf: 'fail', overrides: [] },
          ...{ headerFrom: 'example.org', envelopeFrom: 'example.org' },
          spfResults: [{ domain: 'example.org', scope: 'mfrom', result: 'fail' }],
        },
      ],
    },
  ])

  await using again = await relayProcess(['--config', config, '--dns', dns.address])
  expect(await deliver(again.port, mail, 'dmarc@example.net')).toMatch(/^250/)
  expect(await messages(join(folder.path, 'mail'))).toHaveLength(1)
  const { store, close } = await connectStore({ file: join(folder.path, 'postern.db') }, () => undefined)
  const book = new ReportBook(store)
  await expect
    .poll(async () => await book.received({ since: 0 }), { timeout: 30_000 })
    .toMatchObject([
      { kind: 'dmarc', domain: 'example.org', reporter: 'Example & Net', messages: 2, rejected: 2, isProven: true },
    ])
  expect(await book.sentReports({ since: 0 })).toMatchObject([
    { domain: 'example.org', recipient: 'd@reports.example', messages: 2, result: 'sent' },
  ])
  await store.close?.()
  await close()
  await dns.close()
})
