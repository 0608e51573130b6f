/** A page: its title, what stands beside it, and its parts. */
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { useConsole } from '../context.tsx'

interface PageProps {
  readonly title: string
  /** A sentence below the title. */
  readonly about?: ComponentChildren
  /** Buttons beside the title. */
  readonly actions?: ComponentChildren
  /** Above the title: the way back. */
  readonly above?: ComponentChildren
  readonly children: ComponentChildren
}

/** A page. Its title takes the focus when the page opens, so that screen readers read it. */
export function Page({ title, about, actions, above, children }: PageProps) {
  const { session, hasMoved } = useConsole()
  const heading = useRef<HTMLHeadingElement>(null)
  const movedHere = useRef(hasMoved)
  useEffect(() => {
    document.title = `${title} · ${session.name}`
  }, [title, session.name])
  useEffect(() => {
    if (movedHere.current && !document.querySelector('dialog[open]')) heading.current?.focus()
  }, [])
  return (
    <>
      {above}
      <header class="page-header">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {about !== undefined && <p class="muted">{about}</p>}
        </div>
        {actions !== undefined && <div class="buttons">{actions}</div>}
      </header>
      {children}
    </>
  )
}

interface PanelProps {
  readonly title: string
  readonly actions?: ComponentChildren
  /** The content has its own edges, such as a table. */
  readonly isFlush?: boolean
  readonly children: ComponentChildren
}

/** A part of a page with its title. */
export function Panel({ title, actions, isFlush, children }: PanelProps) {
  const id = useId()
  return (
    <section class="panel" aria-labelledby={id}>
      <header class="panel-header">
        <h2 id={id}>{title}</h2>
        {actions !== undefined && <div class="buttons">{actions}</div>}
      </header>
      <div class={isFlush ? 'panel-flush' : 'panel-body'}>{children}</div>
    </section>
  )
}

interface PairsProps {
  readonly pairs: readonly (readonly [name: string, value: ComponentChildren])[]
}

/** Names and values; what has no value is left out. */
export const Pairs = ({ pairs }: PairsProps) => (
  <dl class="pairs">
    {pairs
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
)
