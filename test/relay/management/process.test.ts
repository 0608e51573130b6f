/** The first process and a management process that behaves well or not. */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ManagementProcess } from '../../../src/relay/management/management-process.ts'

const file = fileURLToPath(new URL('./stubborn-process.ts', import.meta.url))
const ignore = () => undefined

const start = (conduct: string, more: { readonly askInterval?: number; readonly stopTimeout?: number } = {}) => {
  const metrics = () => [{ name: 'sessions', help: '', type: 'counter', samples: [{ value: 3 }] }] as const
  return new ManagementProcess({ args: [conduct], log: ignore, tell: ignore, metrics, file, ...more })
}

test('a process that answers is asked for its metrics, and stops when it is asked to', async () => {
  const running = start('answers')
  expect(await running.started).toEqual(['stub'])
  expect(await running.metrics()).toEqual([{ name: 'own', samples: [] }])
  await running.stop()
  expect(await running.exited).toBe('0')
  expect(await running.metrics()).toEqual([])
})

test('it gets the metrics of the mail processes when it asks', async () => {
  const running = start('asks')
  const [answer = ''] = await running.started
  expect(JSON.parse(answer)).toMatchObject({ what: 'metrics', question: 7, metrics: [{ name: 'sessions' }] })
  await running.stop()
})

test('a process that answers no more is killed, and its metrics are left out', async () => {
  // It is killed after six questions, of which its start may take some.
  const running = start('silent', { askInterval: 300 })
  await running.started
  const metrics = running.metrics()
  expect(await running.exited).toBe('SIGKILL')
  expect(await metrics).toEqual([])
})

test('a process that does not stop is killed', async () => {
  const running = start('stays', { stopTimeout: 100 })
  await running.started
  await running.stop()
  expect(await running.exited).toBe('SIGKILL')
})
