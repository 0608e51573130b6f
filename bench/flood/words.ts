/** What the processes of the flood benchmark say to each other. */

/** Hostile clients, by what they do. */
export type Shape = 'refused' | 'early' | 'spam' | 'slow'

/** How the flood is mixed: early talkers and pipeliners half each. */
export const MIX: Readonly<Record<Shape, number>> = { refused: 0.7, early: 0.15, spam: 0.1, slow: 0.05 }
export const shapes = Object.keys(MIX) as readonly Shape[]

/** The gateway, and what a program without it has: smtp-server, a deny list at the socket, mailauth after DATA. */
export const ways = ['postern', 'smtp-server + mailauth'] as const
export type Way = (typeof ways)[number]

export type Kind = 'known' | 'unknown'

/** An open loop: mail is due at its time, whatever became of the mail before. */
export interface HonestOrder {
  readonly port: number
  /** Messages a second, of both kinds together. */
  readonly rate: number
  readonly seconds: number
  readonly seed: number
}

export interface HonestTally {
  readonly due: number
  readonly delivered: number
  /** Refused in words, by code. */
  readonly refused: Readonly<Record<string, number>>
  /** Broken off, or not answered within {@link TIMEOUT_MS}. */
  readonly lost: number
  /** Milliseconds from the time at which a message was due, not from when the client came to it, to its 250. */
  readonly took: readonly number[]
}
export type HonestResult = Readonly<Record<Kind, HonestTally>>

export interface HostileOrder {
  readonly port: number
  /** Attempts a second. */
  readonly rates: Readonly<Partial<Record<Shape, number>>>
  readonly seconds: number
}

export interface HostileTally {
  readonly due: number
  /** What this client could not begin, because it had too many sockets open. */
  readonly unsent: number
  /**
   * How the attempts ended: by code of the refusal, else of the last reply, `none`, or `held` until the client had
   * enough.
   */
  readonly ended: Readonly<Record<string, number>>
}
export interface HostileResult {
  readonly tallies: Readonly<Partial<Record<Shape, HostileTally>>>
  /** Milliseconds by which attempts were begun too late: the 95th percentile. */
  readonly late: number
}

export interface ServerOrder {
  readonly way: Way
  readonly nextHop: number
  /** A store behind it. @default memory */
  readonly redis?: string
}

/** Since the process began, in milliseconds of CPU, and bytes; the peak since it was last asked. */
export interface Spent {
  readonly cpu: number
  readonly resident: number
  readonly peak: number
  /** For a look into a run: sessions, the level of load, what was counted. */
  readonly state?: string
}

export interface HopSpent extends Spent {
  /** Messages that have arrived, by the kind that stands in them. */
  readonly arrived: Readonly<Record<string, number>>
}

/** Milliseconds after which an honest client has waited long enough. */
export const TIMEOUT_MS = 30_000
