/**
 * Resolves `postern` and its entry points to what `built-package.ts` has built, or to the source, so that examples run
 * as they stand: loaded by `--import`, or imported. With POSTERN_EXAMPLE_DNS, a gateway without its own `dns` asks a
 * zone of the tests.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = new URL('../../', import.meta.url)
const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
const { POSTERN_TEST_PACKAGE: folder, POSTERN_EXAMPLE_DNS: isOffline } = process.env
const offline = new URL('./offline-postern.ts', import.meta.url).href

const files = new Map(
  Object.entries(exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([entry, target]) => [`postern${entry.slice(1)}`, fileOf(target.import?.default ?? target.default)]),
)

function fileOf(built) {
  if (folder) return pathToFileURL(join(folder, built)).href
  return new URL(built.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts'), root).href
}

registerHooks({
  resolve(specifier, context, next) {
    const isWrapped = isOffline && specifier === 'postern' && context.parentURL !== offline
    const url = isWrapped ? offline : files.get(specifier)
    return url === undefined ? next(specifier, context) : { url, shortCircuit: true }
  },
})
