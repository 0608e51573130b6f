/** A few values of which one is shown: links, so that each has a URL and the keyboard reaches it. */
import { useConsole } from '../context.tsx'
import { hrefOf, type PageName } from '../router.ts'

interface ChoiceProps {
  readonly page: PageName
  readonly label: string
  /** The name in the query of the URL. */
  readonly name: string
  readonly value: string
  readonly options: readonly (readonly [value: string, label: string])[]
}

/** One line of links. */
export function Choice({ page, label, name, value, options }: ChoiceProps) {
  const { place } = useConsole()
  return (
    <nav class="choice" aria-label={label}>
      {options.map(([option, text]) => (
        <a
          key={option}
          href={hrefOf(page, place.params, { ...place.query, [name]: option })}
          aria-current={option === value ? 'true' : undefined}
        >
          {text}
        </a>
      ))}
    </nav>
  )
}
