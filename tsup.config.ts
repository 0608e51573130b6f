import { defineConfig } from 'tsup'

// Declarations come from `tsc` (see `npm run build`): tsup cannot make them under TypeScript 7.
export default defineConfig({
  entry: [
    'src/index.ts',
    'src/filters/index.ts',
    'src/facts/index.ts',
    'src/adapters/smtp-server/index.ts',
    'src/adapters/milter/index.ts',
    'src/adapters/policy/index.ts',
    'src/adapters/http/index.ts',
    'src/adapters/haraka/index.ts',
    'src/adapters/hooks/index.ts',
    'src/adapters/webhook/index.ts',
    'src/store/redis.ts',
    'src/store/sqlite.ts',
    'src/testing/index.ts',
    'src/cli.ts',
    // Found by its place beside the rest: see src/mime/threads.ts.
    'src/mime/parse-worker.ts',
    // The same: see src/adapters/hooks/call-thread.ts.
    'src/adapters/hooks/call-worker.ts',
    // The same: see src/store/sqlite.ts.
    'src/store/sqlite/thread.ts',
  ],
  format: 'esm',
  target: 'node22',
  clean: true,
  dts: false,
  splitting: true,
  // `node:sqlite` has no other name.
  removeNodeProtocol: false,
  sourcemap: true,
})
