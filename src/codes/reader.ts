/** Reads the codes of a message's pictures in a thread, which starts with the first picture that may show one. */
import { lazy } from '../model/lazy.ts'
import { BoundedWorker } from '../threads/bounded-worker.ts'
import { threadFile } from '../threads/thread-file.ts'
import type { CodeAnswer, CodeTask, DrawnText, Picture } from './picture.ts'
import { isInstalled } from './zxing.ts'

/**
 * The thread itself stops after 150 ms of CPU between two pictures. The deadline, in real time, ends a picture that
 * takes longer alone, on a machine that may be busy.
 */
const thread = new BoundedWorker<CodeTask, CodeAnswer>({
  file: () => threadFile(import.meta.url, 'codes/thread'),
  deadline: 3000,
  maxWait: 5000,
  maxQueue: 32,
  heap: 48,
  idle: 60_000,
})

/** Whether pictures can be searched for codes: zxing-wasm is an optional dependency. */
export const canReadCodes = lazy(isInstalled)

/** Rejects only when `signal` aborts. */
export async function readCodes(pictures: readonly (Picture | DrawnText)[], signal: AbortSignal): Promise<CodeAnswer> {
  if (!canReadCodes()) return unread(pictures, 'zxing-wasm is not installed')
  const outcome = await thread.ask(() => copyOf(pictures), signal)
  return outcome.kind === 'done'
    ? outcome.answer
    : unread(pictures, `the pictures were not searched: ${outcome.reason}`)
}

/** The thread takes over the memory of the copies, so that the bytes are copied once. */
function copyOf(pictures: readonly (Picture | DrawnText)[]): { task: CodeTask; transfer: ArrayBuffer[] } {
  const transfer: ArrayBuffer[] = []
  const copies = pictures.map(picture => {
    if ('source' in picture) return picture
    const bytes = new Uint8Array(picture.bytes)
    transfer.push(bytes.buffer)
    return { ...picture, bytes }
  })
  return { task: { pictures: copies }, transfer }
}

const unread = (pictures: readonly unknown[], reason: string): CodeAnswer => ({
  codes: pictures.map(() => undefined),
  reasons: [reason],
  drawings: 0,
})
