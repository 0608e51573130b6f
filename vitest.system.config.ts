/**
 * The tests that run real programs (clamd, Postfix, Redis, Exim, Haraka, rspamd), found on this machine or installed,
 * and those that take minutes.
 */
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { faults, thorough } from './test/support/long-tests.ts'
import { SecondTry } from './test/support/second-try.ts'

process.env.NODE_COMPILE_CACHE ??= resolve('node_modules/.cache/node')

export default defineConfig({
  test: {
    include: ['test/**/*.system.test.ts', ...faults, ...thorough],
    env: { POSTERN_LONG: '1' },
    exclude: ['test/data/**'],
    // Each file starts programs of its own: more workers than this only make each other late.
    maxWorkers: 2,
    // CI shares its machine with work that the programs under test wait for. What needs a second try, it names.
    retry: process.env.CI ? 1 : 0,
    reporters: ['default', new SecondTry()],
    // What comes late on a busy machine comes all the same.
    expect: { poll: { timeout: 20_000 } },
    testTimeout: 60_000,
    hookTimeout: 600_000,
  },
})
