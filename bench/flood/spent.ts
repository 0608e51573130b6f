/** What this process has spent, and the most memory it had since that was last asked. */
import type { Spent } from './words.ts'

let peak = 0
setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss())
}, 100).unref()

export function spentNow(): Spent {
  const { user, system } = process.cpuUsage()
  const resident = process.memoryUsage.rss()
  const said = { cpu: (user + system) / 1000, resident, peak: Math.max(peak, resident) }
  peak = 0
  return said
}
