/** The side of a thread for `BoundedWorker`: says when its code is loaded, and answers one task after the other. */
import { parentPort } from 'node:worker_threads'
import { errorText } from '../model/errors.ts'
import type { BoundedResponse } from './bounded-worker.ts'

/**
 * @param load resolves with the function that performs a task. What either throws is a failure, after which the thread
 * is replaced.
 */
export async function serveBounded<Task, Answer>(
  load: () => Promise<(task: Task) => Promise<{ answer: Answer; transfer: ArrayBuffer[] }>>,
): Promise<void> {
  const port = parentPort
  const respond = (response: BoundedResponse<Answer>, transfer: ArrayBuffer[] = []): void =>
    port?.postMessage(response, transfer)
  const fail = (error: unknown): void => respond({ kind: 'failed', reason: errorText(error) })
  try {
    const perform = await load()
    port?.on('message', (task: Task) => {
      perform(task).then(({ answer, transfer }) => respond({ kind: 'done', answer }, transfer), fail)
    })
    respond({ kind: 'ready' })
  } catch (error) {
    fail(error)
  }
}
