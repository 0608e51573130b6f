/** What the temporary files of all messages may take together: beyond it a message is deferred. */
import type { LoadMeter } from '../model/load.ts'

export interface SpoolBudget {
  /** One more file. @throws Error with the code ENOSPC when there are enough */
  open(): void
  /** More bytes in a file. @throws Error with the code ENOSPC when it would be too many */
  grow(octets: number): void
  /** A file that held so many bytes is gone. */
  close(octets: number): void
}

export interface SpoolBudgetOptions {
  /** Files at once. */
  readonly files: number
  /** Bytes in all of them. */
  readonly disk: number
  readonly load: Pick<LoadMeter, 'adjust' | 'hasDescriptor'>
}

export function spoolBudget({ files, disk, load }: SpoolBudgetOptions): SpoolBudget {
  let [open, octets] = [0, 0]
  return {
    open: () => {
      if (open >= files) throw full(`${open} temporary files are open, as many as limits.files allows`)
      if (!load.hasDescriptor('file')) throw full('the process has no file descriptor left for a temporary file')
      open += 1
      load.adjust('descriptors', 1)
    },
    grow: more => {
      if (octets + more > disk) throw full(`temporary files hold ${octets} bytes, and limits.disk allows ${disk}`)
      octets += more
    },
    close: held => {
      open -= 1
      octets -= held
      load.adjust('descriptors', -1)
    },
  }
}

const full = (reason: string): Error => Object.assign(new Error(reason), { code: 'ENOSPC' })
