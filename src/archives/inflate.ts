/**
 * Inflates within a budget: small data at once, other data in Node's thread pool, which does not block the event loop.
 */
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import {
  constants,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib'
import type { Budget } from './inspection.ts'
import { zstdFrames } from './zstd-frames.ts'

/** The window of zstd: 32 MB instead of 128 MB, as `zstd -19` needs 8 MB. */
const ZSTD = { params: { [constants.ZSTD_d_windowLogMax]: 25 } }
const makers = {
  raw: createInflateRaw,
  zlib: createInflate,
  gzip: createGunzip,
  zstd: (options: { readonly chunkSize: number }) => createZstdDecompress({ ...options, ...ZSTD }),
} as const
const atOnce = {
  raw: inflateRawSync,
  zlib: inflateSync,
  gzip: gunzipSync,
  zstd: (packed: Buffer, options: { readonly maxOutputLength: number }) =>
    zstdDecompressSync(packed, { ...options, ...ZSTD }),
} as const

/** Frames after which the event loop serves others. */
const TURN = 50
/** A stream costs 90 µs before its first byte; inflating so few bytes at once costs less. */
const SMALL = 16_384
const SMALL_PLAIN = 262_144

export interface Inflated {
  readonly bytes: Buffer
  /** `whole`, or why there is no more: `cut` at the limit, `broken` data. */
  readonly end: 'whole' | 'cut' | 'broken'
}

export interface InflateOptions {
  readonly form: keyof typeof makers
  /** Bytes. */
  readonly maxBytes: number
  readonly budget: Budget
  readonly signal: AbortSignal
}

/** Inflates at most `maxBytes` bytes within the budget, and counts them. */
export async function inflate(packed: Buffer, options: InflateOptions): Promise<Inflated> {
  return options.form === 'zstd' ? await inflateFrames(packed, options) : await inflateStream(packed, options)
}

/** Programs unpack all frames of a file, one after the other. */
async function inflateFrames(packed: Buffer, options: InflateOptions): Promise<Inflated> {
  const { frames, end: last } = zstdFrames(packed)
  const plain: Buffer[] = []
  let left = options.maxBytes
  for (const [index, frame] of frames.entries()) {
    if (index % TURN === TURN - 1) await setImmediate()
    const { bytes, end } = await inflateStream(frame, { ...options, maxBytes: left })
    plain.push(bytes)
    left -= bytes.length
    if (end !== 'whole') return { bytes: Buffer.concat(plain), end }
  }
  return { bytes: Buffer.concat(plain), end: last }
}

async function inflateStream(packed: Buffer, options: InflateOptions): Promise<Inflated> {
  const { form, maxBytes, budget, signal } = options
  signal.throwIfAborted()
  const limit = Math.min(maxBytes, budget.inflate)
  if (limit <= 0) return { bytes: Buffer.alloc(0), end: 'cut' }
  const small = packed.length <= SMALL ? tryAtOnce(packed, form, Math.min(limit, SMALL_PLAIN)) : undefined
  const inflated = small ?? (await inflateInPool(packed, form, limit, signal))
  budget.inflate -= inflated.bytes.length
  return inflated
}

/** Undefined where the data is larger than expected, or broken. */
function tryAtOnce(packed: Buffer, form: keyof typeof makers, limit: number): Inflated | undefined {
  const options = { maxOutputLength: limit }
  try {
    return { bytes: atOnce[form](packed, options), end: 'whole' }
  } catch {
    return undefined
  }
}

async function inflateInPool(
  packed: Buffer,
  form: keyof typeof makers,
  limit: number,
  signal: AbortSignal,
): Promise<Inflated> {
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
  return { bytes: Buffer.concat(chunks).subarray(0, limit), end }
}
