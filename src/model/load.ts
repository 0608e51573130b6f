/** The words of load: how near this process is to its end, and by which of its means. */

/** What a descriptor is wanted for. Work that is under way goes before work that would begin. */
export type DescriptorUse = 'session' | 'file' | 'delivery'

/** Green: all is done. Amber: what can be spared is spared. Red: only the known are sure of their turn. */
export type Level = 'green' | 'amber' | 'red'

/** How loaded this process is. */
export interface Load {
  /** From 0, idle, to 1, at the end of some means: the largest part. For autoscalers. */
  readonly value: number
  /** Follows `value` up at once and down slowly. */
  readonly level: Level
  /** Since when the level holds, in milliseconds of the monotonic clock. */
  readonly since: number
  /**
   * Each from 0 to 1: `loop`, `busy`, `memory`, `sessions`, `scans`, `spool`, `descriptors`, and one for each thing behind
   * us, such as `next-hop`.
   */
  readonly parts: Readonly<Record<string, number>>
  /** How many times slower than usual the slowest thing behind us answers; 1 when none is slow. */
  readonly slowdown: number
}

/** What is held and counted until it is given back: sessions, messages at dear filters, bytes of messages, file descriptors. */
export type Resource = 'sessions' | 'scans' | 'spool' | 'descriptors'

/** Measures load. Costs a counter where something happens, and one look at the process ten times a second while somebody asks. */
export interface LoadMeter {
  /** The load as it was measured last. Asking keeps the measuring awake. */
  now(): Load
  /** The level alone, for whoever must not wake anything. */
  readonly level: Level
  /** Somebody has found no place in the last ten seconds. */
  readonly overflowing: boolean
  /** Somebody finds no place: whoever has one and does nothing with it has less patience to hope for. */
  reportOverflow(): void
  /** More of something is held, or less. */
  adjust(what: Resource, by: number): void
  /** Whether the process may open one more file descriptor for this. Sessions leave a reserve to files, files to deliveries. */
  hasDescriptor(use: DescriptorUse): boolean
  /** Something behind us has answered after so many milliseconds: `next-hop`, `clamav`, `dns`. */
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
