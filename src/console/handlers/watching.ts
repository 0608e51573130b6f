/** Endpoints of rules, points, load and the live view. */

import type { History } from '../../history/types.ts'
import type { RecordAction } from '../../model/action-event.ts'
import type { Clock } from '../../model/services.ts'
import type { Store } from '../../model/store.ts'
import { seesAll, type Viewer } from '../access/viewer.ts'
import type { Handlers } from '../api/call.ts'
import type { Answer } from '../api/schemas.ts'
import { ApiError, notConfigured } from '../http/errors.ts'
import type { ConsoleSources } from '../options.ts'
import { editedPoints, editPoints } from '../points/edited-points.ts'
import { previewPoints } from '../rules/preview.ts'
import { RuleReports, type RulesReport } from '../rules/report.ts'
import type { RuleWindow } from '../rules/sample.ts'
import type { Thresholds } from '../rules/verdicts.ts'
import { BusyError, WorkQueue } from '../rules/work-queue.ts'
import type { Watching } from '../watching.ts'

/** What these endpoints work with. */
export interface WatchingParts {
  readonly has: ConsoleSources
  readonly store: Store
  readonly watching: Watching | undefined
  readonly record: RecordAction
  readonly clock: Clock
}

type Names = `rules.${'list' | 'preview' | 'points' | 'setPoints'}` | 'load.get' | 'live'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Hours of the forecast: a quarter of what is shown of the past. */
const MAX_AHEAD = 24
/** Reports and previews that may wait: each reads some hundred sessions. */
const MAX_WAITING = 8
const DEFAULT_THRESHOLDS: Thresholds = { tag: 4, quarantine: 6, reject: 15 }

export function watchingHandlers({ has, store, watching, record, clock }: WatchingParts): Handlers<Names> {
  const thresholds = has.thresholds ?? (() => DEFAULT_THRESHOLDS)
  const { history } = has
  const queue = new WorkQueue(MAX_WAITING)
  const reports = history && new RuleReports({ history, thresholds, clock, queue, corrected: correctedIn(history) })
  return {
    'rules.list': async ({ caller: { viewer }, query: { days = 7 } }) => {
      if (reports === undefined) throw notConfigured('history')
      const report = await inTurn(() => reports.of(days, domainsOf(viewer)))
      return withEdited(report, has.points ? await editedPoints(store) : [])
    },
    'rules.preview': async ({ caller: { viewer }, body: { points, days } }) => {
      if (history === undefined) throw notConfigured('history')
      const until = clock.now()
      const domains = domainsOf(viewer)
      const window: RuleWindow = { since: until - days * DAY_MS, until, ...(domains && { domains }) }
      const query = { ...window, points }
      return await inTurn(() => queue.run(() => previewPoints({ history, thresholds }, query)))
    },
    'rules.points': async () => {
      if (!has.points) return { edited: [], thresholds: thresholds('') }
      return { edited: await editedPoints(store), thresholds: thresholds('') }
    },
    'rules.setPoints': async ({ caller: { viewer }, body: { rule, points, why } }) => {
      if (!has.points) throw notConfigured('store that all nodes take points from')
      needsAll(viewer)
      const { name: by, role } = viewer
      const edited = points === null ? undefined : { rule, points, by, time: clock.now(), ...(why && { why }) }
      if (!(await editPoints(store, rule, edited)))
        throw new ApiError('conflict', 'the points of 500 rules are edited: give some back to the configuration')
      reports?.forget()
      const target = `${rule}: ${points ?? 'as configured'}`
      record({ ref: null, action: 'points', by, role, target, result: 'done', ...(why && { why }) })
      return { kind: 'done' }
    },
    'load.get': async ({ caller: { viewer }, query: { hours = 24 } }) => {
      needsAll(viewer)
      if (watching === undefined) throw notConfigured('metrics')
      const now = clock.now()
      return {
        now: watching.sampler.points.at(-1) ?? null,
        steps: watching.series.last(hours, now),
        verdicts: history === undefined ? [] : await verdictsOf(history, now - hours * HOUR_MS),
        forecast: watching.series.ahead(Math.min(MAX_AHEAD, Math.ceil(hours / 4)), now),
      }
    },
    live: async ({ caller: { viewer } }) => {
      needsAll(viewer)
      if (watching === undefined) throw notConfigured('metrics')
      const body = watching.feed.open({ name: viewer.name })
      if (body === undefined)
        throw new ApiError('rate-limited', 'too many watch already: close another live view', { retryAfter: 30 })
      return new Response(body, { headers: { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' } })
    },
  }
}

/** @throws ApiError when too much waits */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof BusyError ? new ApiError('unavailable', error.message, { retryAfter: 10 }) : error
  }
}

/** The gateway as a whole: what all domains do together. */
export function needsAll(viewer: Viewer): void {
  if (!seesAll(viewer))
    throw new ApiError('forbidden', 'this shows the gateway as a whole: it is for accounts of all domains')
}

const domainsOf = ({ domains }: Viewer): readonly string[] | undefined => domains ?? undefined

/** Sessions whose messages people have called wanted or spam. */
function correctedIn(history: History): (window: RuleWindow, max: number) => Promise<readonly string[]> {
  return async ({ since, until }, max) => {
    const refs = new Set<string>()
    for (const action of ['train', 'release', 'delete'] as const) {
      const { events } = await history.audit({ action, since, until, limit: Math.min(max, 500) })
      for (const { ref, result } of events) if (ref !== null && result === 'done') refs.add(ref)
    }
    return [...refs].slice(0, max)
  }
}

function withEdited(report: RulesReport, edited: readonly { readonly rule: string; readonly points: number }[]) {
  const byRule = new Map(edited.map(({ rule, points }) => [rule, points]))
  const rules = report.rules.map(rule => {
    const points = byRule.get(rule.rule)
    return points === undefined ? rule : { ...rule, edited: points }
  })
  return { ...report, rules }
}

/** One row an hour. */
async function verdictsOf(history: History, since: number): Promise<Answer<'load.get'>['verdicts']> {
  const rows = await history.aggregate({ since, by: 'verdict' })
  const hours = Map.groupBy(rows, ({ hour }) => hour)
  return Array.from(hours, ([hour, all]) => ({
    hour,
    counts: Object.fromEntries(all.map(({ name, count }) => [name, count])),
  })).toSorted((a, b) => a.hour - b.hour)
}
