/** The side of the thread: begins the tasks one after the other, and answers each. */
import { parentPort } from 'node:worker_threads'
import { errorText } from '../model/errors.ts'
import type { WorkerRequest, WorkerResponse } from './worker-client.ts'

/** @param perform what it throws is the failure of its task; while a promise is pending, the next task begins */
export function serveTasks<Task>(perform: (task: Task) => unknown): void {
  const answer = async ({ id, task }: WorkerRequest<Task>): Promise<void> => {
    let response: WorkerResponse
    try {
      response = { id, answer: await perform(task) }
    } catch (error) {
      response = { id, failure: errorText(error) }
    }
    parentPort?.postMessage(response)
  }
  parentPort?.on('message', (request: WorkerRequest<Task>) => void answer(request))
}
