/** Times, badges and other small values. */
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Answer } from '../../api/schemas.ts'
import { useConsole } from '../context.tsx'

/** How long ago, with the full time on hover and for screen readers. */
export function Time({ time }: { readonly time: number }) {
  const { formats } = useConsole()
  const now = useNow()
  const full = formats.full(time)
  const date = new Date(time)
  return (
    <time dateTime={Number.isNaN(date.getTime()) ? undefined : date.toISOString()} title={full}>
      {formats.relative(time, now)}
    </time>
  )
}

/** The time, anew every half minute. */
function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000)
    return () => clearInterval(timer)
  }, [])
  return now
}

/** What a badge says by its colour besides its words. */
export type Tone = 'neutral' | 'good' | 'warning' | 'bad' | 'info'

/** A word or two with a colour. */
export const Badge = ({
  tone = 'neutral',
  children,
}: {
  readonly tone?: Tone
  readonly children: ComponentChildren
}) => <span class={`badge badge-${tone}`}>{children}</span>

/** What happens to a message. */
export type Verdict = Answer<'messages.search'>['entries'][number]['verdict']

const TONES: Readonly<Record<Verdict, Tone>> = {
  accept: 'good',
  quarantine: 'warning',
  defer: 'info',
  reject: 'bad',
  discard: 'bad',
}

/** What happened to a message, in a word. */
export const VerdictBadge = ({ verdict }: { readonly verdict: Verdict }) => (
  <Badge tone={TONES[verdict]}>{useConsole().texts.verdicts[verdict]}</Badge>
)
