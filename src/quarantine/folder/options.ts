/** The options of a quarantine in a folder. */
import { callback, having, text } from '../../model/checks.ts'
import { required, schemaOf } from '../../model/options.ts'
import type { Clock, Notify } from '../../model/services.ts'
import { budgetShape } from '../budgets.ts'
import { keyCheck } from '../cipher.ts'
import type { HeldBudgets, Redeliver } from '../types.ts'

/** What `folderQuarantine` takes. */
export interface FolderQuarantineOptions extends HeldBudgets {
  /** The folder, on a disk of this machine. It is made where there is none, for its owner alone. */
  readonly folder: string
  /** Delivers a released message. The relay and embedded hosts give theirs. */
  readonly deliver: Redeliver
  /** 32 bytes in base64 or hex: messages, subjects and addresses are encrypted with it. @default not encrypted */
  readonly key?: string
  /** Called when there is no room, or a release fails. @default warnings of the process */
  readonly notify?: Notify
  /** @default the system's clock */
  readonly clock?: Clock
}

export const folderQuarantineSchema = schemaOf<FolderQuarantineOptions>('folderQuarantine', {
  folder: required(text('the path of a folder')),
  deliver: required(callback('a function that delivers a released message')),
  key: keyCheck(),
  ...budgetShape,
  notify: callback(),
  clock: having<Clock>('a clock', 'now', 'monotonic', 'after'),
})
