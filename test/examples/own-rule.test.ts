/** The rule of the page on rules: its test passes, and a gateway and the program judge by it. */
import { expect, test, vi } from 'vitest'
import { postern } from '../../src/index.ts'
import { dialog } from '../../src/testing/index.ts'
import { exampleFolder, loadExample } from '../support/example.ts'
import { cli } from '../support/programs.ts'

vi.setConfig({ testTimeout: 120_000 })
const { freemailInvoice } =
  loadExample<typeof import('../../examples/own-rule/freemail-invoice.ts')>('own-rule/freemail-invoice.ts')
const files = ['freemail-invoice.ts', 'freemail-invoice.test.ts', 'postern.config.ts', 'invoice.eml']

test('the test of the rule passes', async () => {
  await using folder = await exampleFolder(files.map(file => `own-rule/${file}`))
  expect(await folder.node('--test')).toMatch(/^ℹ pass 2$/m)
})

test('postern score shows the points of the rule', async () => {
  await using folder = await exampleFolder(files.map(file => `own-rule/${file}`))
  expect(await folder.node(cli, 'config', 'check')).toBe('postern.config.ts: no mistakes\n')
  const score = await folder.node(cli, 'score', 'invoice.eml', '--from', 'alice@gmail.com', '--offline')
  expect(score).toMatch(/^ +\+4 {2}freemail-invoice {2}an invoice from a freemail address$/m)
  expect(score).toMatch(/^ {2}score 4: accept, tagged /m)
})

test('an invoice from a freemail address is judged in a whole dialogue, too', async () => {
  const { outcomes } = await dialog(
    postern({ filters: [freemailInvoice] }),
    [
      ...['S: 220', 'C: EHLO mail.example.org', 'S: 250', 'C: MAIL FROM:<a@gmail.com>', 'S: 250'],
      ...['C: RCPT TO:<bob@example.net>', 'S: 250', 'C: DATA', 'S: 354'],
      ...['C: From: a@gmail.com', 'C: Subject: Invoice 7', 'C:', 'C: Pay.', 'C: .', 'S: 250', 'C: QUIT', 'S: 221'],
    ].join('\n'),
  )
  expect(outcomes.map(({ score, findings }) => ({ score, findings }))).toEqual([
    {
      score: 4,
      findings: [{ rule: 'freemail-invoice', reason: 'an invoice from a freemail address', points: 4 }],
    },
  ])
})
