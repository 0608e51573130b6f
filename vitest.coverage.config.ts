/** Coverage of the heart: the tests of engine, policy and model reach every branch of the first two, or nearly. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/{engine,policy,model,observe,testing}/**/*.test.ts'],
    // Under coverage all code is slower: no test of CPU time belongs here.
    exclude: ['test/**/*.system.test.ts', 'test/engine/long-lines.test.ts'],
    // All random values, of which `npm test` draws a fourth.
    env: { POSTERN_LONG: '1' },
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['src/engine/**/*.ts', 'src/policy/**/*.ts'],
      reporter: ['text'],
      reportOnFailure: true,
      thresholds: { branches: 95 },
    },
  },
})
