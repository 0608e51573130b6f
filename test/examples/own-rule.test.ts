/** The rule in examples/own-rule comes with its own test; this runs it, and sees the rule at work in a gateway. */
import { expect, test } from 'vitest'
import { freemailInvoice } from '../../examples/own-rule/freemail-invoice.ts'
import { postern } from '../../src/index.ts'
import { dialog } from '../../src/testing/index.ts'
import '../../examples/own-rule/freemail-invoice.test.ts'

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
