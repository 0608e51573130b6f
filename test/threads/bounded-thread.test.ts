/** A thread with bounds for its tasks: what hangs or dies costs itself alone. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { BoundedThread } from '../../src/threads/bounded-thread.ts'
import { scratch } from '../support/scratch.ts'

const CODE = `import { parentPort } from 'node:worker_threads'
parentPort.on('message', ({ id, task }) => {
  if (task === 'hang') for (;;);
  if (task === 'die') process.exit(1)
  if (task === 'fail') parentPort.postMessage({ id, failure: 'not today' })
  else parentPort.postMessage({ id, answer: task })
})`

async function threadOf(folder: string, options: { readonly deadline?: number; readonly maxQueue?: number } = {}) {
  const file = join(folder, 'thread.mjs')
  await writeFile(file, CODE)
  const bounds = { deadline: 10_000, maxWait: 30_000, maxQueue: 8, heap: 32, ...options }
  return new BoundedThread<string>({ name: 'the thread', file: () => pathToFileURL(file), ...bounds })
}
const never = new AbortController().signal

test('tasks are answered in their order, and a task that fails fails alone', async () => {
  await using folder = await scratch('threads-')
  const thread = await threadOf(folder.path)
  const outcomes = await Promise.all(['a', 'fail', 'b'].map(task => thread.ask(task, never)))
  expect(outcomes).toEqual([
    { kind: 'done', answer: 'a' },
    { kind: 'failed', reason: 'not today' },
    { kind: 'done', answer: 'b' },
  ])
})

test('M09 a task that hangs is ended with its thread, and the next task has another one', async () => {
  await using folder = await scratch('threads-')
  const thread = await threadOf(folder.path, { deadline: 300 })
  const [hanging, next] = await Promise.all([thread.ask('hang', never), thread.ask('a', never)])
  expect(hanging).toEqual({ kind: 'timeout', reason: 'the thread was ended: a task took more than 300 ms' })
  expect(next).toEqual({ kind: 'done', answer: 'a' })
})

test('M09 a thread that dies costs the task at hand', async () => {
  await using folder = await scratch('threads-')
  const thread = await threadOf(folder.path)
  expect(await thread.ask('die', never)).toEqual({ kind: 'failed', reason: 'the thread has ended' })
  expect(await thread.ask('a', never)).toEqual({ kind: 'done', answer: 'a' })
})

test('a task that finds the queue full is refused at once, and one whose transaction ends leaves it', async () => {
  await using folder = await scratch('threads-')
  const thread = await threadOf(folder.path, { deadline: 500, maxQueue: 1 })
  const ended = new AbortController()
  const [hanging, waiting, refused] = [thread.ask('hang', never), thread.ask('a', ended.signal), thread.ask('b', never)]
  expect(await refused).toEqual({ kind: 'busy', reason: '1 tasks wait for the thread already' })
  ended.abort(new Error('gone'))
  await expect(waiting).rejects.toThrow('gone')
  expect((await hanging).kind).toBe('timeout')
  expect(await thread.ask('c', never)).toEqual({ kind: 'done', answer: 'c' })
})
