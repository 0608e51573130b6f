/** The tests that stand alone: no data but the fixtures, no network but the loopback. */
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

// Tests start programs of hundreds of source files: what Node compiled for one, the next one reads.
process.env.NODE_COMPILE_CACHE ??= resolve('node_modules/.cache/node')

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/data/**', 'test/**/*.system.test.ts'],
    // Many tests start servers and threads of their own: more workers than this only make each other late.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
