/** Stores: what is counted and remembered between sessions. Few operations, so that many databases can do them. */

/** The value of a key. */
export interface Entry {
  /** The text. */
  readonly value: string
  /** Milliseconds until it is forgotten; absent: never. */
  readonly endsIn?: number
}

/** A count. */
export interface Counter {
  /** A whole number. */
  readonly count: number
  /** Milliseconds until it is forgotten; absent: never. */
  readonly endsIn?: number
}

/**
 * One thing to do, atomic by itself. `ttl` and `halfLife` are in milliseconds; 0 and Infinity mean never.
 *
 * What one kind of operation finds of another kind that makes no sense to it counts as nothing: an `increment` begins
 * at 0 where no whole number stands, a `decayingAdd` where no sums stand. A key may be of any length: from 129
 * characters on its SHA-256 stands for it.
 */
export type Operation = Get | Set | Add | Increment | CompareAndSet | DecayingAdd | Delete

/**
 * Reads a value. Answers an {@link Entry}, or undefined; a count is read as its digits, sums as a text in the store's
 * own form.
 */
export interface Get {
  /** Names the operation. */
  readonly op: 'get'
  /** Of any length. */
  readonly key: string
}

/** Replaces the value. Answers the {@link Entry}. */
export interface Set {
  /** Names the operation. */
  readonly op: 'set'
  /** Of any length. */
  readonly key: string
  /** The new value. */
  readonly value: string
  /** Milliseconds until it is forgotten; 0 and Infinity: never. */
  readonly ttl: number
}

/** Writes a value where there is none. Answers the value that is there now, and whether it was `added`. */
export interface Add {
  /** Names the operation. */
  readonly op: 'add'
  /** Of any length. */
  readonly key: string
  /** The new value. */
  readonly value: string
  /** Milliseconds until it is forgotten; 0 and Infinity: never. */
  readonly ttl: number
}

/**
 * Adds a whole number to a count. Answers the {@link Counter}. A new count expires after
 * `ttl` from now; an old one keeps its time. By 0 it only reads, and creates nothing.
 */
export interface Increment {
  /** Names the operation. */
  readonly op: 'increment'
  /** Of any length. */
  readonly key: string
  /** A whole number; may be negative. */
  readonly by: number
  /** Milliseconds until it is forgotten; 0 and Infinity: never. */
  readonly ttl: number
}

/** Writes a value where `expected` is there, or where nothing is there if that is undefined. Answers whether it did. */
export interface CompareAndSet {
  /** Names the operation. */
  readonly op: 'compareAndSet'
  /** Of any length. */
  readonly key: string
  /** The value that must be there; undefined: none. */
  readonly expected: string | undefined
  /** The new value. */
  readonly value: string
  /** Milliseconds until it is forgotten; 0 and Infinity: never. */
  readonly ttl: number
}

/**
 * Adds amounts to sums of which half is gone after each `halfLife`. Answers the sums, as many as there are amounts.
 * Its time begins again, unless all amounts are zero: that only reads, and creates nothing.
 */
export interface DecayingAdd {
  /** Names the operation. */
  readonly op: 'decayingAdd'
  /** Of any length. */
  readonly key: string
  /** Added to the sums, one by one. */
  readonly amounts: readonly number[]
  /** Milliseconds after which half of a sum is left. */
  readonly halfLife: number
  /** Milliseconds until it is forgotten; 0 and Infinity: never. */
  readonly ttl: number
}

/** Removes the value. Answers whether there was one. */
export interface Delete {
  /** Names the operation. */
  readonly op: 'delete'
  /** Of any length. */
  readonly key: string
}

/** What an operation answers. */
export type AnswerTo<O extends Operation> = O extends Get
  ? Entry | undefined
  : O extends Set
    ? Entry
    : O extends Add
      ? Entry & { readonly added: boolean }
      : O extends Increment
        ? Counter
        : O extends DecayingAdd
          ? readonly number[]
          : boolean

/** What a list of operations answers, in its order. */
export type Answers<O extends readonly Operation[]> = { readonly [Index in keyof O]: AnswerTo<O[Index]> }

/** Counts and remembers. */
export interface Store {
  /** Runs all operations of a list, in its order where keys are the same, in one round trip. */
  run<const O extends readonly Operation[]>(operations: O): Answers<O> | Promise<Answers<O>>
  /** The same together with the next list, half a second later at most: for what no caller waits for. */
  later?<const O extends readonly Operation[]>(operations: O): Promise<Answers<O>>
  /** It never fails and never waits: postern() need not give it a fallback. */
  readonly neverFails?: true
  /** Releases what the store itself has opened. */
  close?(): void | Promise<void>
}
