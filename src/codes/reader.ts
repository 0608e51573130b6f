/** Reads the codes of a message's pictures in a thread, which starts with the first picture that may show one. */
import { lazy } from '../model/lazy.ts'
import { BoundedThread } from '../threads/bounded-thread.ts'
import { threadFile } from '../threads/worker-client.ts'
import type { CodeAnswer, CodeTask, DrawnText, Picture } from './picture.ts'
import { isInstalled } from './zxing.ts'

/**
 * The thread itself stops after 150 ms of CPU between two pictures. The deadline, in real time, ends a picture that
 * takes longer alone, on a machine that may be busy.
 */
const thread = new BoundedThread<CodeTask>({
  name: 'the thread for codes',
  file: () => threadFile(import.meta.url, 'codes/thread'),
  deadline: 3000,
  maxWait: 5000,
  maxQueue: 32,
  heap: 48,
})

/** Whether pictures can be searched for codes: zxing-wasm is an optional dependency. */
export const canReadCodes = lazy(isInstalled)

/** Rejects only when `signal` aborts. */
export async function readCodes(pictures: readonly (Picture | DrawnText)[], signal: AbortSignal): Promise<CodeAnswer> {
  if (!canReadCodes()) return unread(pictures, 'zxing-wasm is not installed')
  const memory: ArrayBuffer[] = []
  const copies = pictures.map(picture => {
    if ('source' in picture) return picture
    const bytes = new Uint8Array(picture.bytes)
    memory.push(bytes.buffer)
    return { ...picture, bytes }
  })
  const outcome = await thread.ask({ pictures: copies }, signal, memory)
  return outcome.kind === 'done' ? (outcome.answer as CodeAnswer) : unread(pictures, outcome.reason)
}

const unread = (pictures: readonly unknown[], reason: string): CodeAnswer => ({
  codes: pictures.map(() => undefined),
  reasons: [reason],
  drawings: 0,
})
