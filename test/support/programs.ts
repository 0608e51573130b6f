/** The programs that tests start: as `built-package.ts` has built them, or the source where nothing was built. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the built package. */
export const builtPackage = process.env.POSTERN_TEST_PACKAGE

const program = (built: string, source: string): string =>
  builtPackage === undefined
    ? fileURLToPath(new URL(`../../${source}`, import.meta.url))
    : join(builtPackage, 'dist', built)

/** `postern`. */
export const cli = program('cli/main.js', 'src/cli/main.ts')

/** `postern serve` alone. */
export const relay = program('relay-program.js', 'examples/relay/main.ts')
