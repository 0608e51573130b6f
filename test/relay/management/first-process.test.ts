/** The first process as the management process sees it. */
import { expect, test } from 'vitest'
import type { Metric } from '../../../src/model/metric.ts'
import { FirstProcess } from '../../../src/relay/management/first-process.ts'
import type { FromManagement, NodeNotice } from '../../../src/relay/management/messages.ts'
import { handClock } from '../../support/hand-clock.ts'

const notice = (code: string): NodeNotice => ({ code, reason: '', level: 'warning', node: 'mx/1', time: 0 })

const setUp = () => {
  const clock = handClock()
  const sent: FromManagement[] = []
  return { clock, sent, first: new FirstProcess(message => sent.push(message), clock) }
}

test('however many ask for metrics, one question is sent a second', async () => {
  const { clock, sent, first } = setUp()
  const metrics: readonly Metric[] = [{ name: 'sessions', help: '', type: 'counter', samples: [] }]
  const both = Promise.all([first.metrics(), first.metrics()])
  expect(sent).toEqual([{ what: 'metrics', question: 1 }])
  first.answered(1, metrics)
  expect(await both).toEqual([metrics, metrics])
  await clock.advance(1_000)
  const later = first.metrics()
  expect(sent).toHaveLength(2)
  await clock.advance(2_000)
  expect(await later).toEqual([])
})

test('notices that come while the jobs start are handed to them then, the oldest of too many left out', () => {
  const { first } = setUp()
  for (let index = 0; index < 250; index += 1) first.noticed(notice(`early/${index}`))
  const seen: string[] = []
  const end = first.onNotice(({ code }) => seen.push(code))
  expect(seen).toEqual([])
  first.deliver()
  expect([seen.length, seen[0], seen.at(-1)]).toEqual([200, 'early/50', 'early/249'])
  first.noticed(notice('late'))
  expect(seen.at(-1)).toBe('late')
  first.hold()
  first.noticed(notice('in between'))
  expect(seen.at(-1)).toBe('late')
  first.deliver()
  expect(seen.at(-1)).toBe('in between')
  end()
  first.noticed(notice('after'))
  expect(seen.at(-1)).toBe('in between')
})
