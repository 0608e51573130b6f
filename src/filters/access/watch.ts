/**
 * Watches files by polling. Comparing the time of change works on every file system and with every way of replacing a
 * file.
 */
import { statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Clock } from '../../model/services.ts'

/** A value that changes when the content of a file changes. */
export type Stamp = string

/** The present stamp of a file. */
export const stampOf = (file: string): Stamp => {
  const found = statSync(file, { throwIfNoEntry: false })
  return found ? stamp(found) : MISSING
}

const MISSING = 'missing'
const stamp = ({ ino, size, mtimeMs }: { ino: number; size: number; mtimeMs: number }): Stamp =>
  `${ino} ${size} ${mtimeMs}`

/** Calls `changed` for each file whose stamp differs from `seen`: at once, and then every `every` milliseconds. */
export function watch({
  seen: first,
  clock,
  every,
  changed,
}: {
  readonly seen: ReadonlyMap<string, Stamp>
  readonly clock: Clock
  readonly every: number
  /** Must not reject. The next check comes after it. */
  readonly changed: (file: string) => Promise<void>
}): () => void {
  const seen = new Map(first)
  let stopped = false
  let cancel: (() => void) | undefined
  const check = async () => {
    for (const [file, before] of seen) {
      const now = await stat(file).then(stamp, () => MISSING)
      if (stopped) return
      if (now === before) continue
      seen.set(file, now)
      await changed(file)
      if (stopped) return
    }
    cancel = clock.after(every, check)
  }
  void check()
  return () => {
    stopped = true
    cancel?.()
  }
}
