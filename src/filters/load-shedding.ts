/** Spares expensive filters while the load is high: known clients skip them, other clients are deferred. */

import { senderTrust, type Trust, trust } from '../facts/trust.ts'
import { oneOf } from '../model/checks.ts'
import { type AnyStage, wrapFilter } from '../model/combine.ts'
import { PosternError } from '../model/errors.ts'
import type { Filter } from '../model/filter.ts'
import { wrongFilters } from '../model/filter-check.ts'
import { defer, type Finding, type Findings } from '../model/finding.ts'
import { describeLoad, type Level } from '../model/load.ts'
import { problemsOf, type Shape, schemaOf } from '../model/options.ts'
import type { Transaction } from '../model/stage.ts'

/** What `loadShedding` takes. */
export interface LoadSheddingOptions {
  /** The level from which known clients skip the filters. @default 'amber' */
  readonly skip?: 'amber' | 'red' | 'never'
  /** The level from which other clients are deferred, before they send the message. @default 'red' */
  readonly defer?: 'amber' | 'red' | 'never'
}

/** What is done for one client now. Survives JSON, so that a replay does the same. */
interface Step {
  readonly action: 'ask' | 'skip' | 'defer'
  readonly reason: string
}

/** @internal */
export const loadSheddingShape: Shape<LoadSheddingOptions> = {
  skip: oneOf('amber', 'red', 'never'),
  defer: oneOf('amber', 'red', 'never'),
}

const schema = schemaOf<LoadSheddingOptions>('loadShedding', loadSheddingShape)

/**
 * Spares expensive filters while the load is high: at amber known clients skip them, at red all others are deferred
 * with 4.3.2, already at MAIL, so that no message is sent in vain. Each step is a finding of the session, and one
 * notice. The latency of these filters is measured, because it is part of the load.
 *
 * Whether known clients may skip a virus scanner is a choice: `skip: 'never'` keeps it for all.
 *
 * @throws PosternError when a level or a filter is wrong
 * @example
 * loadShedding([clamav()], { skip: 'never' })
 */
export function loadShedding(
  filters: readonly (Filter | readonly Filter[])[],
  options: LoadSheddingOptions = {},
): readonly Filter[] {
  const problems = [...wrongFilters(filters, 'loadShedding.filters'), ...problemsOf(schema, options)]
  if (problems.length > 0) throw new PosternError(problems)
  return filters.flat().map(filter => {
    const { name } = filter
    const shedding = new Shedding(name, options)
    const spared = wrapFilter(filter, examine => async (context, prior) => {
      const step = await shedding.stepFor(context)
      return findingOf(step) ?? (await recordDuration(name, context, () => examine(context, prior)))
    })
    // A client that will be deferred anyway learns it before it sends the message.
    const reads = filter.mail === undefined && (filter.header !== undefined || filter.message !== undefined)
    if (!reads) return spared
    return {
      ...spared,
      mail: async context => {
        const step = await shedding.stepFor(context)
        return step.action === 'defer' && findingOf(step)
      },
    }
  })
}

/**
 * Measures how long a filter takes that waits for a service; a filter that answers at once waits for none. A filter
 * that is given up no longer counts as load: its answer may never come.
 */
function recordDuration(name: string, { clock, load, signal }: AnyStage, ask: () => Findings | Promise<Findings>) {
  const found = ask()
  if (!(found instanceof Promise)) return found
  const since = clock.monotonic()
  load.adjust('scans', 1)
  let hasEnded = false
  const end = (): void => {
    if (hasEnded) return
    hasEnded = true
    signal.removeEventListener('abort', end)
    load.adjust('scans', -1)
    load.recordLatency(name, clock.monotonic() - since)
  }
  signal.addEventListener('abort', end)
  return found.finally(end)
}

const ASK: Step = { action: 'ask', reason: '' }

/** Decides on the step for each client. A step is announced when it begins, and so is the return to normal. */
class Shedding {
  readonly #name: string
  readonly #skip: Level | 'never'
  readonly #defer: Level | 'never'
  readonly #announced = new Set<Step['action']>()

  constructor(name: string, { skip = 'amber', defer: deferred = 'red' }: LoadSheddingOptions) {
    this.#name = name
    this.#skip = skip
    this.#defer = deferred
  }

  async stepFor(context: AnyStage): Promise<Step> {
    try {
      return await context.callExternal(`load-shedding:${this.#name}`, () => this.#decide(context))
    } catch {
      // A recording that was made without load shedding: the filter ran.
      return ASK
    }
  }

  async #decide(context: AnyStage): Promise<Step> {
    const load = context.load.now()
    if (load.level === 'green') this.#end(context)
    const [skips, defers] = [reached(load.level, this.#skip), reached(load.level, this.#defer)]
    if (!skips && !defers) return ASK
    const priority = await trustOf(context)
    const action = priority === 'known' ? skips && 'skip' : defers && 'defer'
    if (!action) return ASK
    const at = `at a load of ${describeLoad(load)}`
    this.#begin(action, at, context)
    const reason = action === 'skip' ? 'skipped for a known client' : `not available for a client that is ${priority}`
    return { action, reason: `${this.#name} is ${reason}, ${at}` }
  }

  #begin(action: 'skip' | 'defer', at: string, { notify }: AnyStage): void {
    if (this.#announced.has(action)) return
    this.#announced.add(action)
    const reason = action === 'skip' ? 'skipped for known clients' : 'not run, and all but known clients are deferred,'
    notify({ code: `${this.#name}/${action}`, reason: `${this.#name} is ${reason} ${at}`, level: 'warning' })
  }

  #end({ notify }: AnyStage): void {
    if (this.#announced.size === 0) return
    this.#announced.clear()
    notify({ code: `${this.#name}/asked`, reason: `${this.#name} runs for all clients again`, level: 'info' })
  }
}

function findingOf({ action, reason }: Step): Finding | undefined {
  if (action === 'ask') return undefined
  return action === 'skip' ? { rule: 'skipped', reason } : defer('4.3.2', reason, { rule: 'deferred' })
}

const reached = (level: Level, from: Level | 'never'): boolean =>
  level !== 'green' && from !== 'never' && (level === 'red' || level === from)

/** From MAIL on the sender counts too. A record that cannot be read counts as none. */
const trustOf = (context: AnyStage): Promise<Trust> =>
  (isTransaction(context) ? context.ask(senderTrust) : context.ask(trust)).catch(() => 'unknown' as const)

const isTransaction = (context: AnyStage): context is AnyStage & Transaction => context.reversePath !== undefined
