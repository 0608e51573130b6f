import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readAggregate } from '../../src/reports/read/aggregate.ts'
import { readReports } from '../../src/reports/read/read.ts'
import type { DmarcReport } from '../../src/reports/types.ts'
import { growth } from '../support/cpu.ts'
import { fc } from '../support/property.ts'
import { zip } from '../support/zip.ts'
import { mailWith, message, recordXml, reportXml } from './files.ts'

const read = async (content: string | Buffer) => (await readReports(Buffer.from(content)))[0]

const MB = 1024 ** 2

test.for<[string, string | Buffer, RegExp]>([
  ['nothing', '', /holds no report/],
  ['text', 'Hello', /holds no report/],
  ['HTML', '<html><body>Hello</body></html>', /begins with html: an aggregate report begins with feedback/],
  ['other JSON', '{"a": 1}', /no list of policies/],
  ['broken JSON', '{"policies": [', /no JSON/],
  ['JSON nested without end', `{"policies":${'['.repeat(1_000_000)}`, /no JSON/],
  ['an XML text that is cut off', reportXml().slice(0, -12), /cut off: feedback does not end/],
  ['elements that cross', '<feedback><record><row>1</record></row></feedback>', /row does not end/],
  ['elements nested without end', '<feedback>'.repeat(100_000), /nested more than 12 deep/],
  [
    'a declaration of entities',
    `<!DOCTYPE feedback [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${reportXml(undefined, '<feedback>')}`,
    /declaration .*which no report needs/,
  ],
  [
    'a declaration that names a file',
    reportXml(undefined, '<?xml version="1.0"?><!DOCTYPE f SYSTEM "file:///etc/passwd"><feedback>'),
    /declaration/,
  ],
  ['a bomb in gzip', gzipSync(Buffer.alloc(33 * MB, 32)), /unpacks to more than 33554432 bytes/],
  ['a bomb in gzip in gzip', gzipSync(gzipSync(Buffer.alloc(33 * MB, 32))), /unpacks to more than/],
  ['gzip four times', gzipSync(gzipSync(gzipSync(gzipSync(reportXml())))), /packed more than three times/],
  ['gzip that is cut off', gzipSync(reportXml()).subarray(0, 100), /damaged/],
  ['an empty zip archive', zip({}), /holds no report/],
  ['a zip archive of other files', zip({ 'a.exe': Buffer.from('MZ') }), /no file that ends in \.xml/],
  ['a zip archive with a password', zip({ 'a.xml': Buffer.from(reportXml()) }, { encrypted: true }), /password/],
  ['a zip archive that is cut off', zip({ 'a.xml': Buffer.from(reportXml()) }).subarray(0, 200), /cannot be read/],
  ['more than 32 MB', Buffer.alloc(33 * MB, 32), /more than 33554432 bytes/],
  ['a message with a program', mailWith(Buffer.from('MZ\0\0')), /holds no report/],
  [
    'a message with parts without end',
    message('Content-Type: multipart/mixed; boundary=b', '', ...Array(5000).fill('--b\r\n')),
    /holds no report/,
  ],
])('%s is unreadable', async ([, content, reason]) => {
  const found = await read(content)
  expect(found).toMatchObject({ kind: 'unreadable', reason: expect.stringMatching(reason) })
})

test('an entity that was not declared stays as it is written', async () => {
  const evaluated = '<disposition>&a;</disposition><dkim>pass</dkim><spf>fail</spf>'
  expect(await read(reportXml(recordXml({ evaluated })))).toMatchObject({ records: [{ disposition: '&a;' }] })
})

const within = async (xml: string) => await readAggregate(Buffer.from(xml), { records: 500, results: 2_000 })

test('a report of more records than are read says that it is not whole', async () => {
  const report = await within(reportXml(recordXml().repeat(505)))
  expect([report.records.length, report.isPartial]).toEqual([500, true])
  expect(await within(reportXml(recordXml().repeat(500)))).not.toHaveProperty('isPartial')
})

test('short elements in great number end the reading, too', async () => {
  const report = await within(reportXml(recordXml({ results: '<dkim/>'.repeat(100) }).repeat(30)))
  expect([report.records.length, report.isPartial]).toEqual([20, true])
})

test('texts, results, reasons and errors of one report are bounded', async () => {
  const results = `<dkim><domain>${'a'.repeat(100_000)}</domain><result>pass</result></dkim>`.repeat(200)
  const reasons = '<reason><type>other</type></reason>'.repeat(200)
  const evaluated = `<disposition>none</disposition><dkim>pass</dkim><spf>fail</spf>${reasons}`
  const text = reportXml(recordXml({ results, evaluated })).replace(
    '</report_metadata>',
    `${'<error>x</error>'.repeat(100)}</report_metadata>`,
  )
  const { records, errors } = (await read(text)) as DmarcReport
  expect(records[0]?.dkimResults).toHaveLength(100)
  expect(records[0]?.dkimResults[0]?.domain).toHaveLength(1_000)
  expect(records[0]?.overrides).toHaveLength(100)
  expect(errors).toHaveLength(20)
})

test('a message has at most ten reports', async () => {
  const part = ['--b', 'Content-Type: text/xml', '', reportXml()].join('\r\n')
  const mail = message('Content-Type: multipart/mixed; boundary=b', '', ...Array<string>(30).fill(part), '--b--', '')
  expect(await readReports(mail)).toHaveLength(10)
})

test('whatever the bytes are, nothing is thrown', async () => {
  const pieces = fc.constantFrom(
    ...['<feedback>', '<record>', '<row>', '</row>', '<source_ip>', '&#0;', '<![CDATA[', ']]>', '<!--', '<?x?>', '\0'],
    ...[
      'PK\x03\x04',
      '\x1f\x8b',
      '{',
      '[',
      '"policies":',
      'Content-Type: multipart/mixed; boundary=b\r\n\r\n',
      '--b\r\n',
    ],
  )
  const anything = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 20 })), { maxLength: 16 })
  await fc.assert(
    fc.asyncProperty(anything, async parts => {
      for (const { kind } of await readReports(Buffer.from(parts.join(''), 'latin1'))) expect(kind).toBeTypeOf('string')
    }),
  )
})

test('reading is linear: four times the records take about four times the time', async () => {
  const [small, large] = [1_500, 6_000].map(records => reportXml(recordXml().repeat(records)))
  expect(await growth(content => read(content ?? ''), { small, large, enough: 10 })).toBeLessThan(10)
})
