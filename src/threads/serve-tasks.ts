/** The side of the thread: performs one task after the other, and answers each. */
import { parentPort } from 'node:worker_threads'
import { errorText } from '../model/errors.ts'
import type { WorkerRequest, WorkerResponse } from './worker-client.ts'

/** @param perform what it throws is the failure of its task */
export function serveTasks<Task>(perform: (task: Task) => unknown): void {
  parentPort?.on('message', ({ id, task }: WorkerRequest<Task>) => {
    let response: WorkerResponse
    try {
      response = { id, answer: perform(task) }
    } catch (error) {
      response = { id, failure: errorText(error) }
    }
    parentPort?.postMessage(response)
  })
}
