/** What the temporary files of all messages may take together: beyond it a message is deferred. */
import { OVER_BUDGET } from '../load/budget.ts'
import type { LoadMeter } from '../model/load.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'

export interface SpoolBudgetOptions {
  /** Files at once. */
  readonly files: number
  /** Bytes in all of them. */
  readonly disk: number
  readonly load: Pick<LoadMeter, 'adjust' | 'hasBudget' | 'hasDescriptor' | 'reportOverflow'>
}

export class SpoolBudget {
  readonly #options: SpoolBudgetOptions
  #files = 0
  #bytes = 0

  constructor(options: SpoolBudgetOptions) {
    this.#options = options
  }

  /**
   * Takes one more file. Few descriptors are kept for known senders; `isKnown` is called only when no others are left.
   *
   * @throws Error with the code ENOSPC when there are enough
   */
  open(isKnown: () => Promise<boolean>): MaybePromise<void> {
    const { load } = this.#options
    this.#checkCount()
    if (load.hasDescriptor('file')) return this.#take()
    // Sessions that stand still then end sooner.
    load.reportOverflow()
    if (!load.hasDescriptor('known-file')) throw noDescriptor()
    return isKnown().then(known => {
      this.#checkCount()
      if (!known || !load.hasDescriptor('known-file')) throw noDescriptor()
      this.#take()
    })
  }

  #checkCount(): void {
    const { files } = this.#options
    if (this.#files >= files) throw noSpace(`${this.#files} temporary files are open, as many as limits.files allows`)
  }

  #take(): void {
    this.#files += 1
    this.#options.load.adjust('descriptors', 1)
  }

  /** Takes more bytes in a file. @throws Error with the code ENOSPC when it would be too many */
  grow(bytes: number): void {
    const { disk, load } = this.#options
    if (this.#bytes + bytes > disk)
      throw noSpace(`temporary files hold ${this.#bytes} bytes, and limits.disk allows ${disk}`)
    if (!load.hasBudget(this.#share(bytes))) throw noSpace(OVER_BUDGET)
    this.#bytes += bytes
    load.adjust('work', this.#share(bytes))
  }

  /** Gives back a file that held so many bytes. */
  close(bytes: number): void {
    this.#files -= 1
    this.#bytes -= bytes
    this.#options.load.adjust('descriptors', -1)
    this.#options.load.adjust('work', -this.#share(bytes))
  }

  #share(bytes: number): number {
    const { disk } = this.#options
    return disk > 0 ? bytes / disk : 0
  }
}

const noDescriptor = (): Error => noSpace('the process has no file descriptor left for a temporary file')

const noSpace = (reason: string): Error => Object.assign(new Error(reason), { code: 'ENOSPC' })
