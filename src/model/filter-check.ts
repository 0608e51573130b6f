/** Checks a list of filters: each has a name, spells its stages right, and was made by calling its factory. */
import { callback, duration, flag, oneOf, text } from './checks.ts'
import type { Problem } from './errors.ts'
import type { Reading } from './fact.ts'
import type { Filter } from './filter.ts'
import { check, isRecord, list, object, required, wrongIn } from './options.ts'

/** A shorter deadline is a mistake, such as 10 for ten seconds. */
export const MIN_DEADLINE_MS = '50ms'

const isReading = (value: unknown): boolean => isRecord(value) && typeof value.read === 'function'

const filterCheck = object<Filter>(
  {
    connect: callback(),
    helo: callback(),
    mail: callback(),
    rcpt: callback(),
    header: callback(),
    message: callback(),
    name: required(
      check(
        "a name of small letters, digits and hyphens; give the filter a name such as 'freemail-invoice'",
        value => typeof value === 'string' && /^[a-z][a-z0-9-]{0,63}$/.test(value),
      ),
    ),
    order: oneOf('early', 'late', 'last'),
    checks: oneOf('identity', 'content'),
    mayAllow: flag(),
    required: text(),
    failure: oneOf('pass', 'defer'),
    deadline: duration({ min: MIN_DEADLINE_MS }),
    reads: list(check<Reading<unknown>>('a reading, made by reading()', isReading), 'readings'),
    secrets: list(text(), 'texts'),
    onDecision: callback(),
    onClose: callback(),
    onFeedback: callback(),
    precheck: callback(),
    metrics: callback(),
    onSent: callback(),
    start: callback(),
    stop: callback(),
  },
  'a filter',
)

/** All that is wrong with a list of filters; it may contain lists. */
export function wrongFilters(filters: unknown, path = 'filters'): readonly Problem[] {
  if (!Array.isArray(filters))
    return [{ path, found: filters, expected: 'an array of filters', remedy: `write ${path}: [] with filters in it` }]
  const places = new Map<string, string>()
  return (filters.flat() as readonly unknown[]).flatMap((filter, index): readonly Problem[] => {
    const place = `${path}[${index}]`
    if (!isRecord(filter)) return [{ path: place, found: filter, expected: 'a filter', remedy: remedyFor(filter) }]
    const problems = wrongIn(filterCheck, filter, place)
    const { name } = filter
    if (typeof name !== 'string') return problems
    const other = places.get(name)
    places.set(name, other ?? place)
    return other === undefined ? problems : [...problems, twice(name, place, other)]
  })
}

function remedyFor(filter: unknown): string {
  if (typeof filter === 'function')
    return filter.name === '' ? "write { name: 'my-rule', header: … }" : `call it: ${filter.name}(…)`
  if (Array.isArray(filter)) return 'write ... before the inner list'
  return 'leave it out; write an optional filter as ...(wanted ? [filter] : [])'
}

const twice = (name: string, path: string, other: string): Problem => ({
  path: `${path}.name`,
  found: name,
  expected: `a name that no other filter has; ${other} has it`,
  remedy: `keep one of the two, or rename one: { ...filter, name: '${name.slice(0, 40)}-2' }`,
})
