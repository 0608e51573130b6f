/** Counts the open file descriptors of the process against its limit, and says which uses may open one more. */

import { readdirSync, readFileSync } from 'node:fs'
import type { DescriptorUse } from '../model/load.ts'
import type { Clock } from '../model/services.ts'

export interface DescriptorOptions {
  /** How many the process may have open; see {@link descriptorLimit}. */
  readonly limit: number
  /** The share that new sessions leave free for files and deliveries of sessions that are open. */
  readonly reserve: number
  /** Counts the open ones; throws when they cannot be counted. */
  readonly count: () => number
  readonly clock: Pick<Clock, 'monotonic'>
}

export interface Descriptors {
  /** Corrects the last count: so many more are open since, or fewer. */
  adjust(by: number): void
  /** From 0 to 1; at 1 new sessions are refused. It is 1 when the descriptors cannot be counted. */
  share(): number
  has(use: DescriptorUse): boolean
}

/** A count is used for this time: it costs a system call for each thousand descriptors. */
const COUNT_EVERY_MS = 500
/** The part of the reserve that is still free when a use is refused. */
const LEFT: Readonly<Record<DescriptorUse, number>> = {
  session: 1,
  replacement: 0.9,
  file: 0.8,
  'known-session': 0.65,
  'known-file': 0.5,
  delivery: 0.125,
}

export function descriptors({ limit, reserve, count, clock }: DescriptorOptions): Descriptors {
  let [counted, adjusted, countedAt, isUnknown] = [0, 0, Number.NEGATIVE_INFINITY, false]
  const open = (): number => {
    if (limit === Number.POSITIVE_INFINITY) return 0
    const now = clock.monotonic()
    if (now - countedAt >= COUNT_EVERY_MS) {
      countedAt = now
      try {
        counted = count() - adjusted
        isUnknown = false
      } catch {
        // Counting takes a descriptor too, and none is free.
        isUnknown = true
      }
    }
    return isUnknown ? Math.max(counted + adjusted, limit) : counted + adjusted
  }
  return {
    adjust: by => {
      adjusted += by
    },
    share: () => Math.min(1, open() / (limit * (1 - reserve))),
    has: use => open() < limit * (1 - reserve * LEFT[use]),
  }
}

/** The limit that the system sets for this process. Node raises the soft limit to the hard one when it starts. */
export function descriptorLimit(): number {
  const read = [
    () => /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1],
    () => reported(process.report.getReport()),
  ]
  for (const found of read) {
    try {
      const text = found()
      if (text === 'unlimited') return Number.POSITIVE_INFINITY
      if (Number(text) > 0) return Number(text)
    } catch {
      // The next source may know.
    }
  }
  return Number.POSITIVE_INFINITY
}

function reported(report: object): string | undefined {
  const { userLimits } = report as { readonly userLimits?: { readonly open_files?: { readonly soft?: unknown } } }
  const soft = userLimits?.open_files?.soft
  return soft === undefined ? undefined : String(soft)
}

/** Where the system lists the descriptors of the process; the listing itself is one of them. */
export function openDescriptors(): number {
  return readdirSync(process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd').length - 1
}
