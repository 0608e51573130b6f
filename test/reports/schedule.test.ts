import { expect, test } from 'vitest'
import { ReportSchedule, type ReportScheduleOptions } from '../../src/reports/dmarc/schedule.ts'
import type { DmarcSender, Round } from '../../src/reports/dmarc/sender.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { handClock } from '../support/hand-clock.ts'

const HOUR = 3_600_000
const NOTHING: Round = { sent: 0, refused: 0, later: 0 }

/** A schedule that begins at 22:00, and the rounds that it makes. */
function scheduled(answers: Readonly<Record<string, Round>> = {}, options: Partial<ReportScheduleOptions> = {}) {
  const clock = handClock({ now: Date.UTC(2026, 10, 25, 22) })
  const store = memoryStore({ clock })
  const rounds: string[] = []
  const notices: string[] = []
  const at = () => new Date(clock.now()).toISOString().slice(5, 16)
  const sender: Pick<DmarcSender, 'sendDay'> = {
    sendDay: async day => {
      rounds.push(`${at()} ${day}`)
      return answers[day] ?? NOTHING
    },
  }
  const schedule = new ReportSchedule({
    ...{ sender: sender as DmarcSender, store, clock, jitter: 20 * 60_000, random: () => 0.5 },
    notify: ({ reason }) => notices.push(reason),
    once: async work => await work(new AbortController().signal),
    ...options,
  })
  schedule.start()
  return { schedule, clock, rounds, notices }
}

test('a day is sent after its end and after the jitter, and once only', async () => {
  const { clock, rounds } = scheduled()
  await clock.advance(6 * HOUR)
  expect(rounds).toEqual(['11-25T22:15 2026-11-23', '11-25T22:15 2026-11-24', '11-26T00:15 2026-11-25'])
})

test('what waits is tried every hour, for two days', async () => {
  const waits = { sent: 0, refused: 0, later: 1 }
  const { clock, rounds } = scheduled({ '2026-11-25': waits })
  await clock.advance(80 * HOUR)
  const tries = rounds.filter(round => round.endsWith('2026-11-25'))
  expect([tries[0], tries.at(-1)]).toEqual(['11-26T00:15 2026-11-25', '11-27T23:15 2026-11-25'])
  expect(tries).toHaveLength(48)
})

test('a notice says what was sent; a store that is down leaves all of it for later', async () => {
  const { clock, notices } = scheduled({ '2026-11-25': { sent: 3, refused: 1, later: 0 } })
  await clock.advance(4 * HOUR)
  expect(notices).toEqual(['3 DMARC reports of 2026-11-25 were sent, 1 refused, 0 wait'])
  const down = scheduled({}, { once: () => Promise.reject(new Error('down')) })
  await down.clock.advance(2 * HOUR)
  expect(down.notices[0]).toBe('reports wait for an hour: down')
})

test('where another process sends, this one does not', async () => {
  const { clock, rounds } = scheduled({}, { once: async () => undefined })
  await clock.advance(30 * HOUR)
  expect(rounds).toEqual([])
})

test('closing ends it', async () => {
  const { schedule, clock, rounds } = scheduled()
  await schedule.close()
  await clock.advance(30 * HOUR)
  expect([rounds, clock.next()]).toEqual([[], undefined])
})
