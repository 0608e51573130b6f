/** Load: how near this process is to its limits, and to which of them. */

/**
 * What a file descriptor is for, from the use that is refused first to the last one: a session of any client, a session
 * that takes the place of a session that is being ended, a temporary file of any client, a session of a known client, a
 * temporary file of a known sender, a delivery.
 */
export type DescriptorUse = 'session' | 'replacement' | 'file' | 'known-session' | 'known-file' | 'delivery'

/** Green: everything runs. Amber: expensive work is reduced. Red: only known clients are sure of a session. */
export type Level = 'green' | 'amber' | 'red'

/** How loaded this process is. */
export interface Load {
  /** From 0, idle, to 1, where one resource is used up: the largest part. For autoscalers. */
  readonly value: number
  /** Follows `value` up at once and down slowly. */
  readonly level: Level
  /** Since when the level holds, in milliseconds of the monotonic clock. */
  readonly since: number
  /**
   * Each from 0 to 1: `loop`, `busy`, `memory`, `sessions`, `scans`, `spool`, `descriptors`, one for each backend,
   * such as `next-hop`, and what was reported, such as `slots`.
   */
  readonly parts: Readonly<Record<string, number>>
  /** How many times slower than usual the slowest backend answers; 1 when none is slow. */
  readonly slowdown: number
}

/**
 * What is in use until it is released: sessions, messages at expensive filters, bytes of messages, file descriptors,
 * and `work`: scans that run or wait, parts that threads read, bytes in temporary files, each as a share of its own
 * bound.
 */
export type Resource = 'sessions' | 'scans' | 'spool' | 'descriptors' | 'work'

/** Measures load. Costs a counter for each event, and ten measurements a second while it is read. */
export interface LoadMeter {
  /** The load as it was measured last. Reading it keeps the measuring awake. */
  now(): Load
  /** The level alone; reading it wakes nothing. */
  readonly level: Level
  /** A client has found no free session in the last ten seconds. */
  readonly overflowing: boolean
  /** Reports that a client finds no free session: idle sessions then get shorter timeouts. */
  reportOverflow(): void
  /** Reports that more of a resource is in use, or less. */
  adjust(what: Resource, by: number): void
  /**
   * Whether the process may open one more file descriptor for this use. Each use leaves a reserve for the uses after
   * it.
   */
  hasDescriptor(use: DescriptorUse): boolean
  /**
   * Whether more work of this share of its own bound may begin. Under red all `work` together may take no more than one
   * bound, so that scanner, parse threads and disk are not full at once; at other levels each has its own.
   */
  hasBudget(share: number): boolean
  /** Reports how full something is, from 0 to 1, as a part of the load until it is reported anew. */
  report(what: string, share: number): void
  /** Reports how many milliseconds a backend took to answer: `next-hop`, `clamav`, `dns`. */
  recordLatency(what: string, ms: number): void
}

/** The load in words, for reasons: `0.83 (loop 0.83, busy 0.41)`. */
export function describeLoad({ value, parts }: Pick<Load, 'value' | 'parts'>): string {
  const leading = Object.entries(parts)
    .filter(([, part]) => part >= 0.3)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([name, part]) => `${name} ${part.toFixed(2)}`)
  return leading.length > 0 ? `${value.toFixed(2)} (${leading.join(', ')})` : value.toFixed(2)
}
