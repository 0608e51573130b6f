/** The tests on outside suites and corpora, which are no part of the project: `POSTERN_DATA` says where they are. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

const data = resolve(process.env.POSTERN_DATA ?? '../shared/data')
if (!existsSync(data) && process.env.VITEST)
  throw new Error(`there is no test data at ${data}: set POSTERN_DATA to the folder that holds it`)

export default defineConfig({
  test: {
    include: ['test/data/**/*.test.ts'],
    // Thousands of messages in one test.
    testTimeout: 600_000,
    hookTimeout: 300_000,
    // One file after another: they unpack the same corpora.
    fileParallelism: false,
  },
})
