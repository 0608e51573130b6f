/** Filters of a list: kept in the URL, so that a list can be shared and the way back leads to it. */
import type { ComponentChildren } from 'preact'
import { useConsole } from '../context.tsx'
import { hrefOf, type PageName } from '../router.ts'
import type { Values } from './form.tsx'

interface FiltersProps {
  readonly page: PageName
  /** Is there anything to clear? */
  readonly isFiltered: boolean
  readonly button?: string
  readonly children: ComponentChildren
}

/** A line of filters; a choice applies at once, a text with Enter or the button. */
export function Filters({ page, isFiltered, button, children }: FiltersProps) {
  const { texts, place } = useConsole()
  const apply = (form: HTMLFormElement): void => {
    const values: Values = Object.fromEntries(
      [...new FormData(form)].map(([name, value]) => [name, typeof value === 'string' ? value.trim() : '']),
    )
    location.hash = hrefOf(page, place.params, values)
  }
  return (
    <search>
      <form
        class="filters"
        key={JSON.stringify(place.query)}
        onSubmit={event => {
          event.preventDefault()
          apply(event.currentTarget)
        }}
        onChange={event => {
          if (event.target instanceof HTMLSelectElement) apply(event.currentTarget)
        }}
      >
        {children}
        <div class="buttons">
          <button type="submit" class="primary">
            {button ?? texts.common.filter}
          </button>
          {isFiltered && (
            <a class="button" href={hrefOf(page, place.params)}>
              {texts.common.clear}
            </a>
          )}
        </div>
      </form>
    </search>
  )
}

/** The times that lists can begin at, as what stands in the URL. */
const SPANS = { '1h': 3_600_000, '1d': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 } as const

/** `7d` as the query of a list; whole minutes, so that a list is not loaded anew at each look. */
export function sinceOf(span: string | undefined): { readonly since?: string } {
  const ms = SPANS[span as keyof typeof SPANS]
  return ms === undefined ? {} : { since: String(Math.floor((Date.now() - ms) / 60_000) * 60_000) }
}
