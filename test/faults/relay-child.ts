/** The program behind a watched relay: starts it, and answers what it is asked about itself. */
import { readdirSync } from 'node:fs'
import { systemClock } from '../../src/index.ts'
import { readOptions } from '../../src/relay/config/options.ts'
import type { TimeoutOptions } from '../../src/relay/delivery/types.ts'
import { startRelay } from '../../src/relay/relay.ts'

/** What a process holds. */
export interface Holdings {
  /** How many of each kind keep it busy: sockets, requests, timers. */
  readonly resources: Readonly<Record<string, number>>
  /** Open files, sockets and pipes. */
  readonly descriptors: number
  /** Bytes that are reachable, on the heap and outside. */
  readonly heap: number
  /** Bytes that the process takes of the machine. */
  readonly rss: number
  /** Errors and rejections that were not caught, and what Node warns of. */
  readonly uncaught: readonly string[]
}

export type FromRelay =
  | { readonly what: 'started'; readonly port: number }
  | { readonly what: 'event'; readonly line: string }
  | { readonly what: 'notice'; readonly text: string }
  | { readonly what: 'holdings'; readonly holdings: Holdings }
  | { readonly what: 'clock' }

export type ToRelay = { readonly what: 'holdings' } | { readonly what: 'clock'; readonly ahead: number }

const uncaught: string[] = []
const keep = (error: unknown) => uncaught.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
process.on('uncaughtException', keep)
process.on('unhandledRejection', keep)
// A file that only the collector closed, a listener too many: leaks that would not be seen otherwise.
process.on('warning', warning => warning.name !== 'ExperimentalWarning' && keep(warning))
process.on('disconnect', () => process.exit())

const say = (message: FromRelay) => process.send?.(message)
let ahead = 0
const clock = { ...systemClock, now: () => systemClock.now() + ahead }

const [timeouts = '{}', ...args] = process.argv.slice(2)
const options = readOptions(args, {})
const routes = options.routes.map(route =>
  route.nextHop ? { ...route, nextHop: { ...route.nextHop, timeouts: JSON.parse(timeouts) as TimeoutOptions } } : route,
)
const relay = await startRelay(
  { ...options, routes },
  {
    clock,
    log: line => say({ what: 'event', line }),
    tell: text => say({ what: 'notice', text }),
  },
)

process.on('message', (told: ToRelay) => {
  if (told.what === 'clock') {
    ahead = told.ahead
    say({ what: 'clock' })
  } else say({ what: 'holdings', holdings: holdings() })
})
say({ what: 'started', port: relay.port })

function holdings(): Holdings {
  const descriptors = readdirSync('/proc/self/fd').length
  // Twice: what the first round finishes the second may take.
  for (let round = 0; round < 2; round += 1) globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  const kinds = Object.groupBy(process.getActiveResourcesInfo(), kind => kind)
  const resources = Object.fromEntries(Object.entries(kinds).map(([kind, all]) => [kind, all?.length ?? 0]))
  return { resources, descriptors, heap: heapUsed + external, rss, uncaught }
}
