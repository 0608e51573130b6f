/** Filters of a list: kept in the URL, so that a list can be shared and the way back leads to it. */
import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
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
  const shown = JSON.stringify(place.query)
  const applied = useRef(shown)
  const fields = useRef({ shown, version: 0 })
  // Fields show what the URL says. After a choice of the person they say the same, and keep the focus.
  if (fields.current.shown !== shown) {
    const isOurs = shown === applied.current
    fields.current = { shown, version: fields.current.version + (isOurs ? 0 : 1) }
  }
  const apply = (form: HTMLFormElement): void => {
    const given = [...new FormData(form)].map(([name, value]) => [name, typeof value === 'string' ? value.trim() : ''])
    const values: Values = Object.fromEntries(given.filter(([, value]) => value !== ''))
    applied.current = JSON.stringify(values)
    location.hash = hrefOf(page, place.params, values)
  }
  return (
    <search>
      <form
        class="filters"
        key={fields.current.version}
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
