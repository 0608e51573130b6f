/** Processor time, for bounds that hold on a machine that is busy with other things. */

/** Milliseconds of CPU that this process has used so far, all threads together. */
export const cpuTime = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Milliseconds of CPU that `work` takes: the least of `runs`, since other processes only add to it. */
export function cpuOf(work: () => unknown, runs = 3): number {
  let least = Infinity
  for (let run = 0; run < runs; run++) {
    const before = cpuTime()
    work()
    least = Math.min(least, cpuTime() - before)
  }
  return least
}

/** Milliseconds of CPU that this thread has used so far. */
export function threadTime(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** The longest stretch, in milliseconds of CPU of this thread, for which `work` kept the event loop to itself. */
export async function longestStretch(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let last = threadTime()
  let over = false
  const turn = (): void => {
    const now = threadTime()
    longest = Math.max(longest, now - last)
    last = now
    if (!over) setImmediate(turn)
  }
  setImmediate(turn)
  await work()
  over = true
  await new Promise(resolve => setImmediate(resolve))
  return longest
}
