/** The gateway with the rule: `npx postern serve` reads this file. */
import { defineConfig } from 'postern/relay'
import { freemailInvoice } from './freemail-invoice.ts'

export default defineConfig({
  domains: ['example.org'],
  ownFilters: [freemailInvoice],
})
