/** How many file descriptors the process has open, against how many it may have, and who may take one more. */

import { readdirSync, readFileSync } from 'node:fs'
import type { DescriptorUse } from '../model/load.ts'
import type { Clock } from '../model/services.ts'

export interface DescriptorOptions {
  /** How many the process may have. @default {@link descriptorLimit} */
  readonly limit: number
  /** The share that new sessions leave free for the files and deliveries of those that are here. */
  readonly reserve: number
  /** How many are open; throws when it cannot be told. */
  readonly count: () => number
  readonly clock: Pick<Clock, 'monotonic'>
}

export interface Descriptors {
  /** More are open, or fewer, since the last count. */
  hold(by: number): void
  /** From 0 to 1, where new sessions are refused. When they cannot be counted, it is 1. */
  share(): number
  has(use: DescriptorUse): boolean
}

/** A count is as good as new for this time: it costs a system call for each thousand descriptors. */
const COUNT_EVERY_MS = 500
/** The part of the reserve that is left when this use is refused. */
const LEFT: Readonly<Record<DescriptorUse, number>> = { session: 1, file: 0.5, delivery: 0.125 }

export function descriptors({ limit, reserve, count, clock }: DescriptorOptions): Descriptors {
  let [counted, held, at, unknown] = [0, 0, Number.NEGATIVE_INFINITY, false]
  const open = (): number => {
    if (limit === Number.POSITIVE_INFINITY) return 0
    const now = clock.monotonic()
    if (now - at >= COUNT_EVERY_MS) {
      at = now
      try {
        counted = count() - held
        unknown = false
      } catch {
        // To count takes a descriptor, too: there is none.
        unknown = true
      }
    }
    return unknown ? Math.max(counted + held, limit) : counted + held
  }
  return {
    hold: by => {
      held += by
    },
    share: () => Math.min(1, open() / (limit * (1 - reserve))),
    has: use => open() < limit * (1 - reserve * LEFT[use]),
  }
}

/** What the system allows this process: Node raises the soft limit to the hard one when it starts. */
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
      // The next one may know.
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
