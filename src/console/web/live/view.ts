/** What the page knows of the gateway, and what an event changes of it. */
import type { LiveEntriesData, LivePointData, LiveStartData } from '../../api/schemas/watching.ts'

/** What the gateway did in one interval. */
export type LivePoint = LivePointData
/** The newest recipients. */
export type LiveEntries = LiveEntriesData

/** The last minutes. */
export type LiveStart = LiveStartData

/** How the stream is. `paused`: the page is hidden, or the person has stopped it. */
export type LiveState = 'connecting' | 'live' | 'paused' | 'lost'

/** What is known so far. */
export interface LiveView {
  readonly state: LiveState
  /** The oldest first. */
  readonly points: readonly LivePoint[]
  readonly entries: LiveEntries | undefined
  /** The gateway cannot read its own metrics. */
  readonly isFailing: boolean
}

/** What comes from the stream, and how the stream is. */
export type LiveEvent =
  | { readonly kind: 'state'; readonly state: LiveState }
  | { readonly kind: 'start'; readonly start: LiveStart }
  | { readonly kind: 'point'; readonly point: LivePoint }
  | { readonly kind: 'entries'; readonly entries: LiveEntries }

/** What the page shows: ten minutes, so that seconds can be seen. */
const SHOWN_MS = 600_000
/** Before anything has come. */
export const BEGIN: LiveView = { state: 'connecting', points: [], entries: undefined, isFailing: false }

function newest(points: readonly LivePoint[]): readonly LivePoint[] {
  const since = (points.at(-1)?.time ?? 0) - SHOWN_MS
  return points.filter(({ time }) => time > since)
}

/** What is known after an event. */
export function reduce(view: LiveView, event: LiveEvent): LiveView {
  switch (event.kind) {
    case 'state':
      return { ...view, state: event.state }
    case 'start':
      return { ...view, state: 'live', points: newest(event.start.points), isFailing: event.start.isFailing }
    case 'point':
      return { ...view, state: 'live', isFailing: false, points: newest([...view.points, event.point]) }
    case 'entries':
      return { ...view, entries: event.entries }
    default:
      return event satisfies never
  }
}
