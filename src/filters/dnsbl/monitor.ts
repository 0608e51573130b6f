/** Watches over DNS lists: one is believed only while its test points stand (RFC 5782 §5) and it answers no error code. */

import { checkList, type Health, type Listing, TEST_POINTS } from '../../dns/list.ts'
import { duration } from '../../model/checks.ts'
import type { Finding } from '../../model/finding.ts'
import type { Shape } from '../../model/options.ts'
import type { Notify, Services } from '../../model/services.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'
import type { List } from './zones.ts'

export interface MonitorOptions {
  /** How often a list's test points are asked. @default '1h' */
  readonly check?: Duration
  /** How soon a list that is switched off is tried again. @default '5m' */
  readonly retry?: Duration
}

/** @internal */
export const watchShape: Shape<MonitorOptions> = { check: duration({ min: '1s' }), retry: duration({ min: '1s' }) }

export interface Monitor {
  /** The lists that are believed now: all of them while no gateway has asked for their test points. */
  active(): readonly List[]
  /** Switches a list off that answers an error code, and says so. */
  disable(list: List, broken: Extract<Listing, { kind: 'broken' }>, notify: Notify): Finding
  start(world: Services): Promise<void>
  stop(): void
}

/** Nobody is judged by a list before its test points were asked, if a gateway asks for that. */
type State = 'untried' | 'on' | 'off'

/**
 * The operator hears of it by `notify`, as `dnsbl/off` and `dnsbl/on`.
 *
 * @param name the filter that asks the lists
 */
export function monitor(
  lists: readonly List[],
  name: string,
  { check = '1h', retry = '5m' }: MonitorOptions = {},
): Monitor {
  const [often, soon] = [toMilliseconds(check), toMilliseconds(retry)]
  const states = new Map<List, State>(lists.map(list => [list, 'on']))
  const bells = new Map<List, () => void>()
  let running = 0
  let world: Services | undefined

  const ring = (list: List, ms: number): void => {
    if (world === undefined) return
    const [begun, run] = [world, running]
    bells.get(list)?.()
    bells.set(
      list,
      begun.clock.after(ms, () => void examine(list, begun, run)),
    )
  }
  const switchOff = (list: List, why: string, notify: Notify): void => {
    if (states.get(list) !== 'off')
      notify({ code: `${name}/off`, reason: `${list.label} is switched off: ${why}`, level: 'warning' })
    states.set(list, 'off')
    ring(list, Math.min(soon, often))
  }
  const examine = async (list: List, { dns, notify }: Services, run: number): Promise<void> => {
    const health = await checkList(dns, list.zone, list.holds)
    if (run !== running) return
    if (health !== 'healthy') return switchOff(list, describeHealth(list, health), notify)
    if (states.get(list) === 'off')
      notify({ code: `${name}/on`, reason: `${list.label} is healthy again and is asked again`, level: 'info' })
    states.set(list, 'on')
    ring(list, often)
  }
  const stop = (): void => {
    running += 1
    world = undefined
    for (const cancel of bells.values()) cancel()
    bells.clear()
  }

  return {
    active: () => lists.filter(list => states.get(list) === 'on'),
    disable: (list, { code }, notify) => {
      const error = `answers ${code}, which is an error and no listing`
      switchOff(list, `it ${error}`, notify)
      return { rule: 'error', reason: `${list.label} ${error}: it is switched off until it is healthy` }
    },
    start: async begun => {
      stop()
      world = begun
      for (const list of lists) states.set(list, 'untried')
      await Promise.all(lists.map(list => examine(list, begun, running)))
    },
    stop,
  }
}

function describeHealth({ holds }: List, health: Exclude<Health, 'healthy'>): string {
  const { absent, present } = TEST_POINTS[holds]
  switch (health) {
    case 'lists-everything':
      return `it lists ${absent}, so it would list the world`
    case 'lists-nothing':
      return `it does not list ${present}, so it is empty, gone, or does not answer us; ask it by your own resolver`
    case 'broken':
      return 'it answers its test points with an error code, so it does not answer us; ask it by your own resolver'
    case 'unreachable':
      return 'its test points could not be asked'
    default:
      return health satisfies never
  }
}
