/** The CPU that a thread has used. */

/** Milliseconds of CPU of this thread. Node.js before 23.9: those of a clock, which are more. */
export function cpuTime(): number {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } }
  if (!threadCpuUsage) return performance.now()
  const { user, system } = threadCpuUsage()
  return (user + system) / 1000
}
