/** Times of day in a time zone: the last one before a moment, whatever the clocks of the zone do. */

const DAY_MS = 86_400_000

/** Whether the system knows the zone. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/** `07:30` as minutes of the day; undefined for what is no time of day. */
export function minutesOf(time: string): number | undefined {
  const [, hours = '', minutes = ''] = /^(\d{1,2}):(\d{2})$/.exec(time) ?? []
  const value = Number(hours) * 60 + Number(minutes)
  return hours !== '' && Number(hours) < 24 && Number(minutes) < 60 ? value : undefined
}

/**
 * The last of these times of day at or before a moment, in milliseconds since 1970. A time that a day does not have,
 * because the clocks go forward over it, is as much later; of a time that a day has twice the first counts.
 *
 * @param times minutes of the day
 */
export function lastSlot(times: readonly number[], zone: string, now: number): number {
  const today = localTime(now, zone)
  const days = [1, 0, -1].map(days => Date.UTC(today.year, today.month - 1, today.day) + days * DAY_MS)
  const slots = days.flatMap(day => times.map(minutes => instantOf(day + minutes * 60_000, zone)))
  return Math.max(...slots.filter(slot => slot <= now))
}

/** The moment at which the clocks of a zone show a local time. @param local as if it were UTC */
function instantOf(local: number, zone: string): number {
  // The offsets a day before and a day after are all that the zone has about then.
  const offsets = [local - DAY_MS, local + DAY_MS].map(moment => offsetAt(moment, zone))
  const moments = offsets.map(offset => local - offset)
  const exact = moments.filter(moment => moment + offsetAt(moment, zone) === local)
  return exact.length > 0 ? Math.min(...exact) : Math.max(...moments)
}

function offsetAt(moment: number, zone: string): number {
  const { year, month, day, hour, minute, second } = localTime(moment, zone)
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(moment / 1_000) * 1_000
}

function localTime(moment: number, zone: string) {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
  return {
    ...{ year: part('year'), month: part('month'), day: part('day') },
    ...{ hour: part('hour'), minute: part('minute'), second: part('second') },
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const found = formats.get(zone)
  if (found !== undefined) return found
  const digits = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, hourCycle: 'h23', ...digits, second: 'numeric' })
  formats.set(zone, format)
  return format
}
