/** A share as a bar; the number stands beside it. */

/** Whether much is good or bad; `plain`: neither. */
export type BarTone = 'good' | 'warning' | 'bad' | 'plain'

interface BarProps {
  /** From 0 to 1. */
  readonly share: number
  readonly tone: BarTone
}

/** Drawn in the width that is left. Screen readers read the number. */
export const Bar = ({ share, tone }: BarProps) => (
  <svg class={`bar bar-${tone}`} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    <rect class="bar-all" width="100" height="8" />
    <rect width={Math.min(1, Math.max(0, share)) * 100} height="8" />
  </svg>
)

/** The tone of a share of which much is good. */
export const goodShare = (share: number, enough: number, poor: number): BarTone =>
  share >= enough ? 'good' : share >= poor ? 'warning' : 'bad'
