/** The tests that stand alone: no data but the fixtures, no network but the loopback. */
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { faults } from './test/support/long-tests.ts'

// Tests start programs of hundreds of source files: what Node compiled for one, the next one reads.
process.env.NODE_COMPILE_CACHE ??= resolve('node_modules/.cache/node')

/** Tests that keep no state and start nothing: their files share processes, which load the source once. */
const sharing = [
  'test/{adapters,alerts,archives,classify,codes,digest,dns,doctor,engine,facts,filetypes,filters}/**/*.test.ts',
  'test/{history,html,links,load,log,mailing,mime,model,net,observe,policy,quarantine,reports}/**/*.test.ts',
  'test/{smtp,store,testing,threads,trace,console}/**/*.test.ts',
  'test/{chinese,dialogs,docs-links,docs,explain,guides,migrate,mistakes,package,readme}.test.ts',
  'test/{reference,regular-expressions,release,threats,words}.test.ts',
]
/** Among these: they look at what a process has loaded, replace modules, start programs, or count the time. */
const apart = ['test/facts/arc/*.test.ts', 'test/mime/threads.test.ts', 'test/**/*absent.test.ts']
const never = ['test/data/**', 'test/**/*.system.test.ts', ...faults]

export default defineConfig({
  test: {
    // Many wait for servers and clients half of their time, so that four have work for two cores.
    maxWorkers: 4,
    globalSetup: 'test/support/built-package.ts',
    // What comes late on a busy machine comes all the same.
    expect: { poll: { timeout: 20_000 } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'shared', isolate: false, include: sharing, exclude: [...never, ...apart] },
      },
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: [...never, ...sharing] } },
      { extends: true, test: { name: 'apart', include: apart, exclude: never } },
    ],
  },
})
