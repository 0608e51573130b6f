import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readReports } from '../../src/reports/read/read.ts'
import type { DmarcReport } from '../../src/reports/types.ts'
import { zip } from '../support/zip.ts'
import { mailWith, message, recordXml, reportXml, wrapped } from './files.ts'

const read = async (content: string | Buffer) => (await readReports(Buffer.from(content)))[0]

const aggregate = async (content: string | Buffer) => (await read(content)) as DmarcReport

test('an aggregate report of RFC 7489 is read as it stands', async () => {
  expect(await read(reportXml())).toEqual({
    ...{ kind: 'dmarc', reporter: 'receiver.example', email: 'noreply@receiver.example', id: '42', errors: [] },
    ...{ begin: 1_795_564_800_000, end: 1_795_651_199_000 },
    policy: { domain: 'example.com', p: 'none', sp: 'none', adkim: 'r', aspf: 'r' },
    records: [
      {
        ...{ ip: '192.0.2.1', count: 2, disposition: 'none', dkim: 'pass', spf: 'fail', overrides: [] },
        ...{ headerFrom: 'example.com', dkimResults: [{ domain: 'example.com', result: 'pass' }], spfResults: [] },
      },
    ],
  })
})

test.for<[string, string | Buffer]>([
  ['with a namespace of RFC 9990', reportXml(undefined, '<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">')],
  [
    'with namespaces of a schema',
    reportXml(undefined, '<feedback xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="x">'),
  ],
  ['with prefixes', reportXml(undefined, '<d:feedback xmlns:d="x">').replace(/<(\/?)(?!d:|\?|\/d:)(\w+)/g, '<$1d:$2')],
  ['with a byte order mark', `\ufeff${reportXml()}`],
  ['in UTF-16', Buffer.from(`\ufeff${reportXml()}`, 'utf16le')],
  ['after empty lines', `\r\n\r\n${reportXml()}`],
  [
    'with comments and CDATA',
    reportXml().replace('<record>', '<!-- x --><record>').replace('>42<', '><![CDATA[42]]><'),
  ],
  ['in gzip', gzipSync(reportXml())],
  ['in gzip twice', gzipSync(gzipSync(reportXml()))],
  ['in zip', zip({ 'receiver.example!example.com!1!2.xml': Buffer.from(reportXml()) })],
  [
    'in zip beside what a Mac adds',
    zip({ '__MACOSX/._report.xml': Buffer.from('x'), 'report.XML': Buffer.from(reportXml()) }),
  ],
  ['attached to a message, under a wrong type', mailWith(gzipSync(reportXml()))],
  ['attached to a message, as text', mailWith(Buffer.from(reportXml()), 'text/xml')],
  [
    'as the whole message',
    message(
      ...['From: a@receiver.example', 'MIME-Version: 1.0', 'Content-Type: application/gzip; name="r.xml.gz"'],
      ...['Content-Transfer-Encoding: base64', '', wrapped(gzipSync(reportXml())), ''],
    ),
  ],
])('a report %s is the same report', async ([, content]) => {
  expect(await aggregate(content)).toMatchObject({ kind: 'dmarc', id: '42', records: [{ count: 2 }] })
})

test('a record has every result and every reason, in the words of the RFC', async () => {
  const evaluated = `<disposition>Quarantine</disposition><dkim>FAIL</dkim><spf>fail</spf>
    <reason><type>forwarded</type><comment>looks &amp; smells &lt;so&gt;</comment></reason>
    <reason><type>local_policy</type><comment/></reason>`
  const identifiers = `<envelope_to>Receiver.example</envelope_to><envelope_from></envelope_from>
    <header_from> Example.COM </header_from>`
  const results = `<dkim><domain>a.example</domain><selector>s1</selector><result>fail</result>
      <human_result>body hash did not verify</human_result></dkim>
    <dkim><domain>b.example</domain><result>Pass</result></dkim>
    <spf><domain>example.com</domain><scope>mfrom</scope><result>softfail</result></spf>
    <spf><domain>mx.example.com</domain><scope>helo</scope><result>none</result></spf>`
  const { records } = await aggregate(reportXml(recordXml({ evaluated, identifiers, results })))
  expect(records[0]).toEqual({
    ...{ ip: '192.0.2.1', count: 2, disposition: 'quarantine', dkim: 'fail', spf: 'fail' },
    overrides: [{ type: 'forwarded', comment: 'looks & smells <so>' }, { type: 'local_policy' }],
    ...{ headerFrom: 'example.com', envelopeFrom: '', envelopeTo: 'receiver.example' },
    dkimResults: [
      { domain: 'a.example', selector: 's1', result: 'fail', comment: 'body hash did not verify' },
      { domain: 'b.example', result: 'pass' },
    ],
    spfResults: [
      { domain: 'example.com', scope: 'mfrom', result: 'softfail' },
      { domain: 'mx.example.com', scope: 'helo', result: 'none' },
    ],
  })
})

test('elements of an extension are passed over', async () => {
  const records = recordXml().replace('</record>', '<arc xmlns="x"><count>7</count></arc></record>')
  expect((await aggregate(reportXml(records))).records[0]).toMatchObject({ count: 2 })
})

test('what is left out is what it means: no results, no policy beyond the domain, no dates', async () => {
  const text = `<feedback><report_metadata/><policy_published><domain>Example.com</domain></policy_published>
    <record><row><source_ip>2001:db8::1</source_ip><count>1</count></row></record></feedback>`
  expect(await read(text)).toMatchObject({
    ...{ reporter: '', id: '', begin: 0, policy: { domain: 'example.com', p: 'none' } },
    records: [{ ip: '2001:db8::1', disposition: 'none', dkim: 'fail', spf: 'fail', headerFrom: '' }],
  })
})

test.for(['', 'x', '-3', '1e9', '99999999999999999'])(
  'a record with the count %j is left out, and is missed',
  async count => {
    expect(await aggregate(reportXml(recordXml({ count }) + recordXml()))).toMatchObject({
      ...{ isPartial: true, records: [{ count: 2 }] },
    })
  },
)

test('a message may have several reports', async () => {
  const parts = ['1', '2'].flatMap(id => [
    ...['--b', 'Content-Type: application/gzip', 'Content-Transfer-Encoding: base64', ''],
    wrapped(gzipSync(reportXml().replace('>42<', `>${id}<`))),
  ])
  const mail = message('Content-Type: multipart/mixed; boundary=b', '', ...parts, '--b--', '')
  expect(await readReports(mail)).toMatchObject([{ id: '1' }, { id: '2' }])
})

const FEEDBACK = [
  ...['Feedback-Type: abuse', 'User-Agent: Feedback/1.0', 'Version: 1', 'Original-Mail-From: <ann@example.org>'],
  ...['Original-Rcpt-To: <user@receiver.example>', 'Arrival-Date: Wed, 25 Nov 2026 12:00:00 +0000'],
  ...['Source-IP: 192.0.2.9', 'Reported-Domain: example.org'],
]

const complaint = (fields: readonly string[], original: readonly string[], type = 'message/rfc822') =>
  message(
    ...['From: fbl@receiver.example', 'Content-Type: multipart/report; report-type=feedback-report; boundary=b', ''],
    ...['--b', 'Content-Type: text/plain', '', 'This is a complaint.', '--b', 'Content-Type: message/feedback-report'],
    ...['', ...fields, '', '--b', `Content-Type: ${type}`, '', ...original, '', '--b--', ''],
  )

const ORIGINAL = ['From: Ann <ann@example.org>', 'Message-ID: <1@example.org>', 'X-Postern-Ref: K3X9ABCD', '', 'Hello']

test.for(['message/rfc822', 'text/rfc822-headers'])('a complaint in ARF with the message as %s is read', async type => {
  expect(await read(complaint(FEEDBACK, ORIGINAL, type))).toEqual({
    ...{ kind: 'complaint', type: 'abuse', reporter: 'Feedback/1.0', arrived: Date.UTC(2026, 10, 25, 12) },
    ...{ ip: '192.0.2.9', domain: 'example.org', reversePath: 'ann@example.org', recipient: 'user@receiver.example' },
    ...{ messageId: '<1@example.org>', from: 'Ann <ann@example.org>', ref: 'K3X9ABCD' },
  })
})

test('a complaint that says little is still a complaint; one without a type is none', async () => {
  expect(await read(complaint(['', 'Feedback-Type: Fraud', 'Source-IP: banana'], []))).toEqual({
    ...{ kind: 'complaint', type: 'fraud', reporter: '' },
  })
  expect(await read(complaint(['Version: 1'], []))).toEqual({
    ...{ kind: 'unreadable', reason: 'the complaint has no Feedback-Type' },
  })
})

const TLS = {
  'organization-name': 'Receiver',
  'date-range': { 'start-datetime': '2026-11-25T00:00:00Z', 'end-datetime': '2026-11-25T23:59:59Z' },
  'contact-info': 'tls@receiver.example',
  'report-id': '7',
  policies: [
    {
      policy: { 'policy-type': 'sts', 'policy-domain': 'Example.org', 'mx-host': ['mx.example.org'] },
      summary: { 'total-successful-session-count': 90, 'total-failure-session-count': '2' },
      'failure-details': [
        {
          ...{ 'result-type': 'certificate-expired', 'failed-session-count': 2 },
          ...{ 'receiving-mx-hostname': 'mx.example.org', 'failure-reason-code': 'old' },
        },
      ],
    },
  ],
}

test('a report about TLS is read, packed or not', async () => {
  const expected = {
    ...{ kind: 'tls', reporter: 'Receiver', contact: 'tls@receiver.example', id: '7' },
    ...{ begin: Date.UTC(2026, 10, 25), end: Date.UTC(2026, 10, 25, 23, 59, 59) },
    policies: [
      {
        ...{ type: 'sts', domain: 'example.org', successful: 90, failed: 2 },
        failures: [{ type: 'certificate-expired', sessions: 2, host: 'mx.example.org', comment: 'old' }],
      },
    ],
  }
  expect(await read(JSON.stringify(TLS))).toEqual(expected)
  expect(await read(mailWith(gzipSync(JSON.stringify(TLS)), 'application/tlsrpt+gzip'))).toEqual(expected)
})

test('what is not of the right kind in a report about TLS counts as nothing', async () => {
  const policies = [null, 7, { policy: [], summary: { 'total-successful-session-count': -1 }, 'failure-details': {} }]
  expect(await read(JSON.stringify({ policies }))).toMatchObject({
    policies: [{ type: '', domain: '', successful: 0, failed: 0, failures: [] }],
  })
})
