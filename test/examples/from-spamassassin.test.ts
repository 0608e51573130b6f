/** examples/from-spamassassin: the rules of local.cf, written as filters, find what local.cf finds. */
import { readFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { dnsbl } from '../../src/filters/index.ts'
import { postern, thresholds } from '../../src/index.ts'
import { dialog, probe, zone } from '../../src/testing/index.ts'
import { loadExample } from '../support/example.ts'

const { localRules } = loadExample<typeof import('../../examples/from-spamassassin/local-rules.ts')>(
  'from-spamassassin/local-rules.ts',
)

const [local, ...others] = localRules
const found = async (from: string, subject: string, body: string): Promise<Readonly<Record<string, number>>> => {
  if (local === undefined) throw new Error('the example exports no filter')
  const findings = await probe(local, { header: { from, subject }, body })
  return Object.fromEntries(findings.map(({ rule = '', points: value = 0 }) => [rule, value]))
}
const CHANGED = 'Please note that our bank account\r\nhas changed.\r\n'

test.for([
  ['an invoice', 'a@example.org', 'Invoice 7', 'Pay.', { 'local/invoice': 0.5 }],
  ['a part of a word', 'a@example.org', 'Invoices', 'Pay.', {}],
  ['an encoded subject', 'a@example.org', '=?utf-8?q?Inv?= =?utf-8?q?oice_7?=', 'Pay.', { 'local/invoice': 0.5 }],
  ['a phrase across two lines', 'a@example.org', 'News', CHANGED, { 'local/new-account': 1.5 }],
  ['a link', 'a@example.org', 'News', 'See https://my.pay-slip.example/7', { 'local/pay-site': 2 }],
  ['a link to another site', 'a@example.org', 'News', 'See https://not-pay-slip.example/7', {}],
  ['two of three', 'a@example.org', 'Invoice', CHANGED, { 'local/invoice': 0.5, 'local/new-account': 1.5 }],
  [
    'all three',
    'A <a@GMAIL.com>',
    'Invoice',
    CHANGED,
    { 'local/invoice': 0.5, 'local/new-account': 1.5, 'local/invoice-fraud': 4 },
  ],
] as const)('%s', async ([, from, subject, body, expected]) => {
  expect(await found(from, subject, body)).toEqual(expected)
})

test('a meta rule that names a rule of another filter is a composite', async () => {
  const lists = zone({
    '2.0.0.127.bl.example': { A: ['127.0.0.2'] },
    '1.2.0.192.bl.example': { A: ['127.0.0.2'] },
  })
  const gateway = postern({
    filters: [dnsbl({ zones: [{ zone: 'bl.example', points: 2 }] }), ...localRules],
    policy: thresholds(),
    dns: lists,
  })
  // A list is used once its test points have answered.
  await nextTurn()
  const { outcomes } = await dialog(
    gateway,
    [
      ...['ip: 192.0.2.1', 'S: 220', 'C: EHLO mail.example.org', 'S: 250', 'C: MAIL FROM:<a@example.org>', 'S: 250'],
      ...['C: RCPT TO:<bob@example.net>', 'S: 250', 'C: DATA', 'S: 354'],
      ...['C: From: a@example.org', 'C: Subject: Invoice 7', 'C:', 'C: Pay.', 'C: .', 'S: 250', 'C: QUIT', 'S: 221'],
    ].join('\n'),
  )
  expect(others).toHaveLength(1)
  expect(outcomes.map(({ findings }) => findings.map(({ rule, points }) => [rule, points]))).toEqual([
    [
      ['dnsbl/listed', 2],
      ['local/invoice', 0.5],
      ['local-dnsbl', 3],
    ],
  ])
})

test('every rule of local.cf has its points in the example', () => {
  const read = (name: string): string =>
    readFileSync(new URL(`../../examples/from-spamassassin/${name}`, import.meta.url), 'utf8')
  const scores = [...read('local.cf').matchAll(/^score\s+\w+\s+([\d.]+)$/gm)].map(([, score]) => Number(score))
  const costs = [...read('local-rules.ts').matchAll(/points\(([\d.]+),/g)].map(([, cost]) => Number(cost))
  expect(scores).toHaveLength(5)
  expect(costs).toEqual(scores)
})
