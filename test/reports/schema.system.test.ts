/** Reports are valid by the schema of RFC 9990, as xmllint judges it. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { makeReport } from '../../src/reports/dmarc/report.ts'
import { writeReport } from '../../src/reports/dmarc/xml.ts'
import type { PublishedPolicy } from '../../src/reports/types.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { fc } from '../support/property.ts'
import { scratch } from '../support/scratch.ts'
import { INSTALL_TIMEOUT, need } from '../support/services.ts'
import { DMARC, messageEvents } from './events.ts'
import { count, DAY, reporter } from './sending.ts'

const policy: PublishedPolicy = {
  ...{ domain: 'example.com', p: 'reject', sp: 'none', np: 'quarantine', adkim: 'r', aspf: 's' },
  ...{ fo: '0', testing: 'y', discovery: 'treewalk' },
}

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 })
const results = ['none', 'pass', 'fail', 'policy', 'neutral', 'temperror', 'permerror']

const messages = fc.record({
  transaction: fc.record({
    reversePath: fc.oneof(fc.constant(''), text),
    dkim: fc.array(fc.record({ domain: text, selector: text, result: fc.constantFrom(...results) }), { maxLength: 10 }),
    spf: fc.record({
      domain: text,
      result: fc.constantFrom('none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror', 'unknown'),
    }),
    dmarc: fc.record({
      result: fc.constantFrom('pass', 'fail'),
      domain: text,
      policy: fc.constantFrom('none', 'quarantine', 'reject'),
      policyDomain: fc.constant('example.com'),
      aligned: fc.subarray(['spf', 'dkim'] as const),
      reports: fc.constant(true as const),
    }),
  }),
  recipient: fc.record({
    ip: fc.oneof(fc.ipV4(), fc.ipV6()),
    verdict: fc.constantFrom('accept', 'quarantine', 'reject', 'discard'),
    findings: fc.constantFrom(
      [],
      [{ rule: 'dmarc/forwarded', reason: 'x' }],
      [{ rule: 'dmarc/sealed', reason: 'x' }],
      [{ rule: 'dmarc/reject', reason: 'x', verdict: 'reject' as const }],
    ),
  }),
})

test('whatever clients send, a report is valid', { timeout: INSTALL_TIMEOUT }, async () => {
  const xmllint = await need('xmllint', ['libxml2-utils'])
  await using folder = await scratch()
  const samples = fc.sample(messages, 2_000)
  const store = memoryStore()
  await count(store, [
    ...samples.flatMap(({ transaction, recipient }) => messageEvents(transaction, recipient)),
    ...messageEvents({ dmarc: { ...DMARC, testing: true, policy: 'none' } }),
    ...messageEvents({}, { ip: '::ffff:192.0.2.7' }),
  ])
  const contact = '<mailto:a@b>&"\u0000\ud800'
  const subject = { day: DAY, organisation: 'example.com', domain: 'example.com' }
  const report = await makeReport(subject, { reporter: { ...reporter, contact }, policy, store })
  if (report === undefined) throw new Error('nothing was counted')
  expect(report.records.length).toBeGreaterThan(1_000)
  const file = join(folder.path, 'report.xml')
  await writeFile(file, writeReport({ ...report, errors: ['one', 'two <>'] }))
  const lint = () => promisify(execFile)(xmllint, ['--noout', '--schema', 'test/reports/dmarc-2.0.xsd', file])
  await expect(lint()).resolves.toMatchObject({ stderr: `${file} validates\n` })
  await writeFile(file, writeReport({ ...report, policy: { ...policy, p: 'banana' } }))
  await expect(lint()).rejects.toThrow('banana')
})
