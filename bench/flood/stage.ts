/**
 * One scene of the flood benchmark: quiet and flood in turns, so that the noise of the machine falls upon both. Each
 * begins with processes that were just started: no code is compiled, and no client has come before.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Part, part } from './part.ts'
import {
  type HonestResult,
  type HonestTally,
  type HopSpent,
  type HostileResult,
  type Kind,
  MIX,
  type Shape,
  type Spent,
  shapes,
  type Way,
} from './words.ts'
import { machineCpu } from './world.ts'

export interface Scene {
  readonly name: string
  readonly way: Way
  /** Honest messages a second. */
  readonly rate: number
  /** Hostile attempts for each honest message; 0 for none. */
  readonly times: number
  /** One alone. @default all, mixed */
  readonly shape?: Shape
  readonly seconds: number
  readonly rounds: number
  /** The URL of a Redis in which is remembered. @default memory */
  readonly redis?: string
  /** Called in the middle of each flood. */
  readonly disturb?: () => Promise<void>
}

/** What one phase has brought, all rounds together. */
export interface Phase {
  readonly seconds: number
  readonly honest: HonestResult
  readonly hostile: readonly HostileResult[]
  /** Milliseconds of CPU: of the gateway, of the next hop, of everything else on the machine. */
  readonly gateway: number
  readonly hop: number
  readonly others: number
  /** Bytes. */
  readonly peak: number
  readonly arrived: Readonly<Record<string, number>>
}

export interface Played {
  readonly scene: Scene
  readonly quiet: Phase
  readonly flood: Phase
}

interface Cast {
  readonly hop: Part
  readonly server: Part
  readonly honest: Part
  readonly hostile: Part
  readonly port: number
}

/** The gateway has a core, and all others the other one. */
const GATEWAY_CORE = 0
const OTHER_CORE = 1

export async function play(scene: Scene): Promise<Played> {
  const [quiet, flood]: [Phase[], Phase[]] = [[], []]
  for (let round = 0; round < scene.rounds; round += 1) {
    quiet.push(await playOnce(scene, round, false))
    if (scene.times > 0) flood.push(await playOnce(scene, round, true))
  }
  return { scene, quiet: together(quiet), flood: together(flood.length > 0 ? flood : quiet) }
}

async function playOnce(scene: Scene, round: number, isFlood: boolean): Promise<Phase> {
  const server = part('./server.ts', GATEWAY_CORE)
  const [hop, honest, hostile] = [
    part('./next-hop.ts', OTHER_CORE),
    part('./honest.ts', OTHER_CORE),
    part('./hostile.ts', OTHER_CORE),
  ]
  try {
    const { port: nextHop } = await hop.nextMessage<{ readonly port: number }>()
    const order = { way: scene.way, nextHop, ...(scene.redis !== undefined && { redis: scene.redis }) }
    const { port } = await server.ask<{ readonly port: number }>(order)
    return await phase(scene, { hop, server, honest, hostile, port }, round, isFlood)
  } finally {
    await Promise.all([hop, server, honest, hostile].map(one => one.stop()))
  }
}

const rateOf = ({ rate, times, shape }: Scene): Partial<Record<Shape, number>> =>
  shape === undefined
    ? Object.fromEntries(shapes.map(one => [one, rate * times * MIX[one]]))
    : { [shape]: rate * times }

async function phase(scene: Scene, cast: Cast, round: number, isFlood: boolean): Promise<Phase> {
  const { hop, server, honest, hostile, port } = cast
  const { seconds, rate } = scene
  const look = async () => ({
    server: await server.ask<Spent>({}),
    hop: await hop.ask<HopSpent>({}),
    machine: machineCpu(),
    at: performance.now(),
  })
  const before = await look()
  const order = { port, seconds, rate, seed: 100 + round }
  const disturbed = isFlood && scene.disturb ? sleep((seconds * 1_000) / 2).then(scene.disturb) : undefined
  const enemies = isFlood ? hostile.ask<HostileResult>({ port, seconds, rates: rateOf(scene) }) : undefined
  const mail = await honest.ask<HonestResult>(order)
  const attempts = await enemies
  await disturbed
  const after = await look()
  if (process.env.FLOOD_TELL) console.error(isFlood ? 'flood' : 'quiet', after.server.state)
  const gateway = after.server.cpu - before.server.cpu
  const hopSpent = after.hop.cpu - before.hop.cpu
  const arrived = Object.entries(after.hop.arrived).map(([kind, count]) => [
    kind,
    count - (before.hop.arrived[kind] ?? 0),
  ])
  return {
    seconds: (after.at - before.at) / 1_000,
    honest: mail,
    hostile: attempts ? [attempts] : [],
    gateway,
    hop: hopSpent,
    others: after.machine - before.machine - gateway - hopSpent,
    peak: after.server.peak,
    arrived: Object.fromEntries(arrived) as Record<string, number>,
  }
}

function together(phases: readonly Phase[]): Phase {
  const sum = (of: (one: Phase) => number): number => phases.reduce((all, one) => all + of(one), 0)
  const kinds = (kind: Kind): HonestTally => {
    const tallies = phases.map(({ honest }) => honest[kind])
    return {
      due: tallies.reduce((all, { due }) => all + due, 0),
      delivered: tallies.reduce((all, { delivered }) => all + delivered, 0),
      lost: tallies.reduce((all, { lost }) => all + lost, 0),
      refused: added(tallies.map(({ refused }) => refused)),
      took: tallies.flatMap(({ took }) => took),
    }
  }
  return {
    seconds: sum(({ seconds }) => seconds),
    honest: { known: kinds('known'), unknown: kinds('unknown') },
    hostile: phases.flatMap(({ hostile }) => hostile),
    gateway: sum(({ gateway }) => gateway),
    hop: sum(({ hop }) => hop),
    others: sum(({ others }) => others),
    peak: Math.max(...phases.map(({ peak }) => peak)),
    arrived: added(phases.map(({ arrived }) => arrived)),
  }
}

export function added(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const all: Record<string, number> = {}
  for (const count of counts) for (const [key, value] of Object.entries(count)) all[key] = (all[key] ?? 0) + value
  return all
}
