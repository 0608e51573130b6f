/** Which law of admission serves best when more comes than can be done: simulated, second by second. */
import { loadControl } from '../src/filters/load-control.ts'
import { type Filter, points, postern } from '../src/index.ts'
import { latency } from '../src/load/latency.ts'
import { levelHolder } from '../src/load/level.ts'
import type { Measurement } from '../src/load/limit.ts'
import { zone } from '../src/testing/zone.ts'
import { type Law, laws, OPEN, SHARE } from './admission/laws.ts'
import { BEGIN, type Kind, type Scene, scenes } from './admission/scenes.ts'
import { randomOf } from './random.ts'

const STEP = 10
/** A client that waits longer for its 250 has gone, and its work was for nothing. */
const TIMEOUT_MS = 30_000

interface Client {
  readonly kind: Kind
  readonly since: number
  /** When its think time is over and it asks for work. */
  readonly asks: number
  left: number
}

/** What the load meter makes of the work, ten times a second. */
class Meter {
  readonly #by: Scene['by']
  readonly #behind = latency()
  readonly #levels = levelHolder(0)
  #busy = 0
  #used = 0
  #stall = 0
  value = 0

  constructor(by: Scene['by']) {
    this.#by = by
  }

  worked(ms: number): void {
    if (this.#by === 'hop') this.#behind.record(ms)
  }

  step(now: number, used: number, working: number): void {
    // Each that works has the core for a millisecond in turn.
    if (this.#by === 'core') this.#stall = Math.max(this.#stall, working)
    this.#used += used
    if (now % 100 !== 0) return
    if (this.#by === 'core') this.#busy += (this.#used / (100 / STEP) - this.#busy) * 0.2
    this.#used = 0
    if (now % 1_000 === 0) this.#behind.update(now)
    this.value = Math.min(1, Math.max(this.#busy, this.#stall / 250, this.#behind.part))
    this.#levels.step(this.value, now)
    if (now % 1_000 === 0) this.#stall = 0
  }

  seen(inside: number): Measurement {
    return { inside, load: this.value, level: this.#levels.level, slowdown: this.#behind.slowdown }
  }

  get isGreen(): boolean {
    return this.#levels.level === 'green'
  }
}

class Play {
  readonly #scene: Scene
  readonly #law: Law
  readonly #meter: Meter
  readonly #random = randomOf(1)
  readonly #waits: number[] = []
  #inside: Client[] = []
  #limit: number
  #peak = 0
  #counts = { due: 0, done: 0, inVain: 0, turnedAway: 0, atGreen: 0 }

  constructor(scene: Scene, law: Law) {
    this.#scene = scene
    this.#law = law
    this.#limit = law.start
    this.#meter = new Meter(scene.by)
  }

  run(): string {
    for (let now = STEP; now <= this.#scene.seconds * 1_000; now += STEP) {
      const second = Math.ceil(now / 1_000)
      this.#arrivals(now, second)
      this.#work(now, second)
      if (now % 1_000 !== 0) continue
      this.#limit = this.#law.step(this.#limit, this.#meter.seen(this.#peak))
      this.#peak = this.#inside.length
    }
    return this.#row()
  }

  /** Each kind at random, and in no order. */
  #arrivals(now: number, second: number): void {
    const come = this.#scene.kinds.flatMap(each => {
      const due = (each.arrivals(second) * STEP) / 1_000
      return Array.from({ length: Math.floor(due + this.#random()) }, () => ({ each, at: this.#random() }))
    })
    for (const { each } of come.toSorted((a, b) => a.at - b.at)) this.#arrive(each, now, second)
    this.#peak = Math.max(this.#peak, this.#inside.length)
  }

  #arrive(each: Kind, now: number, second: number): void {
    const isCounted = each.name === 'honest' && second > BEGIN
    if (isCounted) this.#counts.due += 1
    const isOpen = this.#law.start === OPEN && this.#meter.isGreen
    if (isOpen || this.#inside.length < this.#limit * SHARE) {
      this.#inside.push({ kind: each, since: now, asks: now + each.think, left: each.work })
      return
    }
    if (isCounted) this.#counts.turnedAway += 1
    if (this.#meter.isGreen) this.#counts.atGreen += 1
  }

  #work(now: number, second: number): void {
    const working = this.#inside.filter(({ asks }) => asks <= now)
    const servers = this.#scene.servers(second)
    let left = STEP * servers
    // Services behind us work on all at once; our core takes one after the other.
    const most = this.#scene.by === 'core' ? Number.POSITIVE_INFINITY : STEP * Math.min(1, servers / working.length)
    let ended = 0
    for (const client of working) {
      const share = Math.min(client.left, most, left)
      client.left -= share
      left -= share
      if (client.left >= 1e-9) continue
      ended += 1
      this.#end(client, now)
    }
    if (ended > 0) this.#inside = this.#inside.filter(({ left: more }) => more >= 1e-9)
    this.#meter.step(now, 1 - left / (STEP * servers), working.length)
  }

  #end({ kind: { name, think }, since, asks }: Client, now: number): void {
    this.#meter.worked(now - asks + STEP)
    const waited = now - since - think + STEP
    if (since < BEGIN * 1_000 || name !== 'honest') return
    if (waited > TIMEOUT_MS) this.#counts.inVain += 1
    else {
      this.#counts.done += 1
      this.#waits.push(waited)
    }
  }

  #row(): string {
    const { due, done, inVain, turnedAway, atGreen } = this.#counts
    const { seconds, servers, kinds, by } = this.#scene
    const [honest] = kinds
    // What waits is done later, unless its client has gone by then.
    let [could, queued] = [0, 0]
    for (let at = BEGIN + 1; at <= seconds; at += 1) {
      const most = by === 'core' ? Number.POSITIVE_INFINITY : (servers(at) * 1_000) / (honest?.work ?? 1)
      queued += honest?.arrivals(at) ?? 0
      could += Math.min(queued, most)
      queued = Math.min(Math.max(0, queued - most), (most * TIMEOUT_MS) / 1_000)
    }
    const sorted = this.#waits.toSorted((a, b) => a - b)
    const quantile = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0)
    const cells = [
      this.#law.name,
      `${((100 * done) / Math.max(done, could)).toFixed(1)} %`,
      `${quantile(0.5)} / ${quantile(0.95)} ms`,
      `${inVain}`,
      `${turnedAway} of ${due}`,
      `${atGreen}`,
    ]
    return `| ${cells.join(' | ')} |`
  }
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
  if (!process.argv.includes('--laws')) {
    const [without, withAdmission] = await admissionCost()
    console.log(`a quiet session: ${without.toFixed(1)} µs, under load control ${withAdmission.toFixed(1)} µs`)
  }
  for (const scene of scenes) {
    console.log(`\n${scene.name}`)
    console.log(
      '| law | of what can be done | work, median / 95th | in vain | honest turned away | turned away at green |',
    )
    console.log('|---|---|---|---|---|---|')
    for (const make of laws) console.log(new Play(scene, make()).run())
  }
}
