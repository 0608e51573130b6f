/** What a session finds outside, for tests: nothing in DNS, the machine's clock, an empty store. */
import { consultOutside, systemClock, type World, warnProcess } from '../core/world.ts'
import { loadMeter } from '../load/meter.ts'
import { memoryStore } from '../store/memory.ts'
import { zone } from './zone.ts'

/**
 * A world of which only `parts` is remarkable.
 *
 * @example
 * const filter = dnsbl({ lists: ['bl.example'] })
 * await filter.start?.(worldOf({ dns: zone({ '2.0.0.127.bl.example': { A: '127.0.0.2' } }) }))
 */
export function worldOf({
  dns = zone({}),
  clock = systemClock,
  consult = consultOutside,
  store = memoryStore({ clock }),
  notify = warnProcess,
  load = loadMeter({ clock, notify }),
}: Partial<World> = {}): World {
  return { dns, clock, consult, store, notify, load }
}
