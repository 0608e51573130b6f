/** Loading data for a page: once, again when asked, and page after page. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { ApiError } from './client.ts'

/** Data on its way. */
export type Loaded<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: ApiError }
  /** `isStale`: the same is being loaded anew. */
  | { readonly kind: 'ready'; readonly data: T; readonly isStale: boolean }

/** What `useData` returns. */
export interface Data<T> {
  readonly state: Loaded<T>
  /** Loads anew; what is shown stays until then. */
  readonly reload: () => void
}

/** Loads when the page opens and when `key` changes; the answer to an old key is thrown away. */
export function useData<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Data<T> {
  const [turn, setTurn] = useState(0)
  const [state, setState] = useState<{ readonly key: string; readonly loaded: Loaded<T> }>(begun(key))
  const loader = useRef(load)
  loader.current = load
  const wanted = `${turn} ${key}`
  useEffect(() => {
    const abort = new AbortController()
    const key = wanted.slice(wanted.indexOf(' ') + 1)
    const show = (loaded: Loaded<T>): void => {
      if (!abort.signal.aborted) setState({ key, loaded })
    }
    setState(before =>
      before.key === key && before.loaded.kind === 'ready'
        ? { key, loaded: { ...before.loaded, isStale: true } }
        : begun(key),
    )
    loader.current(abort.signal).then(
      data => show({ kind: 'ready', data, isStale: false }),
      (error: ApiError) => show({ kind: 'failed', error }),
    )
    return () => abort.abort()
  }, [wanted])
  const reload = useCallback(() => setTurn(before => before + 1), [])
  return { state: state.key === key ? state.loaded : { kind: 'loading' }, reload }
}

const begun = (key: string) => ({ key, loaded: { kind: 'loading' } }) as const

/** A page of a list. */
interface Page<E> {
  readonly entries: readonly E[]
  readonly next?: string
  readonly isPartial?: boolean
}

/** What `usePages` returns. */
export interface Pages<E> {
  readonly state: Loaded<readonly E[]>
  /** Loads the entries that follow; absent when there are none. */
  readonly more: (() => void) | undefined
  /** What follows is being loaded. */
  readonly isLoadingMore: boolean
  /** What follows could not be loaded. */
  readonly moreError: ApiError | undefined
  /** The search has ended at a bound: `more` goes on searching. */
  readonly isPartial: boolean
  readonly reload: () => void
}

/** What followed a first page. */
interface Following<E> {
  readonly first: Page<E> | undefined
  readonly pages: readonly Page<E>[]
  readonly isLoading: boolean
  readonly error?: ApiError
}

/** Loads the first page, and those that follow when asked; begins anew when `key` changes. */
export function usePages<E>(
  key: string,
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<E>>,
): Pages<E> {
  const { state, reload } = useData(key, signal => load(undefined, signal))
  const [kept, setKept] = useState<Following<E>>({ first: undefined, pages: [], isLoading: false })
  const first = state.kind === 'ready' ? state.data : undefined
  // What was loaded after another first page does not follow this one.
  const following = kept.first === first ? kept : { first, pages: [], isLoading: false }
  const last = following.pages.at(-1) ?? first
  const loadMore = (cursor: string): void => {
    const change = (to: Partial<Following<E>>): void =>
      setKept(now => (now.first === first ? { ...now, isLoading: false, ...to } : now))
    setKept({ first, pages: following.pages, isLoading: true })
    load(cursor, new AbortController().signal).then(
      page => change({ pages: [...following.pages, page] }),
      (error: ApiError) => change({ error }),
    )
  }
  const next = last?.next
  const entries = [first, ...following.pages].flatMap(page => page?.entries ?? [])
  return {
    state: state.kind === 'ready' ? { ...state, data: entries } : state,
    more: next === undefined || following.isLoading ? undefined : () => loadMore(next),
    isLoadingMore: following.isLoading,
    moreError: following.error,
    isPartial: last?.isPartial === true,
    reload,
  }
}
