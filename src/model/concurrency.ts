/** A limit on concurrent work, and on the queue for it. */

export interface ConcurrencyLimiter {
  /**
   * Takes a slot, or waits for one. @returns a function that frees the slot, once however often it is called; undefined
   * if the queue is full or `signal` aborts
   */
  enter(signal: AbortSignal): Promise<(() => void) | undefined>
}

/** Slots are given in the order of the calls. */
export function concurrencyLimiter(limit: number, maxQueue: number): ConcurrencyLimiter {
  let running = 0
  // A Set keeps the order of insertion, and removing from the middle is as cheap as from the head.
  const queue = new Set<() => void>()

  const leave = () => {
    running -= 1
    const [next] = queue
    next?.()
  }
  const take = () => {
    running += 1
    let isFreed = false
    return () => {
      if (isFreed) return
      isFreed = true
      leave()
    }
  }

  return {
    enter: async signal => {
      if (signal.aborted) return undefined
      if (running < limit) return take()
      if (queue.size >= maxQueue) return undefined
      const { promise, resolve } = Promise.withResolvers<(() => void) | undefined>()
      const settle = (free: (() => void) | undefined) => {
        queue.delete(go)
        signal.removeEventListener('abort', giveUp)
        resolve(free)
      }
      const go = () => settle(take())
      const giveUp = () => settle(undefined)
      queue.add(go)
      signal.addEventListener('abort', giveUp)
      return await promise
    },
  }
}
