/** A thread with bounds for its tasks: what hangs or dies costs itself alone. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { BoundedWorker } from '../../src/threads/bounded-worker.ts'
import { scratch } from '../support/scratch.ts'

const SERVE = new URL('../../src/threads/serve-bounded.ts', import.meta.url)
const CODE = `import { serveBounded } from '${SERVE}'
serveBounded(async () => async task => {
  if (task === 'hang') for (;;);
  if (task === 'die') process.exit(1)
  if (task === 'fail') throw new Error('not today')
  return { answer: task, transfer: [] }
})`

interface Bounds {
  readonly deadline?: number
  readonly maxQueue?: number
  readonly code?: string
}

async function threadOf(folder: string, { code = CODE, ...bounds }: Bounds = {}) {
  const file = join(folder, 'thread.mjs')
  await writeFile(file, code)
  const defaults = { deadline: 10_000, maxWait: 30_000, maxQueue: 8, heap: 32, idle: 60_000 }
  const thread = new BoundedWorker<string, string>({ file: () => pathToFileURL(file), ...defaults, ...bounds })
  return (task: string, signal = never) => thread.ask(() => ({ task, transfer: [] }), signal)
}
const never = new AbortController().signal

test('tasks are answered in their order, and a task that fails fails alone', async () => {
  await using folder = await scratch('threads-')
  const ask = await threadOf(folder.path)
  expect(await Promise.all(['a', 'fail', 'b'].map(task => ask(task)))).toEqual([
    { kind: 'done', answer: 'a' },
    { kind: 'failed', reason: 'not today' },
    { kind: 'done', answer: 'b' },
  ])
})

test('M09 a task that hangs is ended with its thread, and the next task has another one', async () => {
  await using folder = await scratch('threads-')
  const ask = await threadOf(folder.path, { deadline: 300 })
  const [hanging, next] = await Promise.all([ask('hang'), ask('a')])
  expect(hanging).toEqual({ kind: 'timeout', reason: 'it was not finished within 300 ms' })
  expect(next).toEqual({ kind: 'done', answer: 'a' })
})

test('M09 a thread that dies costs the task at hand', async () => {
  await using folder = await scratch('threads-')
  const ask = await threadOf(folder.path)
  expect(await ask('die')).toEqual({ kind: 'failed', reason: 'the thread died' })
  expect(await ask('a')).toEqual({ kind: 'done', answer: 'a' })
})

test('code that cannot be loaded is the failure of the task', async () => {
  await using folder = await scratch('threads-')
  const code = `import { serveBounded } from '${SERVE}'\nserveBounded(() => Promise.reject(new Error('not installed')))`
  const ask = await threadOf(folder.path, { code })
  expect(await ask('a')).toEqual({ kind: 'failed', reason: 'not installed' })
})

test('a task that finds the queue full is refused at once, and one whose transaction ends leaves it', async () => {
  await using folder = await scratch('threads-')
  const ask = await threadOf(folder.path, { deadline: 500, maxQueue: 1 })
  const ended = new AbortController()
  const [hanging, waiting, refused] = [ask('hang'), ask('a', ended.signal), ask('b')]
  expect(await refused).toEqual({ kind: 'busy', reason: '1 tasks wait for the thread already' })
  ended.abort(new Error('gone'))
  await expect(waiting).rejects.toThrow('gone')
  expect((await hanging).kind).toBe('timeout')
  expect(await ask('c')).toEqual({ kind: 'done', answer: 'c' })
})
