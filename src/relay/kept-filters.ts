/**
 * Filters whose state lives on when the configuration is read again. The old gateway still serves its open sessions
 * while the new one begins: both have the same filter, which stops with the last of them.
 */
import type { Filter } from '../model/filter.ts'

interface Kept {
  readonly options: string
  readonly filter: Filter
}

export class KeptFilters {
  readonly #kept = new Map<string, Kept>()

  /** Returns the filter that has these options already, or makes it. */
  keep<T extends Filter>(name: string, options: object, make: () => T): T {
    const text = JSON.stringify(options, (_key, value: unknown) =>
      typeof value === 'function' ? String(value) : value,
    )
    const found = this.#kept.get(name)
    // Filters of one name are made by the same function.
    if (found?.options === text) return found.filter as T
    const filter = startedOnce(make())
    this.#kept.set(name, { options: text, filter })
    return filter
  }
}

/** Starts with the first gateway that has it, and stops with the last. */
function startedOnce<T extends Filter>(filter: T): T {
  const { start, stop } = filter
  let gateways = 0
  return {
    ...filter,
    start: services => {
      gateways += 1
      return gateways === 1 ? start?.(services) : undefined
    },
    stop: () => {
      gateways -= 1
      return gateways === 0 ? stop?.() : undefined
    },
  }
}
