/** How long one turn of the event loop takes of this thread's processor time, whatever else the machine does. */

/** Runs `work`, and returns what it settles with and the longest turn while it ran, in milliseconds of CPU. */
export async function longestTurn<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  let longest = 0
  let isOver = false
  let last = process.threadCpuUsage()
  const look = (): void => {
    const now = process.threadCpuUsage()
    longest = Math.max(longest, now.user + now.system - last.user - last.system)
    last = now
    if (!isOver) setImmediate(look)
  }
  setImmediate(look)
  try {
    return { result: await work(), ms: longest / 1000 }
  } finally {
    look()
    isOver = true
  }
}

/** The least of ten measurements, or of fewer as soon as one is under `enough`: some collect the garbage of others. */
export async function leastOf(measure: () => Promise<number>, enough: number): Promise<number> {
  let least = Infinity
  for (let run = 0; run < 10 && least >= enough; run += 1) least = Math.min(least, await measure())
  return least
}
