/** Numbers, sizes, times and names of others as people of a language read them. */

/** Writes values for people who read one language. */
export class Formats {
  readonly #language: string
  readonly #whole: Intl.NumberFormat
  readonly #points: Intl.NumberFormat
  readonly #tenths: Intl.NumberFormat
  readonly #percent: Intl.NumberFormat
  readonly #full: Intl.DateTimeFormat
  readonly #day: Intl.DateTimeFormat
  readonly #clock: Intl.DateTimeFormat
  readonly #hour: Intl.DateTimeFormat
  readonly #dayHour: Intl.DateTimeFormat
  readonly #shortDay: Intl.DateTimeFormat
  readonly #relative: Intl.RelativeTimeFormat
  readonly #list: Intl.ListFormat

  /** @param language such as `en` or `zh-CN` @param timeZone such as `UTC`; by default that of the browser */
  constructor(language: string, timeZone?: string) {
    const zone = timeZone === undefined ? {} : { timeZone }
    this.#language = language
    this.#whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
    this.#points = new Intl.NumberFormat(language, { maximumFractionDigits: 2, signDisplay: 'exceptZero' })
    this.#tenths = new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
    this.#percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 })
    this.#full = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long', ...zone })
    this.#day = new Intl.DateTimeFormat(language, { dateStyle: 'medium', ...zone })
    this.#clock = new Intl.DateTimeFormat(language, { timeStyle: 'medium', hourCycle: 'h23', ...zone })
    const short = { month: 'short', day: 'numeric', ...zone } as const
    this.#shortDay = new Intl.DateTimeFormat(language, short)
    this.#dayHour = new Intl.DateTimeFormat(language, {
      ...short,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    this.#hour = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...zone })
    this.#relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'long' })
    this.#list = new Intl.ListFormat(language, { type: 'conjunction' })
  }

  /** A whole number: `12,345`. */
  whole(value: number): string {
    return this.#whole.format(value)
  }

  /** A number with at most one digit after the point. */
  tenths(value: number): string {
    return this.#tenths.format(value)
  }

  /** A score without its sign: `7.5`. */
  score(value: number): string {
    return new Intl.NumberFormat(this.#language, { maximumFractionDigits: 2 }).format(value)
  }

  /** Points with their sign: `+2.5`. */
  points(value: number): string {
    return this.#points.format(value)
  }

  /** A share from 0 to 1: `12.5%`. */
  percent(share: number): string {
    return this.#percent.format(share)
  }

  /** Bytes: `1.5 MB`. */
  bytes(bytes: number): string {
    const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
    const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3))
    const value = bytes / 1_000 ** power
    const maximumFractionDigits = value < 10 && power > 0 ? 1 : 0
    return new Intl.NumberFormat(this.#language, {
      style: 'unit',
      unit: units[power] ?? 'byte',
      unitDisplay: power === 0 ? 'long' : 'short',
      maximumFractionDigits,
    }).format(value)
  }

  /** A duration: `320 ms`, `4.2 sec`, `3 min`, `5 hr`, `2 days`. */
  duration(ms: number): string {
    const [unit, size] = DURATIONS.find(([, least]) => Math.abs(ms) >= least) ?? (['millisecond', 1] as const)
    const value = ms / size
    return new Intl.NumberFormat(this.#language, {
      style: 'unit',
      unit,
      unitDisplay: 'short',
      maximumFractionDigits: unit === 'millisecond' || value >= 10 ? 0 : 1,
    }).format(value)
  }

  /** A short duration with its digits: `0.012 ms`, `4.2 ms`. */
  milliseconds(ms: number): string {
    const maximumFractionDigits = ms < 0.1 ? 3 : ms < 10 ? 2 : 0
    return new Intl.NumberFormat(this.#language, {
      style: 'unit',
      unit: 'millisecond',
      unitDisplay: 'short',
      maximumFractionDigits,
    }).format(ms)
  }

  /** Hours and minutes. */
  hour(time: number): string {
    return isTime(time) ? this.#hour.format(time) : '–'
  }

  /** Day and hour: `29 Nov, 14:00`. */
  dayHour(time: number): string {
    return isTime(time) ? this.#dayHour.format(time) : '–'
  }

  /** The day without its year: `29 Nov`. */
  shortDay(time: number): string {
    return isTime(time) ? this.#shortDay.format(time) : '–'
  }

  /** Day and time in full, with the time zone. */
  full(time: number): string {
    return isTime(time) ? this.#full.format(time) : '–'
  }

  /** The day: `29 Nov 2026`. */
  day(time: number): string {
    return isTime(time) ? this.#day.format(time) : '–'
  }

  /** Hours, minutes and seconds. */
  clock(time: number): string {
    return isTime(time) ? this.#clock.format(time) : '–'
  }

  /** How long ago, or in how long: `5 minutes ago`, `in 3 days`; the day where it is more than a month. */
  relative(time: number, now: number): string {
    if (!isTime(time)) return '–'
    const seconds = Math.round((time - now) / 1_000)
    const [unit, size] = RELATIVES.find(([, least]) => Math.abs(seconds) >= least) ?? (['second', 1] as const)
    if (unit === 'month') return this.day(time)
    return this.#relative.format(Math.trunc(seconds / size), unit)
  }

  /** Several names in one sentence: `a, b and c`. */
  list(names: readonly string[]): string {
    return this.#list.format(names)
  }
}

const DURATIONS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

const RELATIVES = [
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

/** A time beyond all calendars, which a hostile report may name, is shown as none. */
const isTime = (time: number): boolean => Math.abs(time) <= 8.64e15

/** What is shown of a text of any length. */
const MAX_SHOWN = 300

/** Controls and bidi marks, and separators of lines. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu
/** What joins characters in honest names: emoji and Persian or Indic words. */
const JOINERS = new Set(['\u200c', '\u200d'])

/**
 * What a stranger has written, as one line: invisible and reversing characters are written as `\u202e`, and what is too
 * long is cut.
 */
export function inert(text: string, max: number = MAX_SHOWN): string {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text
  return cut.replace(INVISIBLE, found =>
    JOINERS.has(found)
      ? found
      : Array.from(
          { length: found.length },
          (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`,
        ).join(''),
  )
}
