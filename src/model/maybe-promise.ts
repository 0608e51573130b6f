/** Values that may be there at once: an unneeded promise costs more than most answers. */

/** A value, or the promise of one. */
export type MaybePromise<T> = T | Promise<T>

/** What `next` makes of `value`: now if it is there, and when it comes if not. */
export const thenSync = <T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> =>
  value instanceof Promise ? value.then(next) : next(value)
