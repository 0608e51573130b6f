/** The tests that run real programs (clamd, Postfix, Redis, Exim, Haraka, rspamd): found on this machine or installed. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.system.test.ts'],
    exclude: ['test/data/**'],
    // Each file starts programs of its own: more workers than this only make each other late.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 600_000,
  },
})
