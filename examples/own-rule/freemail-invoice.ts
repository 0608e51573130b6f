/** A rule: invoices do not come from freemail addresses. */
import { type Filter, points } from 'postern'

export const freemailInvoice: Filter = {
  name: 'freemail-invoice',
  header: ({ header, reversePath }) =>
    /invoice|发票/i.test(header.get('subject') ?? '') &&
    reversePath.endsWith('@gmail.com') &&
    points(4, 'an invoice from a freemail address'),
}
