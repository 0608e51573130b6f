/** What stands in the place of data: on its way, failed, or none. */
import type { ComponentChildren } from 'preact'
import type { ApiError } from '../api/client.ts'
import type { Loaded } from '../api/hooks.ts'
import { useConsole } from '../context.tsx'
import type { Texts } from '../texts/en.ts'
import { Icon } from './icon.tsx'

/** What a failure means, in the person's language; the sentence of the server where it says more. */
export function failureText(error: ApiError, texts: Texts): string {
  if (error.code === 'input') return error.message
  const own = texts.errors[error.code] ?? texts.errors.failed
  const wait = error.retryAfter === undefined ? '' : ` ${texts.errors.retryAfter(error.retryAfter)}`
  return `${own}${wait}`
}

interface LoadingProps<T> {
  readonly state: Loaded<T>
  readonly retry: () => void
  /** Lines of the placeholder. @default 5 */
  readonly lines?: number
  readonly children: (data: T) => ComponentChildren
}

/** Shows data when it is there; before that a placeholder, and after a failure what went wrong. */
export function Loading<T>({ state, retry, lines = 5, children }: LoadingProps<T>) {
  if (state.kind === 'loading') return <Skeleton lines={lines} />
  if (state.kind === 'failed') return <Failure error={state.error} retry={retry} />
  return (
    <div class="stack" aria-busy={state.isStale}>
      {children(state.data)}
    </div>
  )
}

/** Grey lines in the place of what is being loaded. */
export function Skeleton({ lines }: { readonly lines: number }) {
  const { texts } = useConsole()
  return (
    <div class="skeleton" role="status">
      <span class="hidden">{texts.common.loading}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} class="skeleton-line" aria-hidden="true" />
      ))}
    </div>
  )
}

/** What went wrong, and a button to try again. */
export function Failure({ error, retry }: { readonly error: ApiError; readonly retry?: () => void }) {
  const { texts } = useConsole()
  const isAbsent = error.code === 'not-found' || error.code === 'not-configured'
  return (
    <div class={isAbsent ? 'empty' : 'failure'} role={isAbsent ? 'status' : 'alert'}>
      <Icon name="warning" />
      <div>
        <strong>{isAbsent ? texts.common.nothing : texts.errors.title}</strong>
        <p>{failureText(error, texts)}</p>
        {error.message !== '' && error.code !== 'input' && <p class="muted">{error.message}</p>}
        {retry && !isAbsent && (
          <button type="button" onClick={retry}>
            {texts.common.retry}
          </button>
        )}
      </div>
    </div>
  )
}

interface EmptyProps {
  readonly title: string
  readonly children?: ComponentChildren
}

/** Says that there is nothing, and what to do about it. */
export const Empty = ({ title, children }: EmptyProps) => (
  <div class="empty" role="status">
    <div>
      <strong>{title}</strong>
      {children !== undefined && <p>{children}</p>}
    </div>
  </div>
)
