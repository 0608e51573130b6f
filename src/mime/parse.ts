/** Reads the parts of a message: at once where it is small, otherwise in a thread with a deadline. */
import { Readable } from 'node:stream'
import { OVER_BUDGET, withinBudget } from '../load/budget.ts'
import type { Message } from '../model/stage.ts'
import { dashLines } from './boundaries.ts'
import { type MessageBytes, readWhole } from './message-bytes.ts'
import type { PartLimits, PartList } from './part.ts'
import { type ThreadOutcome, threadPool } from './threads.ts'
import { readTree } from './tree.ts'

/** The parts, or that reading them would have cost too much. A bad message never causes a hang or an exception. */
export type Parsed =
  | ({ readonly kind: 'parsed' } & PartList)
  | {
      /** `busy`: no thread was free in time, which is not the fault of the message. */
      readonly kind: 'too-costly' | 'busy'
      /** A sentence. */
      readonly reason: string
    }

export interface ParseOptions extends PartLimits {
  readonly signal: AbortSignal
  /** Size in bytes beyond which a thread reads the message. @default 262144 */
  readonly inline?: number
  /** Milliseconds that a thread may take. The most expensive message known takes half of it. @default 2000 */
  readonly deadline?: number
  /** Milliseconds that the message may wait for a thread. @default 5000 */
  readonly maxWait?: number
}

// Shared, because the processors of the machine are few.
const pool = threadPool()

/** Rejects when `signal` aborts or the message cannot be read again, and never because of its content. */
export async function parse(
  message: MessageBytes & Pick<Message, 'counted'> & Partial<Pick<Message, 'load'>>,
  { signal, inline = 262_144, deadline = 2000, maxWait = 5000, ...limits }: ParseOptions,
): Promise<Parsed> {
  signal.throwIfAborted()
  // What was counted has passed through the engine, which makes every line end CRLF.
  const tree = { ...limits, isCrlf: message.counted !== undefined }
  const bytes = message.size <= inline ? await readWhole(message) : undefined
  if (bytes && !dashLines(bytes, MAX_INLINE_DASH_LINES).cut) {
    const list = readTree(bytes, { inflate: inline, ...tree })
    // A small message may hold much that is compressed: that is inflated in a thread.
    if (!list.defects.includes('compressed-cut')) return { kind: 'parsed', ...list }
  }
  const read = () => pool.read(bytes ? held(bytes) : message, { tree, deadline, maxWait, signal })
  const outcome = await withinBudget<ThreadOutcome>(message.load, pool.share, read, () => overBudget)
  if (outcome.kind === 'done') return { kind: 'parsed', ...outcome.list }
  return { kind: outcome.kind === 'busy' ? 'busy' : 'too-costly', reason: outcome.reason }
}

const overBudget = { kind: 'busy', reason: OVER_BUDGET } as const

const held = (bytes: Buffer): MessageBytes => ({
  size: bytes.length,
  open: () => Readable.from([bytes]),
  copyTo: target => target.set(bytes),
})

/** Lines that begin as boundaries do make small messages expensive. */
const MAX_INLINE_DASH_LINES = 300
