import { defineConfig, type Options } from 'tsup'

/** Files that are loaded by their place: threads. */
const threads = [
  'src/mime/parse-worker.ts',
  'src/archives/unpack/thread.ts',
  'src/store/sqlite/thread.ts',
  'src/history/sqlite/thread.ts',
  'src/history/postgres/thread.ts',
  'src/quarantine/folder/thread.ts',
  'src/quarantine/postgres/thread.ts',
  'src/adapters/stalwart/call-worker.ts',
  'src/codes/thread.ts',
]

const entry = [
  'src/index.ts',
  'src/types.ts',
  'src/store/index.ts',
  'src/load/index.ts',
  'src/dns/index.ts',
  'src/observe/index.ts',
  'src/trace/index.ts',
  'src/log/index.ts',
  'src/filters/index.ts',
  'src/facts/index.ts',
  'src/adapters/smtp-server/index.ts',
  'src/smtp/index.ts',
  'src/adapters/milter/index.ts',
  'src/adapters/postfix-policy/index.ts',
  'src/adapters/rspamd/index.ts',
  'src/adapters/haraka/index.ts',
  'src/adapters/stalwart/index.ts',
  'src/adapters/webhook/index.ts',
  'src/store/redis/redis.ts',
  'src/store/sqlite/sqlite.ts',
  'src/history/index.ts',
  'src/quarantine/index.ts',
  'src/reports/index.ts',
  'src/testing/index.ts',
  ...threads,
]

// Declarations come from `tsc` (see `npm run build`): tsup cannot make them under TypeScript 7.
const common: Options = {
  target: 'node22',
  dts: false,
  splitting: true,
  // Optional dependencies, which tsup would take into the bundle.
  external: ['7z-wasm', /^zxing-wasm/, /^@jsquash/],
  // `node:sqlite` has no other name.
  removeNodeProtocol: false,
  // Without comments and indentation, and with all names, so that a stack says where something was thrown.
  sourcemap: false,
  minifyWhitespace: true,
  esbuildOptions: options => {
    options.lineLimit = 160
    options.legalComments = 'none'
  },
}

/** The program, and what it loads by its place: ESM alone. */
const program = [
  'src/console/accounts/postgres/thread.ts',
  'src/postgres/probe-thread.ts',
  'src/testing/vitest.ts',
  'src/cli/main.ts',
  'src/relay/index.ts',
  'src/console/index.ts',
  'src/relay/workers/main.ts',
  'src/relay/management/main.ts',
]

/**
 * One build for all: Node takes as long to find and link a file as to run it, so there are few files; bundlers leave out
 * what a program does not use, by the marks of `scripts/pure-constants.ts`; CommonJS requires the same files.
 */
export default defineConfig({ ...common, entry: [...entry, ...program], format: 'esm' })
