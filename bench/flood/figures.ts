/** From what was counted to the figures that are compared with targets. */
import { added, type Phase, type Played } from './stage.ts'
import type { Kind } from './words.ts'

export interface Figures {
  readonly name: string
  readonly way: string
  /** Honest messages and hostile attempts a second, as they were really sent. */
  readonly rate: number
  readonly hostile: number
  /** Shares of what was due, delivered at the first attempt. */
  readonly known: number
  readonly unknown: number
  /** To quiet: from the time at which a message was due to its 250. */
  readonly median: number
  readonly p95: number
  readonly p99: number
  /** The 95th percentile in quiet, in milliseconds. */
  readonly quiet95: number
  /** The share of hostile attempts that got to the next hop. */
  readonly reached: number
  /** Milliseconds of CPU: of the gateway for a hostile attempt, and for a message in quiet. */
  readonly attempt: number
  readonly message: number
  /** Cores that the gateway took. */
  readonly cores: number
  /** Cores that the next hop would have needed, had every attempt brought its message there. */
  readonly saved: number
  /** Bytes in the flood, and in quiet. */
  readonly peak: number
  readonly before: number
  /** Honest messages that were refused or broken off in the flood. */
  readonly shed: number
  /**
   * Of the flood: cores that others on the machine used, and by how many milliseconds attempts were late (95th
   * percentile).
   */
  readonly others: number
  readonly late: number
  /** How hostile attempts ended. */
  readonly ended: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly refused: Readonly<Record<string, number>>
}

const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
const took = ({ honest }: Phase): readonly number[] => [...honest.known.took, ...honest.unknown.took]
const due = ({ honest }: Phase): number => honest.known.due + honest.unknown.due
const delivered = ({ honest }: Phase): number => honest.known.delivered + honest.unknown.delivered

export function figuresOf({ scene, quiet, flood }: Played): Figures {
  const tallies = flood.hostile.flatMap(({ tallies: each }) => Object.entries(each))
  const attempts = tallies.reduce((all, [, { due: planned, unsent }]) => all + planned - unsent, 0)
  const share = (kind: Kind) => flood.honest[kind].delivered / flood.honest[kind].due
  const ratio = (at: number) => quantile(took(flood), at) / quantile(took(quiet), at)
  const message = quiet.gateway / Math.max(1, delivered(quiet))
  const beyond = flood.gateway - message * delivered(flood)
  const hop = quiet.hop / Math.max(1, delivered(quiet))
  const ended = Object.fromEntries(
    [...new Set(tallies.map(([shape]) => shape))].map(shape => [
      shape,
      added(tallies.filter(([other]) => other === shape).map(([, tally]) => tally.ended)),
    ]),
  )
  return {
    name: scene.name,
    way: scene.way,
    rate: due(flood) / (scene.seconds * scene.rounds),
    hostile: attempts / (scene.seconds * scene.rounds),
    known: share('known'),
    unknown: share('unknown'),
    median: ratio(0.5),
    p95: ratio(0.95),
    p99: ratio(0.99),
    quiet95: quantile(took(quiet), 0.95),
    reached: (flood.arrived.spam ?? 0) / Math.max(1, attempts),
    attempt: beyond / Math.max(1, attempts),
    message,
    cores: flood.gateway / flood.seconds / 1_000,
    saved: ((attempts - (flood.arrived.spam ?? 0)) * hop) / flood.seconds / 1_000,
    peak: flood.peak,
    before: quiet.peak,
    shed: due(flood) - delivered(flood),
    others: flood.others / flood.seconds / 1_000,
    late: Math.max(0, ...flood.hostile.map(({ late }) => late)),
    ended,
    refused: added([flood.honest.known.refused, flood.honest.unknown.refused]),
  }
}
