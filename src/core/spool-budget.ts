/** What the temporary files of all messages may take together: beyond it a message is deferred. */
import type { LoadMeter } from '../load/load.ts'

export interface SpoolBudget {
  /** One more file. @throws Error with the code ENOSPC when there are enough */
  open(): void
  /** More octets in a file. @throws Error with the code ENOSPC when it would be too many */
  grow(octets: number): void
  /** A file that held so many octets is gone. */
  close(octets: number): void
}

export interface SpoolBudgetOptions {
  /** Files at once. */
  readonly files: number
  /** Octets in all of them. */
  readonly disk: number
  readonly load: Pick<LoadMeter, 'hold' | 'hasDescriptor'>
}

export function spoolBudget({ files, disk, load }: SpoolBudgetOptions): SpoolBudget {
  let [open, octets] = [0, 0]
  return {
    open: () => {
      if (open >= files) throw full(`${open} temporary files are open, as many as limits.files allows`)
      if (!load.hasDescriptor('file')) throw full('the process has no file descriptor left for a temporary file')
      open += 1
      load.hold('descriptors', 1)
    },
    grow: more => {
      if (octets + more > disk) throw full(`temporary files hold ${octets} octets, and limits.disk allows ${disk}`)
      octets += more
    },
    close: held => {
      open -= 1
      octets -= held
      load.hold('descriptors', -1)
    },
  }
}

const full = (reason: string): Error => Object.assign(new Error(reason), { code: 'ENOSPC' })
