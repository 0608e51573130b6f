/** The full parse of a message behind one function: at once where it is cheap, in a thread with a deadline where not. */
import type { Message } from '../core/stage.ts'
import { type PartLimits, type PartList, readParts } from './parts.ts'
import { threads } from './threads.ts'

/** What was found, or that finding it would have cost too much: never a hang, never an exception for a bad message. */
export type Parsed =
  | ({ readonly kind: 'parsed' } & PartList)
  | {
      readonly kind: 'too-costly'
      /** A sentence. */
      readonly reason: string
    }

export interface ParseOptions extends PartLimits {
  readonly signal: AbortSignal
  /** The message is small but looks dear, so let a thread read it. @default false */
  readonly dubious?: boolean
  /** Octets beyond which a thread reads the message. @default 524288 */
  readonly inline?: number
  /** Milliseconds that a thread may take, waiting for its turn included. @default 5000 */
  readonly deadline?: number
}

// Shared, because it is the machine's processors that are few.
const shared = threads()

/** Rejects when `signal` aborts or the message cannot be read again, and at nothing that stands in the message. */
export async function parse(
  { open, size }: Pick<Message, 'open' | 'size'>,
  { signal, dubious = false, inline = 524_288, deadline = 5000, ...limits }: ParseOptions,
): Promise<Parsed> {
  signal.throwIfAborted()
  if (!dubious && size <= inline) return { kind: 'parsed', ...(await readParts(open(), limits)) }
  const outcome = await shared.read(open(), { limits, deadline, signal })
  return outcome.kind === 'done' ? { kind: 'parsed', ...outcome.list } : { kind: 'too-costly', reason: outcome.reason }
}
