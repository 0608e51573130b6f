/** What can be wrong with the options of `clamav`. */
import type { Problem } from '../../core/errors.ts'

interface Where {
  readonly socket: string | undefined
  readonly host: string | undefined
  readonly port: number | undefined
  readonly scanner: unknown
}

/** Exactly one scanner may be named, and one that can be there. */
export function wrongScanner({ socket, host, port, scanner }: Where): readonly Problem[] {
  const named = Object.entries({ socket, port, scanner }).filter(([, value]) => value !== undefined)
  const problems: Problem[] = []
  if (named.length > 1)
    problems.push({
      path: 'clamav',
      found: named.map(([key]) => key).join(' and '),
      expected: 'one of socket, port and scanner',
      remedy: 'leave out all but one',
    })
  if (host !== undefined && port === undefined)
    problems.push({ path: 'clamav.host', found: host, expected: 'a port beside it', remedy: 'add port: 3310' })
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535))
    problems.push({ path: 'clamav.port', found: port, expected: 'a port from 1 to 65535', remedy: 'clamd uses 3310' })
  return problems
}

/** Limits are whole numbers; nobody may be allowed to wait. */
export const wrongCounts = (
  numbers: Readonly<Record<'concurrency' | 'waiting' | 'failures', number>>,
): readonly Problem[] =>
  Object.entries(numbers)
    .filter(([key, value]) => !(Number.isInteger(value) && value >= (key === 'waiting' ? 0 : 1)))
    .map(([key, found]) => ({
      path: `clamav.${key}`,
      found,
      expected: key === 'waiting' ? 'a whole number from 0' : 'a whole number from 1',
      remedy: 'correct it or leave it out',
    }))
