/** Deflated octets undone within a budget, by the thread pool of Node: the event loop does not wait. */
import { once } from 'node:events'
import { createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import type { Budget } from './inspection.ts'

const makers = { raw: createInflateRaw, zlib: createInflate, gzip: createGunzip } as const

export interface Inflated {
  readonly bytes: Buffer
  /** `whole`, or why there is no more: `cut` at the limit, `broken` data. */
  readonly end: 'whole' | 'cut' | 'broken'
}

/** Inflates at most `most` octets, and no more than the budget has left. What was inflated is spent. */
export async function inflate(
  packed: Buffer,
  {
    form,
    most,
    budget,
    signal,
  }: {
    readonly form: keyof typeof makers
    readonly most: number
    readonly budget: Budget
    readonly signal: AbortSignal
  },
): Promise<Inflated> {
  signal.throwIfAborted()
  const limit = Math.min(most, budget.inflate)
  if (limit <= 0) return { bytes: Buffer.alloc(0), end: 'cut' }
  const stream = makers[form]({ chunkSize: 65_536 })
  const chunks: Buffer[] = []
  let length = 0
  let end: Inflated['end'] = 'whole'
  const leave = () => stream.destroy()
  signal.addEventListener('abort', leave, { once: true })
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    length += chunk.length
    if (length < limit) return
    end = 'cut'
    stream.destroy()
  })
  stream.end(packed)
  try {
    await once(stream, 'close')
  } catch {
    end = 'broken'
    stream.destroy()
  } finally {
    signal.removeEventListener('abort', leave)
  }
  signal.throwIfAborted()
  budget.inflate -= Math.min(length, limit)
  return { bytes: Buffer.concat(chunks).subarray(0, limit), end }
}
