/** The program behind a watched relay: starts it, and answers what it is asked about itself. */
import { systemClock } from '../../src/index.ts'
import { loadOptions } from '../../src/relay/config/load.ts'
import type { TimeoutOptions } from '../../src/relay/delivery/types.ts'
import { ManagementSupervisor } from '../../src/relay/management/supervisor.ts'
import { startRelay } from '../../src/relay/relay.ts'
import { type Holdings, holdings } from './holdings.ts'

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
const { options } = await loadOptions({ args, environment: {} })
const routes = options.routes.map(route =>
  route.nextHop ? { ...route, nextHop: { ...route.nextHop, timeouts: JSON.parse(timeouts) as TimeoutOptions } } : route,
)
const log = (line: string) => say({ what: 'event', line })
const tell = (text: string) => say({ what: 'notice', text })
// Its events are read from the history; here they would be counted as those of mail.
const management = new ManagementSupervisor({ args, log: () => undefined, tell })
const noticed = management.notice.bind(management)
const relay = await startRelay({ ...options, routes }, { clock, log, tell, noticed, management })
management.begin(options, relay.metrics)

process.on('message', (told: ToRelay) => {
  if (told.what === 'clock') {
    ahead = told.ahead
    say({ what: 'clock' })
  } else say({ what: 'holdings', holdings: holdings(uncaught) })
})
say({ what: 'started', port: relay.port })
