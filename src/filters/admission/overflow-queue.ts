/** How many were let in and turned away: for those who watch, and for those who must be told when to come again. */

import type { Trust } from '../../facts/trust.ts'
import type { Metric } from '../../model/metric.ts'
import type { Connection } from '../../model/stage.ts'
import { samplesOf, tally } from '../../observe/count.ts'

export interface OverflowQueue {
  count(lane: Trust, isIn: boolean, connection: Pick<Connection, 'clock' | 'notify'>): void
  /** How many were turned away in the last minutes for each that was let in. */
  pressure(now: number): number
  metrics(): readonly Metric[]
}

/** What is counted loses half of its weight in this time. */
const HALF_LIFE = 60_000
/** So long without turning anybody away, and it is over. */
const OVER = 60_000

export function overflowQueue(): OverflowQueue {
  const [admitted, refused] = [tally(), tally()]
  let [recentIn, recentOut, at] = [0, 0, 0]
  let last = 0
  let episode: { readonly since: number; turnedAway: number } | undefined

  const fade = (now: number): void => {
    const kept = 0.5 ** (Math.max(0, now - at) / HALF_LIFE)
    recentIn *= kept
    recentOut *= kept
    at = now
  }
  /** Tells once that it begins and once that it is over, however many there are. */
  const tell = ({ clock, notify }: Pick<Connection, 'clock' | 'notify'>): void => {
    last = clock.monotonic()
    if (episode !== undefined) {
      episode.turnedAway += 1
      return
    }
    episode = { since: last, turnedAway: 1 }
    notify({ code: 'admission/full', reason: 'clients are turned away with 421 until there is room', level: 'warning' })
    const look = (): void => {
      const now = clock.monotonic()
      if (episode === undefined) return
      if (now - last < OVER) {
        clock.after(OVER - (now - last), look)
        return
      }
      const { since, turnedAway } = episode
      episode = undefined
      const reason = `there is room again; ${turnedAway} clients were turned away in ${Math.round((last - since) / 1000)} s`
      notify({ code: 'admission/open', reason, level: 'info' })
    }
    clock.after(OVER, look)
  }

  return {
    count: (lane, isIn, connection) => {
      fade(connection.clock.monotonic())
      if (isIn) {
        recentIn += 1
        admitted.add(lane)
        return
      }
      recentOut += 1
      refused.add(lane)
      tell(connection)
    },
    pressure: now => {
      fade(now)
      return recentOut / Math.max(1, recentIn)
    },
    metrics: () => [
      {
        name: 'postern_admitted_total',
        help: 'Clients that were let in, by lane; while there is room for all nobody is asked who he is.',
        type: 'counter',
        samples: samplesOf('priority', admitted),
      },
      {
        name: 'postern_turned_away_total',
        help: 'Clients that were turned away with 421 for want of room, by lane.',
        type: 'counter',
        samples: samplesOf('priority', refused),
      },
    ],
  }
}
