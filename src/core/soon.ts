/** What may be there at once: a promise that nobody needs costs more than most answers. */
export type Soon<T> = T | Promise<T>

/** What `next` makes of `value`: now if it is there, and when it comes if not. */
export const soon = <T, U>(value: Soon<T>, next: (value: T) => Soon<U>): Soon<U> =>
  value instanceof Promise ? value.then(next) : next(value)
