/** What is counted and remembered between sessions. Small on purpose, so that a database can stand behind it. */

/** A number that is forgotten when its time is up. */
export interface Counter {
  readonly count: number
  /** Milliseconds until it is forgotten; Infinity for never. */
  readonly endsIn: number
}

/** Each operation is atomic. `lasts` is in milliseconds; 0 and Infinity mean for ever. */
export interface Store {
  /** Adds `by` to a count. One that is new begins its time now; one that is there keeps the end it has. */
  increment(key: string, by: number, lasts: number): Counter | Promise<Counter>
  get(key: string): Counter | undefined | Promise<Counter | undefined>
  /** Sets a count, and begins its time anew. */
  set(key: string, count: number, lasts: number): Counter | Promise<Counter>
  /** Tells whether it was there. */
  delete(key: string): boolean | Promise<boolean>
}
