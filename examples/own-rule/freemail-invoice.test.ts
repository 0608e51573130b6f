/** The test of the rule: it needs no socket, no DNS and no clock. */
import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { points } from 'postern'
import { probe } from 'postern/testing'
import { freemailInvoice } from './freemail-invoice.ts'

test('an invoice from a freemail address costs four points', async () => {
  const findings = await probe(freemailInvoice, { reversePath: 'a@gmail.com', header: { subject: 'Invoice 7' } })
  deepEqual(findings, [points(4, 'an invoice from a freemail address', { rule: 'freemail-invoice' })])
})

test('other mail costs nothing', async () => {
  deepEqual(await probe(freemailInvoice, { reversePath: 'a@gmail.com', header: { subject: 'Lunch' } }), [])
  deepEqual(await probe(freemailInvoice, { reversePath: 'a@example.com', header: { subject: 'Invoice 7' } }), [])
})
