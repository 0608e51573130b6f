import { expect, test } from 'vitest'
import { SummarySchedule, type SummaryScheduleOptions } from '../../src/reports/summary/schedule.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { handClock } from '../support/hand-clock.ts'

const HOUR = 3_600_000

/** Begins on Sunday, 29 November 2026, 12:00 UTC. */
function scheduled(options: Partial<SummaryScheduleOptions> = {}) {
  const clock = handClock({ now: Date.UTC(2026, 10, 29, 12) })
  const sent: string[] = []
  const notices: string[] = []
  const at = (time: number) => new Date(time).toISOString().slice(0, 16)
  const schedule = new SummarySchedule({
    ...{ store: memoryStore({ clock }), clock, day: 'monday', time: '08:00', timeZone: 'UTC' },
    ...{ recipients: ['a@example.org', 'b@example.org'], once: async work => await work() },
    notify: ({ reason }) => notices.push(reason),
    send: async (recipient, end) => void sent.push(`${at(clock.now())} ${recipient} ${at(end)}`),
    ...options,
  })
  schedule.start()
  return { schedule, clock, sent, notices }
}

test('each recipient gets it once, on the day and at the time', async () => {
  const { clock, sent } = scheduled()
  await clock.advance(8 * 24 * HOUR)
  expect(sent).toEqual([
    '2026-11-30T08:00 a@example.org 2026-11-30T00:00',
    '2026-11-30T08:00 b@example.org 2026-11-30T00:00',
    '2026-12-07T08:00 a@example.org 2026-12-07T00:00',
    '2026-12-07T08:00 b@example.org 2026-12-07T00:00',
  ])
})

test('the day and the time are those of a zone', async () => {
  const { clock, sent } = scheduled({ timeZone: 'Asia/Shanghai', recipients: ['a@example.org'] })
  await clock.advance(24 * HOUR)
  expect(sent).toEqual(['2026-11-30T00:00 a@example.org 2026-11-30T00:00'])
})

test('what could not be sent is tried again ten minutes later, the others are not sent twice', async () => {
  let failures = 2
  const tries: string[] = []
  const { clock, notices } = scheduled({
    send: async recipient => {
      tries.push(recipient)
      if (recipient === 'a@example.org' && failures-- > 0) throw new Error('no route')
    },
  })
  await clock.advance(24 * HOUR)
  expect(tries).toEqual(['a@example.org', 'b@example.org', 'a@example.org', 'a@example.org'])
  expect(notices[0]).toBe('the summary for a@example.org waits for ten minutes: no route')
})

test('two nodes send it once', async () => {
  const clock = handClock({ now: Date.UTC(2026, 10, 29, 12) })
  const store = memoryStore({ clock })
  const sent: string[] = []
  const send = async (recipient: string) => void sent.push(recipient)
  const [one, other] = [scheduled({ store, send, clock }), scheduled({ store, send, clock })]
  await clock.advance(24 * HOUR)
  expect(sent.toSorted()).toEqual(['a@example.org', 'b@example.org'])
  await Promise.all([one.schedule.close(), other.schedule.close()])
  expect(clock.next()).toBeUndefined()
})

test('a process that was down at the time catches up on the same day, and not later', async () => {
  const late = handClock({ now: Date.UTC(2026, 10, 30, 21) })
  const sent: string[] = []
  const send = async (recipient: string) => void sent.push(recipient)
  scheduled({ clock: late, store: memoryStore({ clock: late }), send, recipients: ['a@example.org'] })
  await late.advance(24 * HOUR)
  expect(sent).toEqual(['a@example.org'])
  const tooLate = handClock({ now: Date.UTC(2026, 11, 1, 9) })
  scheduled({ clock: tooLate, store: memoryStore({ clock: tooLate }), send, recipients: ['b@example.org'] })
  await tooLate.advance(24 * HOUR)
  expect(sent).toEqual(['a@example.org'])
})
