/**
 * `opinion`: asks a function of the operator about messages whose score lies between the thresholds, where a few points
 * decide.
 */
import { errorText } from '../../model/errors.ts'
import type { Filter, PriorFindings } from '../../model/filter.ts'
import { type Finding, type Findings, points } from '../../model/finding.ts'
import { isRecord } from '../../model/options.ts'
import type { Message } from '../../model/stage.ts'
import { samplesOf, tally } from '../../observe/count.ts'
import { escaped } from '../rules/quote.ts'
import { QuestionBudget } from './budget.ts'
import { keyOf, OpinionCache } from './cache.ts'
import {
  checkedSettings,
  type Opinion,
  type OpinionOptions,
  type OpinionQuestion,
  type OpinionSettings,
} from './options.ts'
import { questionOf } from './question.ts'

/**
 * Judges at `message`, after all other filters. The answer moves the score by at most three points either way and is
 * a finding, `opinion/spam` or `opinion/ham`, with its reason. Where the function fails, is late, or may not be asked
 * (`perMinute`, `concurrency`, load), the message is judged without it; a failure is a notice, and all are counted.
 *
 * The gateway sends nothing by itself: `ask` decides to whom the text goes.
 *
 * @throws PosternError when an option is wrong
 * @example
 * opinion({
 *   ask: async ({ subject, text }, signal) => {
 *     const body = JSON.stringify({ subject, text })
 *     const answer = await fetch('http://127.0.0.1:8080/judge', { method: 'POST', body, signal })
 *     return (await answer.json()) as Opinion
 *   },
 * })
 */
export function opinion(options: OpinionOptions): Filter {
  const asker = new OpinionAsker(checkedSettings(options))
  return {
    name: 'opinion',
    checks: 'content',
    order: 'last',
    deadline: asker.deadline,
    message: (message, prior) => asker.judge(message, prior),
    metrics: () => [
      {
        name: 'postern_opinion_total',
        help: 'Messages between the thresholds, by what the function of the operator has answered.',
        type: 'counter',
        samples: samplesOf('result', asker.results),
      },
    ],
  }
}

/** What the gateway waits beyond the deadline of the function itself. */
const MARGIN_MS = 1_000
/** A function that fails for each message is announced once in a while. */
const NOTICE_INTERVAL_MS = 600_000
const MAX_REASON = 200

class OpinionAsker {
  readonly results = tally()
  readonly deadline: number
  readonly #settings: OpinionSettings
  readonly #budget: QuestionBudget
  readonly #cache: OpinionCache
  /** Questions under way: a second message with the same text waits for the same answer. */
  readonly #underWay = new Map<string, Promise<Opinion | undefined>>()
  #announced = Number.NEGATIVE_INFINITY

  constructor(settings: OpinionSettings) {
    this.#settings = settings
    this.deadline = settings.deadline + MARGIN_MS
    this.#budget = new QuestionBudget(settings.perMinute, settings.concurrency)
    this.#cache = new OpinionCache(settings.cache)
  }

  judge(message: Message, { score }: PriorFindings): Findings | Promise<Findings> {
    const { from, below } = this.#settings
    return score >= from && score < below ? this.#judge(message) : undefined
  }

  async #judge(message: Message): Promise<Findings> {
    const question = await questionOf(message, this.#settings.maxText)
    const key = keyOf(question)
    try {
      const kept = this.#cache.get(key, message.clock.monotonic())
      const answer = kept ? kept.opinion : await this.#underWayOr(key, question, message)
      return this.#findingOf(answer)
    } catch (error) {
      this.#failed(error, message)
      return undefined
    }
  }

  #underWayOr(key: string, question: OpinionQuestion, message: Message): Promise<Opinion | undefined> {
    const running = this.#underWay.get(key)
    if (running !== undefined) return running
    const end = message.load.level === 'red' ? undefined : this.#budget.take(message.clock.monotonic())
    if (end === undefined) throw new NotAsked()
    const asked = this.#ask(key, question, message).finally(() => {
      this.#underWay.delete(key)
      end()
    })
    this.#underWay.set(key, asked)
    return asked
  }

  async #ask(key: string, question: OpinionQuestion, message: Message): Promise<Opinion | undefined> {
    const { ask, deadline } = this.#settings
    const { clock } = message
    const abort = new AbortController()
    const late = Promise.withResolvers<never>()
    const cancel = clock.after(deadline, () => {
      abort.abort()
      late.reject(new Error(`it has not answered within ${deadline} ms`))
    })
    try {
      const asked = message.callExternal(`opinion:${key}`, async () => read(await ask(question, abort.signal)) ?? null)
      const answer = (await Promise.race([asked, late.promise])) ?? undefined
      this.#cache.set(key, answer, clock.monotonic())
      return answer
    } finally {
      cancel()
      // A function that goes on after the deadline may reject later.
      late.promise.catch(() => undefined)
    }
  }

  #findingOf(answer: Opinion | undefined): Finding | undefined {
    const { spamPoints, hamPoints } = this.#settings
    const value = Math.round(Math.min(Math.max(answer?.points ?? 0, -hamPoints), spamPoints) * 10) / 10
    const rule = value > 0 ? 'spam' : 'ham'
    this.results.add(value === 0 ? 'none' : rule)
    if (value === 0) return undefined
    const why = answer?.reason === undefined ? '' : `: ${escaped(answer.reason, MAX_REASON)}`
    return points(value, `the function that was asked takes it for ${WORDS[rule]}${why}`, { rule })
  }

  #failed(error: unknown, { clock, notify }: Message): void {
    this.results.add(error instanceof NotAsked ? 'not-asked' : 'failed')
    if (error instanceof NotAsked) return
    const now = clock.monotonic()
    if (now - this.#announced < NOTICE_INTERVAL_MS) return
    this.#announced = now
    const reason = `opinion({ ask }) fails: ${errorText(error)}; messages are judged without it`
    notify({ code: 'opinion/failed', reason, level: 'warning' })
  }
}

const WORDS = { spam: 'spam', ham: 'honest mail' } as const

/** The budget or the load does not allow a question. */
class NotAsked extends Error {}

/** @throws TypeError when the answer is none */
function read(answer: unknown): Opinion | undefined {
  if (answer === undefined || answer === null) return undefined
  if (!isRecord(answer) || typeof answer.points !== 'number' || !Number.isFinite(answer.points))
    throw new TypeError(
      `it has answered ${JSON.stringify(answer)?.slice(0, 80)}; expected is { points, reason } with a number, or undefined`,
    )
  const { points, reason } = answer
  return { points, ...(typeof reason === 'string' && reason !== '' && { reason: reason.slice(0, MAX_REASON + 1) }) }
}
