/** The tests that stand alone: no data but the fixtures, no network but the loopback. */
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

// Tests start programs of hundreds of source files: what Node compiled for one, the next one reads.
process.env.NODE_COMPILE_CACHE ??= resolve('node_modules/.cache/node')

/** Tests that keep no state and start nothing: their files share processes, which load the source once. */
const sharing = [
  'test/{facts,filetypes,html,links,model,net,observe,policy,trace}/**/*.test.ts',
  'test/{filters/content,mime/header,mime/decode}/**/*.test.ts',
]
/** They look at what a process has loaded. */
const loading = ['test/facts/arc/**']
const never = ['test/data/**', 'test/**/*.system.test.ts']

export default defineConfig({
  test: {
    // Some wait for servers, so that a third has work for two cores; more would make each other late.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'shared', isolate: false, include: sharing, exclude: [...never, ...loading] } },
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: [...never, ...sharing] } },
      { extends: true, test: { name: 'loading', include: loading.map(folder => `${folder}/*.test.ts`) } },
    ],
  },
})
