/** Short messages at the edge of the page, read aloud by screen readers. */
import { useCallback, useRef, useState } from 'preact/hooks'
import type { Toast } from '../context.tsx'

const SHOWN_MS = 6_000
/** Time enough to take something back. */
const SHOWN_WITH_BUTTON_MS = 15_000
const MAX_TOASTS = 4

type Numbered = Toast & { readonly number: number }

/** The messages that are shown, and a function that shows another. */
export function useToasts(): readonly [readonly Numbered[], (toast: Toast) => void, (number: number) => void] {
  const [toasts, setToasts] = useState<readonly Numbered[]>([])
  const last = useRef(0)
  const hide = useCallback((number: number) => setToasts(now => now.filter(toast => toast.number !== number)), [])
  const say = useCallback(
    (toast: Toast) => {
      last.current += 1
      const number = last.current
      setToasts(now => [...now, { ...toast, number }].slice(-MAX_TOASTS))
      setTimeout(() => hide(number), toast.action ? SHOWN_WITH_BUTTON_MS : SHOWN_MS)
    },
    [hide],
  )
  return [toasts, say, hide]
}

interface ToastsProps {
  readonly toasts: readonly Numbered[]
  readonly hide: (number: number) => void
}

/** The region that shows them; it is always there, so that screen readers notice what is added. */
export const Toasts = ({ toasts, hide }: ToastsProps) => (
  <div class="toasts" role="status" aria-live="polite">
    {toasts.map(({ number, text, kind = 'done', action }) => (
      <div key={number} class={`toast toast-${kind}`}>
        <span>{text}</span>
        {action && (
          <button
            type="button"
            onClick={() => {
              hide(number)
              action.run()
            }}
          >
            {action.label}
          </button>
        )}
      </div>
    ))}
  </div>
)
