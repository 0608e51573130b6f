/** What is counted and remembered between sessions. Small on purpose, so that a database can stand behind it. */

/** What stands under a key. */
export interface Entry {
  readonly value: string
  /** Milliseconds until it is forgotten; absent: never. */
  readonly endsIn?: number
}

/** A count. */
export interface Counter {
  readonly count: number
  /** Milliseconds until it is forgotten; absent: never. */
  readonly endsIn?: number
}

/**
 * One thing to do, atomic by itself. `lasts` and `halfLife` are in milliseconds; 0 and Infinity mean for ever.
 *
 * What one kind of operation finds of another kind that makes no sense to it counts as nothing: an `increment` begins
 * at 0 where no whole number stands, an `accrue` where no sums stand. A key may be of any length: from 129 characters
 * on its SHA-256 stands for it.
 */
export type Operation = Get | Set | Add | Increment | CompareAndSet | DecayingAdd | Delete

/** Looks. Answers an {@link Entry}, or undefined; a count is read as its digits, sums as a text of the store's own. */
export interface Get {
  readonly op: 'get'
  readonly key: string
}

/** Puts a value in the place of what is there. Answers the {@link Entry}. */
export interface Set {
  readonly op: 'set'
  readonly key: string
  readonly value: string
  readonly ttl: number
}

/** Puts a value where nothing is. Answers what stands there now, and whether it was `added`. */
export interface Add {
  readonly op: 'add'
  readonly key: string
  readonly value: string
  readonly ttl: number
}

/**
 * Adds a whole number to a count. Answers the {@link Counter}. One that is new begins its time now; one that is there
 * keeps the end it has. By 0 it only looks, and makes nothing.
 */
export interface Increment {
  readonly op: 'increment'
  readonly key: string
  readonly by: number
  readonly ttl: number
}

/** Puts a value where `expected` stands, or where nothing stands if that is undefined. Answers whether it did. */
export interface CompareAndSet {
  readonly op: 'compareAndSet'
  readonly key: string
  readonly expected: string | undefined
  readonly value: string
  readonly ttl: number
}

/**
 * Adds amounts to sums of which half is gone after each `halfLife`. Answers the sums, as many as there are amounts.
 * Its time begins anew, unless all amounts are zero: that only looks, and makes nothing.
 */
export interface DecayingAdd {
  readonly op: 'decayingAdd'
  readonly key: string
  readonly amounts: readonly number[]
  readonly halfLife: number
  readonly ttl: number
}

/** Takes away what is there. Answers whether something was. */
export interface Delete {
  readonly op: 'delete'
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
export type Answers<O extends readonly Operation[]> = { readonly [Place in keyof O]: AnswerTo<O[Place]> }

/** Remembers. */
export interface Store {
  /** Does all of a list, in its order where keys are the same, in one round trip. */
  run<const O extends readonly Operation[]>(operations: O): Answers<O> | Promise<Answers<O>>
  /** The same, with the next list that anybody hands in, half a second later at most: for what nobody waits for. */
  later?<const O extends readonly Operation[]>(operations: O): Promise<Answers<O>>
  /** It never fails and never makes anybody wait: postern() need not insure it. */
  readonly neverFails?: true
  /** Gives back what the store itself has opened. */
  close?(): void | Promise<void>
}
