/** What comes to a server, second by second, and what serves it. */

/** Clients of one kind. Times are milliseconds. */
export interface Kind {
  readonly name: 'honest' | 'hostile' | 'slow'
  /** How many come a second, at a second. */
  readonly arrivals: (second: number) => number
  /** What one of them takes when no other client is there. */
  readonly work: number
  /** How long it has a session before and after the work. */
  readonly think: number
}

export interface Scene {
  readonly name: string
  readonly kinds: readonly Kind[]
  /** What the work is done by: services behind us, or our own core. */
  readonly by: 'hop' | 'core'
  /** How many pieces of work are done at once. */
  readonly servers: (second: number) => number
  readonly seconds: number
}

/** Counted from here on: what comes before fills the measurements. */
export const BEGIN = 60

const kind = (name: Kind['name'], arrivals: Kind['arrivals'], work: number, think: number): Kind => ({
  name,
  arrivals,
  work,
  think,
})
const during = (at: number): boolean => at > BEGIN && at <= BEGIN + 120
/** Honest mail of 4 ms and a hostile attempt of 1 ms on our core, some of which hold their session for 3 s. */
const flood = (hostile: number, slow: number): readonly Kind[] => [
  kind('honest', () => 20, 4, 150),
  kind('hostile', at => (during(at) ? hostile : 0), 1, 150),
  kind('slow', at => (during(at) ? slow : 0), 1, 3_000),
]

export const scenes: readonly Scene[] = [
  {
    name: 'quiet, 40 %',
    seconds: 180,
    by: 'hop',
    kinds: [kind('honest', () => 40, 100, 1_000)],
    servers: () => 10,
  },
  {
    name: 'five times too much for 2 min',
    seconds: 300,
    by: 'hop',
    kinds: [kind('honest', at => (during(at) ? 500 : 40), 100, 1_000)],
    servers: () => 10,
  },
  {
    name: 'next hop 5 times slower for 2 min',
    seconds: 300,
    by: 'hop',
    kinds: [kind('honest', () => 60, 100, 1_000)],
    servers: at => (during(at) ? 2 : 10),
  },
  {
    name: '1,000 in one second',
    seconds: 120,
    by: 'hop',
    kinds: [kind('honest', at => (at === BEGIN + 1 ? 1_000 : 40), 100, 1_000)],
    servers: () => 10,
  },
  { name: 'sudden flood, 70 % of the core', seconds: 240, by: 'core', kinds: flood(500, 100), servers: () => 1 },
  { name: 'the same, half of it slow', seconds: 240, by: 'core', kinds: flood(250, 350), servers: () => 1 },
  { name: 'sudden flood, 140 % of the core', seconds: 240, by: 'core', kinds: flood(1_200, 100), servers: () => 1 },
]
