/** The stream of the live view: connects while the page is visible, and begins anew when it was lost. */
import { useEffect, useReducer, useRef } from 'preact/hooks'
import { urlOf } from '../api/client.ts'
import { useConsole } from '../context.tsx'
import {
  BEGIN,
  type LiveEntries,
  type LiveEvent,
  type LivePoint,
  type LiveStart,
  type LiveView,
  reduce,
} from './view.ts'

/** When the browser gives a stream up, it is begun anew after this time. */
const AGAIN_MS = 5_000

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
    source.addEventListener('start', ({ data }) => this.#take({ kind: 'start', start: JSON.parse(data) as LiveStart }))
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
