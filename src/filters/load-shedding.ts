/** Filters that are spared while there is too much to do: first for those who are known, then for the rest. */

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

export interface LoadSheddingOptions {
  /** From which level on the filters are skipped for the known. @default 'amber' */
  readonly skip?: 'amber' | 'red' | 'never'
  /** From which level on everybody else is asked to come again, before the message is sent. @default 'red' */
  readonly defer?: 'amber' | 'red' | 'never'
}

/** What is done for one client now. Survives JSON, so that a replay does the same. */
interface Degree {
  readonly what: 'ask' | 'skip' | 'defer'
  readonly reason: string
}

/** @internal */
export const loadSheddingShape: Shape<LoadSheddingOptions> = {
  skip: oneOf('amber', 'red', 'never'),
  defer: oneOf('amber', 'red', 'never'),
}

const schema = schemaOf<LoadSheddingOptions>('loadShedding', loadSheddingShape)

/**
 * Spares dear filters while the load is high, by degrees: at amber they are skipped for those who are known, at red
 * everybody else is deferred with 4.3.2, at MAIL already, so that no message is sent in vain. Each step stands in the
 * findings of the session, and is told once by `notify`. Also measures how long each of these filters takes: for the load
 * they are things behind us.
 *
 * To skip a virus scanner for the known is a choice: `skip: 'never'` keeps it for all.
 *
 * @throws PosternError when a level is none
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
    const steps = stepsOf(name, options)
    const spared = wrapFilter(filter, examine => async (context, sofar) => {
      const degree = await steps.degree(context)
      return steps.finding(degree) ?? (await recordDuration(name, context, () => examine(context, sofar)))
    })
    // Whoever will be deferred anyway hears so before he sends.
    const reads = filter.mail === undefined && (filter.header !== undefined || filter.message !== undefined)
    if (!reads) return spared
    return {
      ...spared,
      mail: async context => {
        const degree = await steps.degree(context)
        return degree.what === 'defer' && steps.finding(degree)
      },
    }
  })
}

/**
 * How long a filter takes that has to wait for something: one that answers at once asks nobody. One that is given up counts
 * no longer: an answer that never comes must not be load for ever.
 */
function recordDuration(name: string, { clock, load, signal }: AnyStage, ask: () => Findings | Promise<Findings>) {
  const found = ask()
  if (!(found instanceof Promise)) return found
  const since = clock.monotonic()
  load.adjust('scans', 1)
  let over = false
  const end = (): void => {
    if (over) return
    over = true
    signal.removeEventListener('abort', end)
    load.adjust('scans', -1)
    load.recordLatency(name, clock.monotonic() - since)
  }
  signal.addEventListener('abort', end)
  return found.finally(end)
}

interface Steps {
  degree(context: AnyStage): Promise<Degree>
  finding(degree: Degree): Finding | undefined
}

const ASK: Degree = { what: 'ask', reason: '' }

/** Tells each step once, when it begins, and when all is as usual again. */
function stepsOf(name: string, { skip = 'amber', defer: deferred = 'red' }: LoadSheddingOptions): Steps {
  const told = new Set<Degree['what']>()

  const decide = async (context: AnyStage): Promise<Degree> => {
    const load = context.load.now()
    if (load.level === 'green' && told.size > 0) {
      told.clear()
      context.notify({ code: `${name}/asked`, reason: `${name} is asked for everybody again`, level: 'info' })
    }
    const [skips, defers] = [reached(load.level, skip), reached(load.level, deferred)]
    if (!skips && !defers) return ASK
    const who = await trustOf(context)
    const what = who === 'known' ? skips && 'skip' : defers && 'defer'
    if (!what) return ASK
    const at = `at a load of ${describeLoad(load)}`
    if (!told.has(what)) {
      told.add(what)
      const reason = what === 'skip' ? 'skipped for the known' : 'not asked, and all but the known are deferred,'
      context.notify({ code: `${name}/${what}`, reason: `${name} is ${reason} ${at}`, level: 'warning' })
    }
    const reason =
      what === 'skip' ? `skipped for a client that is known, ${at}` : `not to be had for a client that is ${who}, ${at}`
    return { what, reason: `${name} is ${reason}` }
  }

  return {
    degree: async context => {
      try {
        return await context.callExternal(`load-shedding:${name}`, () => decide(context))
      } catch {
        // A recording from a time without this: then it was asked.
        return ASK
      }
    },
    finding: ({ what, reason }) => {
      if (what === 'ask') return undefined
      return what === 'skip' ? { rule: 'skipped', reason } : defer('4.3.2', reason, { rule: 'deferred' })
    },
  }
}

const reached = (level: Level, from: 'amber' | 'red' | 'never'): boolean =>
  level !== 'green' && from !== 'never' && (level === 'red' || level === from)

/** From MAIL on it is known for whom the client sends, too. A record that cannot be read is none. */
const trustOf = (context: AnyStage): Promise<Trust> =>
  (isTransaction(context) ? context.ask(senderTrust) : context.ask(trust)).catch(() => 'unknown' as const)

const isTransaction = (context: AnyStage): context is AnyStage & Transaction => context.reversePath !== undefined
