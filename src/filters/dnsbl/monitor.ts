/**
 * Monitors DNS lists: a list is used only while its test points are right (RFC 5782 §5) and it answers no error code.
 */

import { checkList, type Health, type Listing, TEST_POINTS } from '../../dns/list.ts'
import { duration } from '../../model/checks.ts'
import type { Finding } from '../../model/finding.ts'
import type { Shape } from '../../model/options.ts'
import type { Notify, Services } from '../../model/services.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'
import type { List } from './zones.ts'

/** How often DNS lists are checked. */
export interface MonitorOptions {
  /** How often the test points of a list are asked. @default '1h' */
  readonly check?: Duration
  /** How soon a disabled list is checked again. @default '5m' */
  readonly retry?: Duration
}

/** @internal */
export const monitorShape: Shape<MonitorOptions> = { check: duration({ min: '1s' }), retry: duration({ min: '1s' }) }

export interface Monitor {
  /** The lists that are used now: all of them while no gateway has started the checks. */
  active(): readonly List[]
  /** Disables a list that answers an error code. @returns the finding that says so */
  disable(list: List, broken: Extract<Listing, { kind: 'broken' }>, notify: Notify): Finding
  start(services: Services): Promise<void>
  stop(): void
}

/** Under a gateway a list is not used before its test points were checked. */
type State = 'untried' | 'on' | 'off'

/**
 * Checks lists and announces changes by `notify`, as `dnsbl/off` and `dnsbl/on`.
 *
 * @param name the filter that asks the lists
 */
export function monitor(
  lists: readonly List[],
  name: string,
  { check = '1h', retry = '5m' }: MonitorOptions = {},
): Monitor {
  const [interval, retryInterval] = [toMilliseconds(check), toMilliseconds(retry)]
  const states = new Map<List, State>(lists.map(list => [list, 'on']))
  const timers = new Map<List, () => void>()
  let running = 0
  let services: Services | undefined

  const schedule = (list: List, ms: number): void => {
    if (services === undefined) return
    const [begun, run] = [services, running]
    timers.get(list)?.()
    timers.set(
      list,
      begun.clock.after(ms, () => void examine(list, begun, run)),
    )
  }
  const disable = (list: List, why: string, notify: Notify): void => {
    if (states.get(list) !== 'off')
      notify({ code: `${name}/off`, reason: `${list.label} is disabled: ${why}`, level: 'warning' })
    states.set(list, 'off')
    schedule(list, Math.min(retryInterval, interval))
  }
  const examine = async (list: List, { dns, notify }: Services, run: number): Promise<void> => {
    const health = await checkList(dns, list.zone, list.holds)
    if (run !== running) return
    if (health !== 'healthy') return disable(list, describeHealth(list, health), notify)
    if (states.get(list) === 'off')
      notify({ code: `${name}/on`, reason: `${list.label} is healthy again and used again`, level: 'info' })
    states.set(list, 'on')
    schedule(list, interval)
  }
  const stop = (): void => {
    running += 1
    services = undefined
    for (const cancel of timers.values()) cancel()
    timers.clear()
  }

  return {
    active: () => lists.filter(list => states.get(list) === 'on'),
    disable: (list, { code }, notify) => {
      const error = `answers ${code}, which is an error and not a listing`
      disable(list, `it ${error}`, notify)
      return { rule: 'error', reason: `${list.label} ${error}: it is disabled until it is healthy` }
    },
    start: async begun => {
      stop()
      services = begun
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
      return `it lists ${absent}, so it would list every client`
    case 'lists-nothing':
      return `it does not list ${present}, so it is empty, closed, or refuses our queries; use your own resolver`
    case 'broken':
      return 'it answers its test points with an error code, so it refuses our queries; use your own resolver'
    case 'unreachable':
      return 'its test points could not be resolved'
    default:
      return health satisfies never
  }
}
