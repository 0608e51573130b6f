/**
 * Resolves `postern` and its entry points to the source, so that examples run as they stand, without a build: loaded by
 * `--import`, or imported. With POSTERN_EXAMPLE_DNS, a gateway without its own `dns` asks a zone of the tests.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const root = new URL('../../', import.meta.url)
const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))

const sources = new Map(
  Object.entries(exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([entry, target]) => {
      const built = target.import?.default ?? target.default
      const source = built.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts')
      return [`postern${entry.slice(1)}`, new URL(source, root).href]
    }),
)
if (process.env.POSTERN_EXAMPLE_DNS) sources.set('postern', new URL('./offline-postern.ts', import.meta.url).href)

registerHooks({
  resolve(specifier, context, next) {
    const url = sources.get(specifier)
    return url === undefined ? next(specifier, context) : { url, shortCircuit: true }
  },
})
