/** Values that many schemas of the API share. Requests are strict: an unknown key is refused. */
import * as v from 'valibot'

/** The same for reading alone. */
export type ReadOnly<T> = T extends readonly (infer U)[]
  ? readonly ReadOnly<U>[]
  : T extends object
    ? { readonly [K in keyof T]: ReadOnly<T[K]> }
    : T

/** A key that may be left out. */
export const maybe = v.exactOptional

/** A text of at most so many characters. */
export const upTo = (max: number) => v.pipe(v.string(), v.maxLength(max))

/** A text that is not empty. */
export const filled = (max: number) => v.pipe(v.string(), v.nonEmpty(), v.maxLength(max))

/** Milliseconds since 1970. */
export const time = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15))

/** Milliseconds since 1970, in a query. */
export const timeText = v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))

/** How many entries a page has, in a query. */
export const limitText = v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(200))

/** A number of days, in a query. */
export const daysText = v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(366))

/** Where the next page begins. */
export const cursor = v.pipe(v.string(), v.regex(/^\d{1,19}(?:\.\d{1,19})?$/))

/** What happened to a message. */
export const verdict = v.picklist(['accept', 'quarantine', 'defer', 'reject', 'discard'])

/** What a message was. */
export const label = v.picklist(['ham', 'spam'])

/** What an account may do. */
export const role = v.picklist(['admin', 'operator', 'viewer', 'user'])

/** The path of an address, or a domain. */
export const address = filled(320)

/** Names of domains. */
export const domains = v.pipe(v.array(filled(253)), v.maxLength(1_000))

/** What follows the action, and how it is taken back. */
export const undo = maybe(filled(100))

/** A finding, as it counted. */
export const finding = v.object({
  rule: v.string(),
  reason: v.string(),
  points: maybe(v.number()),
  verdict: maybe(verdict),
  status: maybe(v.string()),
  dryRun: maybe(v.object({ points: maybe(v.number()), verdict: maybe(verdict) })),
})

/** One value on a time line. */
export const expected = v.object({
  /** When the step begins. */
  time,
  expected: v.number(),
  low: v.number(),
  high: v.number(),
})

/** Nothing but that it was done. */
export const done = v.object({ kind: v.literal('done'), undo })

/** Whatever went wrong. */
export const failure = v.object({
  error: v.object({
    code: v.picklist([
      'bad-request',
      'unauthenticated',
      'sign-in-failed',
      'forbidden',
      'not-found',
      'conflict',
      'too-large',
      'rate-limited',
      'not-configured',
      'unavailable',
      'failed',
    ]),
    /** A sentence: what was found, what was expected, how to fix it. */
    message: v.string(),
    /** What is wrong with a request, by path. */
    problems: maybe(v.array(v.object({ path: v.string(), message: v.string() }))),
    /** When to try again, in seconds. */
    retryAfter: maybe(v.number()),
  }),
})
