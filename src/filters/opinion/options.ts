/** The options of `opinion`, and their check. */
import { callback, duration, score, whole } from '../../model/checks.ts'
import { checked, relation, required, schemaOf } from '../../model/options.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'

/** What a message says, as far as it leaves the gateway: without addresses, and with links cut to their host. */
export interface OpinionQuestion {
  /** The decoded Subject, at most 200 characters. */
  readonly subject: string
  /** The beginning of the visible text, at most `maxText` characters. */
  readonly text: string
}

/** An answer; undefined in its place means that there is no opinion. */
export interface Opinion {
  /** Positive for spam, negative for honest mail; cut to `spamPoints` and `hamPoints`. */
  readonly points: number
  /** Why, for the finding; at most 200 characters of it are kept. @default none */
  readonly reason?: string
}

/** Options of {@link opinion}. */
export interface OpinionOptions {
  /**
   * Your function: asks a local model by HTTP, for instance. `signal` aborts at the deadline. The texts are written by
   * the sender: a model must take them as data, whatever they tell it to do.
   */
  readonly ask: (question: OpinionQuestion, signal: AbortSignal) => Opinion | undefined | Promise<Opinion | undefined>
  /** The score from which is asked: that of the policy's `tag`. @default 4 */
  readonly from?: number
  /** The score below which is asked: from there on an opinion changes no verdict. @default 9, `quarantine` + 3 */
  readonly below?: number
  /** The most points for an opinion that it is spam, at most 3. @default 3 */
  readonly spamPoints?: number
  /** The most points that are subtracted for an opinion that it is honest, at most 3. @default 3 */
  readonly hamPoints?: number
  /** How long an answer may take. Then the message is judged without it. @default '3s' */
  readonly deadline?: Duration
  /** The most questions of one minute in this process. Further messages are judged without. @default 60 */
  readonly perMinute?: number
  /** Questions at the same time. Further messages are judged without, and do not wait. @default 4 */
  readonly concurrency?: number
  /** The most characters of text in a question. @default 2000 */
  readonly maxText?: number
  /** How long an answer counts for the same subject and text. 0 asks each time. @default '1h' */
  readonly cache?: Duration
}

/** The options with their defaults; durations in milliseconds. */
export interface OpinionSettings extends Required<Omit<OpinionOptions, 'deadline' | 'cache'>> {
  readonly deadline: number
  readonly cache: number
}

/** A tie-breaker, not a judge. */
const MAX_POINTS = 3

const schema = schemaOf<OpinionOptions>(
  'opinion',
  {
    ask: required(callback()),
    from: score(),
    below: score(),
    spamPoints: score({ min: 0, max: MAX_POINTS }),
    hamPoints: score({ min: 0, max: MAX_POINTS }),
    deadline: duration({ min: '50ms', max: '30s' }),
    perMinute: whole({ min: 1, max: 100_000 }),
    concurrency: whole({ min: 1, max: 1_000 }),
    maxText: whole({ min: 100, max: 20_000 }),
    cache: duration(),
  },
  relation(
    ['from', 'below'],
    ({ from = 4, below = 9 }) =>
      !(from < below) && {
        found: from,
        expected: `less than below, which is ${below}`,
        remedy: 'give both, the lower one to from',
      },
  ),
)

/** @throws PosternError with all that is wrong */
export function checkedSettings(options: OpinionOptions): OpinionSettings {
  const given = checked(schema, options)
  return {
    ask: given.ask,
    from: given.from ?? 4,
    below: given.below ?? 9,
    spamPoints: given.spamPoints ?? MAX_POINTS,
    hamPoints: given.hamPoints ?? MAX_POINTS,
    deadline: toMilliseconds(given.deadline ?? '3s'),
    perMinute: given.perMinute ?? 60,
    concurrency: given.concurrency ?? 4,
    maxText: given.maxText ?? 2_000,
    cache: toMilliseconds(given.cache ?? '1h'),
  }
}
