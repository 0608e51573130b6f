/**
 * Resolves `postern` and its entry points, so that examples run as they stand: loaded by `--import`, or imported. With
 * POSTERN_EXAMPLE_DNS, a gateway without its own `dns` asks a zone of the tests.
 */
import { registerHooks } from 'node:module'
import { entryPoints } from './programs.ts'

const isOffline = process.env.POSTERN_EXAMPLE_DNS !== undefined
const offline = new URL('./offline-postern.ts', import.meta.url).href

registerHooks({
  resolve(specifier, context, next) {
    const isWrapped = isOffline && specifier === 'postern' && context.parentURL !== offline
    const url = isWrapped ? offline : entryPoints.get(specifier)
    return url === undefined ? next(specifier, context) : { url, shortCircuit: true }
  },
})
