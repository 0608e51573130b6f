/** Whether all is well, from the last points: the sentence at the top of the live view. */
import type { LivePoint } from './view.ts'

/** How the gateway is, from the mildest word on. */
export type Wellness = 'well' | 'busy' | 'trouble' | 'unknown'

/** One thing that an operator should know. */
export type Concern =
  | { readonly kind: 'next-hop-down'; readonly names: readonly string[] }
  | { readonly kind: 'load'; readonly level: 'amber' | 'red'; readonly part: string }
  /** Refusals are many times what they were in the minutes before. */
  | { readonly kind: 'flood'; readonly times: number }
  /** Most of what could be accepted is deferred. */
  | { readonly kind: 'deferring'; readonly share: number }
  | { readonly kind: 'next-hop-failing'; readonly names: readonly string[] }
  | { readonly kind: 'no-metrics' }

/** What is shown at the top. */
export interface Judgement {
  readonly wellness: Wellness
  readonly concerns: readonly Concern[]
}

/** Seconds of which the newest values are the mean. */
const RECENT_S = 10
/** A flood has at least so many refusals a second, and is so many times larger than the minutes before. */
const [MIN_FLOOD, FLOOD_TIMES] = [5, 4]
const MIN_DEFERRED = 1

/** Rates of the last seconds, so that one second does not decide. */
export function recent(points: readonly LivePoint[], of: (point: LivePoint) => number, seconds = RECENT_S): number {
  let [sum, length] = [0, 0]
  for (const point of points.toReversed()) {
    if (length >= seconds) break
    sum += of(point) * point.seconds
    length += point.seconds
  }
  return length === 0 ? 0 : sum / length
}

/** Refusals of clients, recipients and messages. */
export const refusals = ({ verdicts }: LivePoint): number => verdicts.reject + verdicts.discard

/** The same with clients that are asked to come later, as a flood of one client soon is. */
const turnedAway = (point: LivePoint): number => refusals(point) + point.early.defer

/** Judges the newest points. */
export function judge(points: readonly LivePoint[], isFailing: boolean): Judgement {
  const last = points.at(-1)
  if (isFailing) return { wellness: 'unknown', concerns: [{ kind: 'no-metrics' }] }
  if (last === undefined) return { wellness: 'unknown', concerns: [] }
  const serious = [...downHops(last), ...highLoad(last)]
  const mild = [...flood(points), ...deferring(points), ...failingHops(last)]
  const isTrouble = serious.some(concern => concern.kind === 'next-hop-down' || concern.level === 'red')
  const wellness = isTrouble ? 'trouble' : serious.length + mild.length > 0 ? 'busy' : 'well'
  return { wellness, concerns: [...serious, ...mild] }
}

type Serious = Extract<Concern, { kind: 'next-hop-down' | 'load' }>

function downHops({ nextHops }: LivePoint): readonly Serious[] {
  const names = nextHops.filter(({ up }) => up === false).map(({ name }) => name)
  return names.length === 0 ? [] : [{ kind: 'next-hop-down', names }]
}

function highLoad({ load: { level, parts } }: LivePoint): readonly Serious[] {
  if (level === 'green') return []
  const [part = ''] = Object.entries(parts).toSorted(([, a], [, b]) => b - a)[0] ?? []
  return [{ kind: 'load', level, part }]
}

function flood(points: readonly LivePoint[]): readonly Concern[] {
  const now = recent(points, turnedAway)
  const latest = points.at(-1)?.time ?? 0
  const before = points.filter(({ time }) => time < latest - RECENT_S * 1000)
  // A stream that has just begun has nothing to compare with.
  if (before.length < 3 || now < MIN_FLOOD) return []
  const usual = Math.max(recent(before, turnedAway, 300), 0.5)
  return now >= usual * FLOOD_TIMES ? [{ kind: 'flood', times: now / usual }] : []
}

function deferring(points: readonly LivePoint[]): readonly Concern[] {
  const deferred = recent(points, ({ verdicts, early }) => verdicts.defer - early.defer)
  const accepted = recent(points, ({ verdicts }) => verdicts.accept + verdicts.quarantine)
  const share = deferred / Math.max(deferred + accepted, 1e-9)
  return deferred >= MIN_DEFERRED && share > 0.5 ? [{ kind: 'deferring', share }] : []
}

function failingHops({ nextHops }: LivePoint): readonly Concern[] {
  const names = nextHops
    .filter(({ up, deferred, delivered }) => up !== false && deferred > 0 && deferred > delivered)
    .map(({ name }) => name)
  return names.length === 0 ? [] : [{ kind: 'next-hop-failing', names }]
}
