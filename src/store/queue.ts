/** A queue of entries that can also be left from its middle: every operation takes the same short time. */

/** What stands in a queue, linked to its neighbours. */
export interface Link<L> {
  previous: L | undefined
  next: L | undefined
}

export interface Queue<L> {
  head: L | undefined
  tail: L | undefined
}

export const emptyQueue = <L>(): Queue<L> => ({ head: undefined, tail: undefined })

/** Joins at the end. */
export function join<L extends Link<L>>(queue: Queue<L>, link: L): void {
  link.previous = queue.tail
  link.next = undefined
  if (queue.tail) queue.tail.next = link
  else queue.head = link
  queue.tail = link
}

/** Leaves, from wherever it stands. */
export function leave<L extends Link<L>>(queue: Queue<L>, link: L): void {
  if (link.previous) link.previous.next = link.next
  else queue.head = link.next
  if (link.next) link.next.previous = link.previous
  else queue.tail = link.previous
  link.previous = undefined
  link.next = undefined
}
