/** What one message may take, and what the temporary files of all may take together. */
import { PosternError } from './errors.ts'
import { type Size, toOctets } from './units.ts'

export interface MessageLimits {
  /** The largest message, in octets as sent. @default '25mb' */
  readonly size?: Size
  /** How much of a message is kept in memory; a larger one goes to a temporary file. @default '256kb' */
  readonly memory?: Size
  /** How many temporary files there may be at once; beyond it a message hears 452. @default 1_000 */
  readonly files?: number
  /** How much all temporary files may hold; beyond it a message hears 452. @default '2gb' */
  readonly disk?: Size
}

/** As numbers. @throws PosternError for the first that is none; `attempt` gathers the errors of all */
export function readLimits(
  { size = '25mb', memory = '256kb', files = 1_000, disk = '2gb' }: MessageLimits,
  attempt: <T>(make: () => T) => T | undefined,
): { readonly [K in keyof Required<MessageLimits>]: number } {
  return {
    size: attempt(() => toOctets(size, 'limits.size')) ?? 0,
    memory: attempt(() => toOctets(memory, 'limits.memory')) ?? 0,
    files: attempt(() => whole(files, 'limits.files')) ?? 0,
    disk: attempt(() => toOctets(disk, 'limits.disk')) ?? 0,
  }
}

function whole(found: number, path: string): number {
  if (Number.isInteger(found) && found >= 0) return found
  throw new PosternError([{ path, found, expected: 'a whole number from 0', remedy: `set ${path} to 1_000` }])
}
