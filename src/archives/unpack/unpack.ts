/** Unpacks containers with 7-Zip in a thread with bounded memory, a deadline and a bounded queue. */
import { lazy } from '../../model/lazy.ts'
import { type BoundedOutcome, BoundedWorker } from '../../threads/bounded-worker.ts'
import { threadFile } from '../../threads/thread-file.ts'
import { isInstalled } from './installed.ts'
import type { Unpacked, UnpackTask } from './task.ts'

/** A thread that unpacks. It starts with the first container. */
export type UnpackThread = BoundedWorker<UnpackTask, Unpacked>

/** @internal The one of the process; tests make others. */
export const unpackThread = ({ deadline = 3000, maxWait = 5000, maxQueue = 64 } = {}): UnpackThread =>
  new BoundedWorker<UnpackTask, Unpacked>({
    file: () => threadFile(import.meta.url, 'archives/unpack/thread'),
    deadline,
    maxWait,
    maxQueue,
    heap: 128,
    idle: 60_000,
  })

const shared = lazy(() => unpackThread())

export interface UnpackOptions extends Omit<UnpackTask, 'bytes'> {
  readonly signal: AbortSignal
  /** Changes the copy of the bytes that the thread reads. */
  readonly prepare?: (copy: Uint8Array) => void
  readonly thread?: UnpackThread
}

export type UnpackOutcome = BoundedOutcome<Unpacked> | { readonly kind: 'absent' }

/** A sentence for a container that was not unpacked. */
export const notUnpacked = (outcome: Exclude<UnpackOutcome, { readonly kind: 'done' }>): string =>
  outcome.kind === 'absent'
    ? 'it was not unpacked, because the package 7z-wasm is not installed'
    : `it was not unpacked: ${outcome.reason}`

/**
 * Lists a container and unpacks its files, as far as the limits allow. Rejects only when `signal` aborts.
 *
 * @returns `absent` where the package is not installed
 */
export async function unpack(
  bytes: Buffer,
  { signal, prepare, thread = shared(), ...options }: UnpackOptions,
): Promise<UnpackOutcome> {
  if (!isInstalled()) return { kind: 'absent' }
  return await thread.ask(() => {
    const copy = new Uint8Array(bytes)
    prepare?.(copy)
    return { task: { bytes: copy, ...options }, transfer: [copy.buffer] }
  }, signal)
}
