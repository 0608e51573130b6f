/** The jobs of the management process: what is wanted is started, and what fails is tried again. */
import { expect, test } from 'vitest'
import type { Notice } from '../../../src/model/services.ts'
import { readOptions } from '../../../src/relay/config/options.ts'
import { type JobEntry, Jobs } from '../../../src/relay/management/jobs.ts'
import type { ManagementParts } from '../../../src/relay/management/types.ts'
import { handClock } from '../../support/hand-clock.ts'

const setUp = () => {
  const clock = handClock()
  const notices: Notice[] = []
  const notify = (notice: Notice) => notices.push(notice)
  const parts = { options: readOptions([], {}), clock, notify } as unknown as ManagementParts
  return { clock, notices, parts }
}

const entry = (name: string, start: () => Promise<{ close: () => Promise<void> }>, isWanted = true): JobEntry => ({
  name,
  isWanted: () => isWanted,
  load: async () => ({ start }),
})

test('only jobs that are wanted are loaded', async () => {
  const { parts } = setUp()
  const begun: string[] = []
  const named = (name: string, isWanted: boolean) =>
    entry(name, async () => ({ close: async () => void begun.push(`${name} ends`) }), isWanted)
  const jobs = new Jobs(parts, [named('console', true), named('digest', false)])
  await jobs.start()
  expect(jobs.names).toEqual(['console'])
  await jobs.close()
  expect(begun).toEqual(['console ends'])
})

test('a job that cannot start stops no other, and is tried again after a pause that grows', async () => {
  const { clock, notices, parts } = setUp()
  let tries = 0
  const failing = entry('console', async () => {
    tries += 1
    if (tries < 3) throw new Error('the port is taken')
    return { close: async () => undefined }
  })
  const jobs = new Jobs(parts, [failing, entry('digest', async () => ({ close: async () => undefined }))])
  await jobs.start()
  const up = () => jobs.metrics().flatMap(({ samples }) => samples.map(sample => 'value' in sample && sample.value))
  expect(up()).toEqual([0, 1])
  expect(notices).toEqual([
    {
      code: 'console/start',
      reason: 'console cannot start: the port is taken; it is tried again in 5 s',
      level: 'warning',
    },
  ])
  await clock.advance(5_000)
  expect([tries, notices.at(-1)?.reason.includes('10 s')]).toEqual([2, true])
  await clock.advance(10_000)
  expect(up()).toEqual([1, 1])
  await jobs.close()
})

test('a job that takes for ever to start does not keep the others waiting', async () => {
  const { clock, parts } = setUp()
  const hanging = entry('console', () => new Promise(() => undefined))
  const jobs = new Jobs(parts, [hanging, entry('digest', async () => ({ close: async () => undefined }))])
  const starting = jobs.start()
  await clock.advance(30_000)
  await starting
  expect(jobs.metrics()[0]?.samples).toEqual([
    { labels: { job: 'console' }, value: 0 },
    { labels: { job: 'digest' }, value: 1 },
  ])
  await jobs.close()
})

test('a job that starts while all are closed is closed, too', async () => {
  const { parts } = setUp()
  const slowly = Promise.withResolvers<void>()
  let isClosed = false
  const slow = entry('console', async () => {
    await slowly.promise
    return {
      close: async () => {
        isClosed = true
      },
    }
  })
  const jobs = new Jobs(parts, [slow])
  const starting = jobs.start()
  await jobs.close()
  slowly.resolve()
  await starting
  expect(isClosed).toBe(true)
})
