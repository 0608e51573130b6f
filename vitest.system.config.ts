/**
 * The tests that run real programs (clamd, Postfix, Redis, Exim, Haraka, rspamd), found on this machine or installed,
 * and those that try for minutes what `npm test` tries for seconds.
 */
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

process.env.NODE_COMPILE_CACHE ??= resolve('node_modules/.cache/node')

/** They read `long` of `test/support/full.ts`. */
const long = [
  'test/relay/{crash,duplicates,exhausted,delivery/killed}.test.ts',
  'test/console/sign-in.test.ts',
  'test/load/flood.test.ts',
  'test/mime/fuzz.test.ts',
  'test/faults/{soak,attacks}.test.ts',
]

export default defineConfig({
  test: {
    include: ['test/**/*.system.test.ts', ...long],
    env: { POSTERN_LONG: '1' },
    exclude: ['test/data/**'],
    // Each file starts programs of its own: more workers than this only make each other late.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 600_000,
  },
})
