/** Its test: no socket, no DNS, no clock. */

import { expect, test } from 'vitest'
import { points } from '../../src/index.ts'
import { probe } from '../../src/testing/index.ts'
import { freemailInvoice } from './freemail-invoice.ts'

test('an invoice from a freemail address costs four points', async () => {
  const found = await probe(freemailInvoice, { reversePath: 'a@gmail.com', header: { subject: 'Invoice 7' } })
  expect(found).toEqual([points(4, 'an invoice from a freemail address', { rule: 'freemail-invoice' })])
})
