/** The end of a list that is loaded page by page. */
import type { Pages } from '../api/hooks.ts'
import { useConsole } from '../context.tsx'
import { Failure } from './state.tsx'

interface MoreProps<E> {
  readonly pages: Pages<E>
  /** Entries that are shown. */
  readonly shown: number
}

/** How many entries are shown, and a button for those that follow. */
export function More<E>({ pages: { more, isLoadingMore, moreError, isPartial }, shown }: MoreProps<E>) {
  const { texts } = useConsole()
  return (
    <div class="more">
      {moreError && <Failure error={moreError} />}
      <p class="muted" role="status">
        {isLoadingMore ? texts.common.loading : texts.common.shown(shown)}
        {isPartial && more && ` ${texts.common.partial}`}
      </p>
      {more && (
        <button type="button" onClick={more}>
          {isPartial ? texts.common.searchOn : texts.common.more}
        </button>
      )}
    </div>
  )
}
