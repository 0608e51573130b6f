/** A question or a form above the page: the browser's own dialog, which keeps the focus and closes by Escape. */
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { useConsole } from '../context.tsx'
import { Icon } from './icon.tsx'

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}

/** Opens when it is shown. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const { texts } = useConsole()
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={id} onClose={onClose}>
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" class="icon-button" onClick={() => dialog.current?.close()}>
          <Icon name="close" />
          <span class="hidden">{texts.common.close}</span>
        </button>
      </header>
      <div class="dialog-body">{children}</div>
    </dialog>
  )
}
