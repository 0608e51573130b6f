/** What a session finds outside, for tests: nothing in DNS, the machine's clock, an empty store. */

import { loadMeter } from '../load/meter.ts'
import { callDirectly, emitWarning, type Services, systemClock } from '../model/services.ts'
import { memoryStore } from '../store/memory.ts'
import { zone } from './zone.ts'

/**
 * A world of which only `parts` is remarkable.
 *
 * @example
 * const filter = dnsbl({ lists: ['bl.example'] })
 * await filter.start?.(worldOf({ dns: zone({ '2.0.0.127.bl.example': { A: '127.0.0.2' } }) }))
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
