/** The gateway in front of a mail server: `npx postern serve` reads this file. */
import { defineConfig } from 'postern/relay'

export default defineConfig({
  listeners: [{ address: '127.0.0.1:2525' }],
  name: 'mx.example.org',
  domains: ['example.org'],
  nextHop: { hosts: ['127.0.0.1:2626'] },
  log: { history: { folder: './history' } },
  mode: 'enforce',
})
