/** Which controller of concurrency serves best when more comes than can be done: simulated, second by second. */
import { loadControl } from '../src/filters/load-control.ts'
import { type Filter, points, postern } from '../src/index.ts'
import { latency } from '../src/load/latency.ts'
import { concurrencyLimit } from '../src/load/limit.ts'
import { zone } from '../src/testing/zone.ts'

/** What a controller sees each second, and the limit that it then sets. */
interface Controller {
  readonly name: string
  readonly start: number
  step(seen: {
    readonly limit: number
    readonly inside: number
    readonly took: readonly number[]
    readonly second: number
  }): number
}

interface Scene {
  readonly name: string
  /** Clients a second that come at a second. */
  readonly arrivals: (second: number) => number
  /** How many pieces of work are done at once. */
  readonly servers: (second: number) => number
  readonly seconds: number
}

/** Milliseconds of work when no other client is there, and of a client's own round trips before and after it. */
const WORK = 100
const THINK = 1_000
const STEP = 20
/** A client that waits longer for its 250 has gone, and its work was for nothing. */
const TIMEOUT_MS = 30_000
const MIN = 10
const MAX = 2_000

const clamp = (value: number): number => Math.min(MAX, Math.max(MIN, value))
const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / Math.max(1, list.length)

const controllers: readonly (() => Controller)[] = [
  () => ({ name: 'no limit', start: 10_000, step: ({ limit }) => limit }),
  () => ({ name: 'fixed at 200', start: 200, step: ({ limit }) => limit }),
  () => ({
    name: 'AIMD, 500 ms',
    start: 200,
    step: ({ limit, inside, took }) => {
      if (took.length > 0 && mean(took) > 500) return clamp(limit * 0.9)
      return inside >= limit / 2 ? clamp(limit + 10) : limit
    },
  }),
  () => {
    let least = Number.POSITIVE_INFINITY
    return {
      name: 'Vegas',
      start: 200,
      step: ({ limit, inside, took }) => {
        if (took.length === 0) return limit
        const recent = mean(took)
        least = Math.min(least, recent)
        const queued = limit * (1 - least / recent)
        const unit = Math.log10(limit)
        if (queued > 6 * unit) return clamp(limit - unit)
        return queued < 3 * unit && inside >= limit / 2 ? clamp(limit + unit) : limit
      },
    }
  },
  () => {
    let usual = 0
    return {
      name: 'Gradient2',
      start: 200,
      step: ({ limit, inside, took }) => {
        if (took.length === 0) return limit
        const recent = mean(took)
        usual = usual === 0 ? recent : usual + (recent - usual) / 300
        if (usual / recent > 2) usual *= 0.95
        if (inside < limit / 2) return limit
        const gradient = Math.max(0.5, Math.min(1, (1.5 * usual) / recent))
        return clamp(limit * 0.8 + (limit * gradient + Math.sqrt(limit)) * 0.2)
      },
    }
  },
  () => {
    const behind = latency()
    const controller = concurrencyLimit({ min: MIN, max: MAX, initial: 200 })
    return {
      name: 'ours',
      start: 200,
      step: ({ inside, took, second }) => {
        for (const ms of took) behind.record(ms)
        behind.update(second * 1000)
        controller.step({ inside, slowdown: behind.slowdown, load: 0.5 })
        return controller.value
      },
    }
  },
]

const scenes: readonly Scene[] = [
  { name: 'quiet: 40 %', seconds: 600, arrivals: () => 40, servers: () => 10 },
  {
    name: 'five times too much for 10 min',
    seconds: 1_200,
    arrivals: at => (at > 300 && at < 900 ? 500 : 40),
    servers: () => 10,
  },
  {
    name: 'next hop 5 times slower for 10 min',
    seconds: 1_500,
    arrivals: () => 60,
    servers: at => (at > 300 && at < 900 ? 2 : 10),
  },
  { name: 'a burst of 1000 in a second', seconds: 600, arrivals: at => (at === 300 ? 1_000 : 40), servers: () => 10 },
]

interface Client {
  readonly since: number
  /** When its think time is over and it asks for work. */
  readonly asks: number
  left: number
  asked: number
}

function play(scene: Scene, { name, start, step }: Controller): string {
  let limit = start
  let inside: Client[] = []
  const [waits, limits]: [number[], number[]] = [[], []]
  let [done, wasted, refused, carry, wanted] = [0, 0, 0, 0, 0]
  for (let second = 1; second <= scene.seconds; second += 1) {
    const took: number[] = []
    let most = 0
    for (let ms = 0; ms < 1000; ms += STEP) {
      const now = second * 1000 + ms
      carry += (scene.arrivals(second) * STEP) / 1000
      for (; carry >= 1; carry -= 1) {
        if (second > 300) wanted += 1
        if (inside.length < limit) inside.push({ since: now, asks: now + THINK, left: WORK, asked: 0 })
        else if (second > 300) refused += 1
      }
      const working = inside.filter(({ asks }) => asks <= now)
      const pace = Math.min(1, scene.servers(second) / Math.max(1, working.length))
      const over = new Set<Client>()
      for (const client of working) {
        client.left -= STEP * pace
        client.asked += STEP
        if (client.left > 0) continue
        over.add(client)
        took.push(client.asked)
        const waited = now - client.since - THINK
        if (second <= 300) continue
        if (waited > TIMEOUT_MS) wasted += 1
        else {
          done += 1
          waits.push(waited)
        }
      }
      if (over.size > 0) inside = inside.filter(client => !over.has(client))
      most = Math.max(most, inside.length)
    }
    limit = step({ limit, inside: most, took, second })
    limits.push(limit)
  }
  const sorted = waits.toSorted((a, b) => a - b)
  const quantile = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0)
  const could = Array.from({ length: scene.seconds - 300 }, (_, index) =>
    Math.min(scene.arrivals(index + 301), (scene.servers(index + 301) * 1000) / WORK),
  ).reduce((sum, count) => sum + count, 0)
  const cells = [
    name.padEnd(14),
    `${((100 * done) / could).toFixed(1)} %`,
    `${quantile(0.5)} / ${quantile(0.95)} ms`,
    `${wasted}`,
    `${refused} of ${wanted}`,
    `${Math.round(Math.min(...limits.slice(300)))} to ${Math.round(Math.max(...limits.slice(300)))}, ${Math.round(limits.at(-1) ?? 0)} at the end`,
  ]
  return cells.join(' | ')
}

/**
 * Microseconds of CPU of a session from connect to rcpt, with and without load control, in turns; the least of each.
 */
export async function admissionCost(sessions = 10_000, turns = 5): Promise<readonly [without: number, under: number]> {
  const look = () => points(0.1, 'looked')
  const filters = Array.from(
    { length: 12 },
    (_, index): Filter => ({ name: `f${index}`, connect: look, helo: look, mail: look, rcpt: look }),
  )
  const gateways = [filters, loadControl({ filters })].map(list =>
    postern({ name: 'mx.example.org', filters: list, dns: zone({}), notify: () => undefined }),
  )
  const least: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let turn = 0; turn <= turns; turn += 1)
    for (const [place, gateway] of gateways.entries()) {
      const before = process.cpuUsage()
      for (let index = 0; index < sessions; index += 1) {
        const session = gateway.open({ ip: '192.0.2.1' })
        await session.connect()
        await session.helo('client.example')
        await session.mail('a@example.net')
        await session.rcpt('b@example.org')
        session.close()
      }
      const { user, system } = process.cpuUsage(before)
      // The first turn warms up.
      if (turn > 0) least[place as 0 | 1] = Math.min(least[place as 0 | 1], (user + system) / sessions)
    }
  return least
}

if (import.meta.main) {
  const [without, withAdmission] = await admissionCost()
  console.log(`a quiet session: ${without.toFixed(1)} µs, under load control ${withAdmission.toFixed(1)} µs`)
  for (const scene of scenes) {
    console.log(`\n${scene.name}: of what can be done | work, median / 95th | for nothing | refused | limit`)
    for (const make of controllers) console.log(play(scene, make()))
  }
}
