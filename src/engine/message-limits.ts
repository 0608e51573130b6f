/** What one message may take, and what the temporary files of all may take together. */
import { size as sizeCheck, whole } from '../model/checks.ts'
import { object } from '../model/options.ts'
import { type Size, toBytes } from '../model/units.ts'

export interface MessageLimits {
  /** The largest message, in bytes as sent. @default '25mb' */
  readonly size?: Size
  /** How much of a message is kept in memory; a larger one goes to a temporary file. @default '256kb' */
  readonly memory?: Size
  /** How many temporary files there may be at once; beyond it a message hears 452. @default 1_000 */
  readonly files?: number
  /** How much all temporary files may hold; beyond it a message hears 452. @default '2gb' */
  readonly disk?: Size
}

export const messageLimits = object<MessageLimits>(
  { size: sizeCheck({ min: 1 }), memory: sizeCheck(), files: whole(), disk: sizeCheck() },
  'limits',
)

/** As numbers. */
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
