/** `postern report read` shows what others report. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { recordXml, reportXml } from '../reports/files.ts'
import { type Scratch, scratch } from '../support/scratch.ts'

async function report(...args: readonly string[]) {
  const lines: string[] = []
  const take = (line: string) => void lines.push(line)
  return { status: await main(['report', ...args], { out: take, error: take }), lines }
}

const file = async ({ path }: Scratch, name: string, content: string | Buffer) => {
  await writeFile(join(path, name), content)
  return join(path, name)
}

const FAILS = `<disposition>reject</disposition><dkim>fail</dkim><spf>fail</spf>
  <reason><type>local_policy</type><comment>arc=pass\u001b[31m</comment></reason>`

test('an aggregate report is a table, the largest counts first', async () => {
  await using folder = await scratch()
  const xml = reportXml(recordXml() + recordXml({ ip: '192.0.2.9', count: '40', evaluated: FAILS }))
  const { status, lines } = await report('read', await file(folder, 'r.xml.gz', gzipSync(xml)))
  expect(status).toBe(0)
  expect(lines).toEqual([
    'DMARC of example.com, by receiver.example (42), 2026-11-25 00:00 to 2026-11-25 23:59',
    'policy: p=none sp=none',
    '42 messages: 2 pass, 40 do not',
    '',
    'messages  client     from         dkim  spf   done    why',
    '40        192.0.2.9  example.com  fail  fail  reject  local_policy (arc=pass\\u001b[31m)',
    '2         192.0.2.1  example.com  pass  fail  none',
  ])
})

test('a report about TLS and a complaint are shown, too', async () => {
  await using folder = await scratch()
  const tls = {
    ...{ 'organization-name': 'Receiver', 'report-id': '7' },
    policies: [
      {
        policy: { 'policy-type': 'sts', 'policy-domain': 'example.org' },
        summary: { 'total-successful-session-count': 90, 'total-failure-session-count': 2 },
        'failure-details': [{ 'result-type': 'certificate-expired', 'failed-session-count': 2 }],
      },
    ],
  }
  const complaint = [
    ...['Content-Type: multipart/report; boundary=b', '', '--b', 'Content-Type: message/feedback-report', ''],
    ...['Feedback-Type: abuse', 'Source-IP: 192.0.2.9', '--b--', ''],
  ]
  const { status, lines } = await report(
    'read',
    await file(folder, 'tls.json', JSON.stringify(tls)),
    await file(folder, 'arf.eml', complaint.join('\r\n')),
  )
  expect(status).toBe(0)
  expect(lines).toEqual([
    expect.stringMatching(/tls\.json:$/),
    'TLS, by Receiver (7), 1970-01-01 00:00 to 1970-01-01 00:00',
    '',
    'domain       policy  successful  failed  why',
    'example.org  sts     90          2',
    '                                 2       certificate-expired',
    expect.stringMatching(/arf\.eml:$/),
    'complaint (abuse) by an unknown program',
    'ip  192.0.2.9',
  ])
})

test('what cannot be read says why, and the exit status says so', async () => {
  await using folder = await scratch()
  const { status, lines } = await report('read', await file(folder, 'x', 'Hello'), '--json')
  expect(status).toBe(1)
  expect(lines.map(line => JSON.parse(line))).toEqual([
    { kind: 'unreadable', reason: 'it holds no report: neither XML, JSON, gzip, zip nor a complaint' },
  ])
})

test('a file that is not there and a wrong command end with 2', async () => {
  expect((await report('read', '/nonexistent/file')).status).toBe(2)
  expect((await report('read')).status).toBe(2)
  expect((await report('banana', 'x')).status).toBe(2)
  expect((await report('--help')).lines[0]).toContain('usage: postern report read FILE')
})
