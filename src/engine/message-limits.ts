/** Limits of one message, and of the temporary files of all messages together. */
import { size as sizeCheck, whole } from '../model/checks.ts'
import { object } from '../model/options.ts'
import { type Size, toBytes } from '../model/units.ts'

/** Limits of one message, and of the temporary files of all messages together. */
export interface MessageLimits {
  /** The largest message, in bytes as sent. @default '25mb' */
  readonly size?: Size
  /** How much of a message is kept in memory; a larger one goes to a temporary file. @default '256kb' */
  readonly memory?: Size
  /** How many temporary files there may be at once; beyond it a message gets 452. @default 1_000 */
  readonly files?: number
  /** How much all temporary files may hold; beyond it a message gets 452. @default '2gb' */
  readonly disk?: Size
}

export const messageLimits = object<MessageLimits>(
  { size: sizeCheck({ min: 1 }), memory: sizeCheck(), files: whole(), disk: sizeCheck() },
  'limits',
)

/** The limits as numbers: sizes in bytes. */
export const readLimits = ({
  size = '25mb',
  memory = '256kb',
  files = 1_000,
  disk = '2gb',
}: MessageLimits): { readonly [K in keyof Required<MessageLimits>]: number } => ({
  size: toBytes(size),
  memory: toBytes(memory),
  files,
  disk: toBytes(disk),
})
