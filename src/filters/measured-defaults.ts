/** The points that a filter of the route has without options: those that `npm run tune` has measured, else its own. */
import { ROUTE_POINTS } from './route-points.ts'

/**
 * The options of a filter where none are missing. An option is named as its rule, or has its rule in `rules`.
 *
 * @example
 * withDefaults('spf', { fail: 4, heloFail: 3 }, { fail: 2 }) // the points of spf/helo-fail that were measured, if any
 */
export function withDefaults<T extends object>(
  filter: string,
  defaults: Readonly<Required<T>>,
  given: T,
  rules?: Readonly<Partial<Record<keyof T, string>>>,
  points: Readonly<Record<string, number>> = ROUTE_POINTS,
): Readonly<Required<T>> {
  const options = Object.entries({ ...defaults }).map(([key, value]) => {
    const chosen = given[key as keyof T]
    if (chosen !== undefined) return [key, chosen]
    const measured = points[`${filter}/${rules?.[key as keyof T] ?? ruleOf(key)}`]
    return [key, typeof value === 'number' && measured !== undefined ? measured : value]
  })
  return Object.fromEntries(options) as Readonly<Required<T>>
}

const ruleOf = (option: string): string => option.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
