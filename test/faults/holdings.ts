/** What a process holds: read within it. */
import { readdirSync } from 'node:fs'

/** What a process holds. */
export interface Holdings {
  /** How many of each kind keep it busy: sockets, requests, timers. */
  readonly resources: Readonly<Record<string, number>>
  /** Open files, sockets and pipes. */
  readonly descriptors: number
  /** Bytes that are reachable, on the heap and outside. */
  readonly heap: number
  /** Bytes that the process takes of the machine. */
  readonly rss: number
  /** Errors and rejections that were not caught, and what Node warns of. */
  readonly uncaught: readonly string[]
}

/** What this process holds once the garbage is collected; needs `--expose-gc`. */
export function holdings(uncaught: readonly string[]): Holdings {
  const descriptors = readdirSync('/proc/self/fd').length
  // Twice: what the first round finishes the second may take.
  for (let round = 0; round < 2; round += 1) globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  const kinds = Object.groupBy(process.getActiveResourcesInfo(), kind => kind)
  const resources = Object.fromEntries(Object.entries(kinds).map(([kind, all]) => [kind, all?.length ?? 0]))
  return { resources, descriptors, heap: heapUsed + external, rss, uncaught }
}
