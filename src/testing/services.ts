/** The services of a session, for tests. */
import { loadMeter } from '../load/meter.ts'
import { callDirectly, emitWarning, type Services, systemClock } from '../model/services.ts'
import { memoryStore } from '../store/memory.ts'
import { zone } from './zone.ts'

/**
 * Returns services with defaults for a test: an empty DNS zone, the system's clock, an empty store in memory.
 *
 * @example
 * const filter = dnsbl({ lists: ['bl.example'] })
 * await filter.start?.(servicesOf({ dns: zone({ '2.0.0.127.bl.example': { A: '127.0.0.2' } }) }))
 */
export function servicesOf({
  dns = zone({}),
  clock = systemClock,
  callExternal = callDirectly,
  store = memoryStore({ clock }),
  notify = emitWarning,
  load = loadMeter({ clock, notify }),
}: Partial<Services> = {}): Services {
  return { dns, clock, callExternal, store, notify, load }
}
