/** The options of a quarantine in a folder. */
import { callback, duration, having, size, text, whole } from '../../model/checks.ts'
import { required, schemaOf } from '../../model/options.ts'
import type { Clock, Notify } from '../../model/services.ts'
import type { Duration, Size } from '../../model/units.ts'
import { keyCheck } from '../cipher.ts'
import type { Redeliver } from '../types.ts'

/** What `folderQuarantine` takes. */
export interface FolderQuarantineOptions {
  /** The folder, on a disk of this machine. It is made where there is none, for its owner alone. */
  readonly folder: string
  /** Delivers a released message. The relay and embedded hosts give theirs. */
  readonly deliver: Redeliver
  /** 32 bytes in base64 or hex: messages, subjects and addresses are encrypted with it. @default not encrypted */
  readonly key?: string
  /** How long a message is held. @default '30d' */
  readonly keep?: Duration
  /** What all messages may take. @default '10gb' */
  readonly size?: Size
  /** How many messages may be held for one recipient. @default 5000 */
  readonly each?: number
  /** Called when there is no room, or a release fails. @default warnings of the process */
  readonly notify?: Notify
  /** @default the system's clock */
  readonly clock?: Clock
}

export const folderQuarantineSchema = schemaOf<FolderQuarantineOptions>('folderQuarantine', {
  folder: required(text('the path of a folder')),
  deliver: required(callback('a function that delivers a released message')),
  key: keyCheck(),
  keep: duration({ min: '1m' }),
  size: size({ min: '64kb' }),
  each: whole({ min: 1 }),
  notify: callback(),
  clock: having<Clock>('a clock', 'now', 'monotonic', 'after'),
})
