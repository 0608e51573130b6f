/** A limit on what runs at once, and on who may wait for it. */

export interface ConcurrencyLimiter {
  /**
   * Takes a turn, or waits for one. Gives back what ends the turn; nothing, if too many wait already or `signal` aborts.
   * To end a turn twice changes nothing.
   */
  enter(signal: AbortSignal): Promise<(() => void) | undefined>
}

/** Turns are given in the order of asking. */
export function concurrencyLimiter(limit: number, waiting: number): ConcurrencyLimiter {
  let running = 0
  // Insertion order is the order of the queue, and leaving it from the middle costs the same as from its head.
  const queue = new Set<() => void>()

  const leave = () => {
    running -= 1
    const [next] = queue
    next?.()
  }
  const turn = () => {
    running += 1
    let over = false
    return () => {
      if (over) return
      over = true
      leave()
    }
  }

  return {
    enter: async signal => {
      if (signal.aborted) return undefined
      if (running < limit) return turn()
      if (queue.size >= waiting) return undefined
      const { promise, resolve } = Promise.withResolvers<(() => void) | undefined>()
      const settle = (end: (() => void) | undefined) => {
        queue.delete(go)
        signal.removeEventListener('abort', giveUp)
        resolve(end)
      }
      const go = () => settle(turn())
      const giveUp = () => settle(undefined)
      queue.add(go)
      signal.addEventListener('abort', giveUp)
      return await promise
    },
  }
}
