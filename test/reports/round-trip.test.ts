import { expect, test } from 'vitest'
import { makeReport } from '../../src/reports/dmarc/report.ts'
import { writeReport } from '../../src/reports/dmarc/xml.ts'
import { readReports } from '../../src/reports/read/read.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { DMARC, messageEvents } from './events.ts'
import { count, DAY, reporter } from './sending.ts'

test('our reader reads our reports as they were made', async () => {
  const store = memoryStore()
  await count(store, [
    ...messageEvents({ reversePath: '' }, { ip: '2001:db8::7', findings: [{ rule: 'dmarc/sealed', reason: 'x' }] }),
    ...messageEvents({ dmarc: { ...DMARC, result: 'pass', aligned: ['spf', 'dkim'] } }),
    ...messageEvents({ dmarc: { ...DMARC, result: 'pass', aligned: ['spf', 'dkim'] } }),
  ])
  const subject = { day: DAY, organisation: 'example.com', domain: 'example.com' }
  const policy = {
    ...{ domain: 'example.com', p: 'reject', sp: 'none', np: 'quarantine', adkim: 'r', aspf: 's' },
    ...{ fo: '0', testing: 'n', discovery: 'treewalk' },
  }
  const report = await makeReport(subject, { reporter: { ...reporter, contact: 'a & <b>' }, policy, store })
  if (report === undefined) throw new Error('nothing was counted')
  const written = { ...report, errors: ['one of "two"'] }
  expect(await readReports(Buffer.from(writeReport(written)))).toEqual([written])
  expect(report.records.map(({ count: messages }) => messages)).toEqual([2, 1])
})
