/** What tests start and import: as `built-package.ts` has built it, or the source where nothing was built. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The folder of the built package. */
export const builtPackage = process.env.POSTERN_TEST_PACKAGE

const root = fileURLToPath(new URL('../..', import.meta.url))

const program = (built: string, source: string): string =>
  builtPackage === undefined ? join(root, source) : join(builtPackage, built)

/** `postern`. */
export const cli = program('dist/cli/main.js', 'src/cli/main.ts')

/** `postern serve` alone. */
export const relay = program('relay-program.js', 'examples/relay/main.ts')

interface Target {
  readonly default: string
}

interface Manifest {
  readonly exports: Readonly<Record<string, string | Target | { readonly import: Target }>>
}

/** The address of each entry point, by the name that a program imports. */
export const entryPoints: ReadonlyMap<string, string> = new Map(
  Object.entries((JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest).exports).flatMap(
    ([entry, target]) => {
      if (typeof target === 'string') return []
      const { default: file } = 'import' in target ? target.import : target
      const source = file.replace(/^\.\/dist\//, 'src/').replace(/js$/, 'ts')
      return [[`postern${entry.slice(1)}`, pathToFileURL(program(file, source)).href]]
    },
  ),
)
