/** Links inside the console, and references that can be copied. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import { hrefOf, type PageName } from '../router.ts'
import { Icon } from './icon.tsx'

interface LinkProps {
  readonly to: PageName
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly class?: string
  readonly current?: boolean
  readonly children: ComponentChildren
}

/** A link to another page of the console. */
export const Link = ({ to, params, query, class: name, current, children }: LinkProps) => (
  <a href={hrefOf(to, params, query)} class={name} aria-current={current ? 'page' : undefined}>
    {children}
  </a>
)

/** Copies a text; without TLS browsers offer only the old way. @returns whether it was done */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const field = document.createElement('textarea')
    field.value = text
    document.body.append(field)
    field.select()
    const isDone = document.execCommand('copy')
    field.remove()
    return isDone
  }
}

/** A name of something, in a fixed-width type, with a button that copies it. */
export function Copyable({ text, label }: { readonly text: string; readonly label: string }) {
  const { texts, say } = useConsole()
  const [isDone, setDone] = useState(false)
  const copy = async (): Promise<void> => {
    if (!(await copyText(text))) return
    setDone(true)
    say({ text: texts.common.copied })
    setTimeout(() => setDone(false), 2_000)
  }
  return (
    <span class="copyable">
      <code>{inert(text)}</code>
      <button type="button" class="icon-button" title={texts.common.copyLabel(label)} onClick={copy}>
        <Icon name={isDone ? 'check' : 'copy'} />
        <span class="hidden">{texts.common.copyLabel(label)}</span>
      </button>
    </span>
  )
}
