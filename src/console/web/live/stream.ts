/** The stream of the live view: connects while the page is visible, and begins anew when it was lost. */
import { useEffect, useReducer, useRef } from 'preact/hooks'
import type { LiveEntriesData, LivePointData, LiveStartData } from '../../api/schemas/watching.ts'
import { urlOf } from '../api/client.ts'
import { useConsole } from '../context.tsx'

/** What the gateway did in one interval. */
export type LivePoint = LivePointData
/** The newest recipients. */
export type LiveEntries = LiveEntriesData

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

type LiveEvent =
  | { readonly kind: 'state'; readonly state: LiveState }
  | { readonly kind: 'start'; readonly start: LiveStartData }
  | { readonly kind: 'point'; readonly point: LivePoint }
  | { readonly kind: 'entries'; readonly entries: LiveEntries }

/** What the page keeps: as much as the gateway does. */
const MAX_POINTS = 600
/** When the browser gives a stream up, it is begun anew after this time. */
const AGAIN_MS = 5_000

const BEGIN: LiveView = { state: 'connecting', points: [], entries: undefined, isFailing: false }

/** What is known after an event. */
export function reduce(view: LiveView, event: LiveEvent): LiveView {
  switch (event.kind) {
    case 'state':
      return { ...view, state: event.state }
    case 'start':
      return { ...view, state: 'live', points: event.start.points, isFailing: event.start.isFailing }
    case 'point':
      return { ...view, state: 'live', isFailing: false, points: [...view.points, event.point].slice(-MAX_POINTS) }
    case 'entries':
      return { ...view, entries: event.entries }
    default:
      return event satisfies never
  }
}

/** Watches until the page is left, hidden or stopped. */
export function useLive(isStopped: boolean): LiveView {
  const { refresh } = useConsole()
  const [view, dispatch] = useReducer(reduce, BEGIN)
  const refreshed = useRef(refresh)
  refreshed.current = refresh
  useEffect(() => {
    const connection = new Connection(dispatch, () => void refreshed.current())
    const change = (): void => (isStopped || document.hidden ? connection.pause() : connection.open())
    change()
    document.addEventListener('visibilitychange', change)
    return () => {
      document.removeEventListener('visibilitychange', change)
      connection.close()
    }
  }, [isStopped])
  return view
}

/** One stream at a time. */
class Connection {
  readonly #dispatch: (event: LiveEvent) => void
  readonly #onRefused: () => void
  #source: EventSource | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param onRefused the server does not answer with a stream: the session may have ended */
  constructor(dispatch: (event: LiveEvent) => void, onRefused: () => void) {
    this.#dispatch = dispatch
    this.#onRefused = onRefused
  }

  open(): void {
    if (this.#source !== undefined) return
    clearTimeout(this.#timer)
    const source = new EventSource(urlOf('live'))
    this.#source = source
    source.addEventListener('start', ({ data }) =>
      this.#take({ kind: 'start', start: JSON.parse(data) as LiveStartData }),
    )
    source.addEventListener('point', ({ data }) => this.#take({ kind: 'point', point: JSON.parse(data) as LivePoint }))
    source.addEventListener('entries', ({ data }) =>
      this.#take({ kind: 'entries', entries: JSON.parse(data) as LiveEntries }),
    )
    source.addEventListener('error', () => this.#lost(source))
  }

  pause(): void {
    this.close()
    this.#dispatch({ kind: 'state', state: 'paused' })
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#source?.close()
    this.#source = undefined
  }

  #take(event: LiveEvent): void {
    this.#dispatch(event)
  }

  /** The browser tries again by itself, unless the answer was no stream. */
  #lost(source: EventSource): void {
    this.#dispatch({ kind: 'state', state: 'lost' })
    if (source.readyState !== EventSource.CLOSED || this.#source !== source) return
    this.#source = undefined
    this.#onRefused()
    this.#timer = setTimeout(() => this.open(), AGAIN_MS)
  }
}
