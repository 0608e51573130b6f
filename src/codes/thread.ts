/** The thread for codes: searches the pictures of one message after another, each within its share of CPU. */
import { cpuUsage } from 'node:process'
import { serveTasks } from '../threads/serve-tasks.ts'
import type { CodeTask } from './picture.ts'
import { CodeSearch } from './search.ts'
import { loadZxing } from './zxing.ts'

const loading = loadZxing()
// Reported by the first task that waits for it.
loading.catch(() => undefined)

serveTasks<CodeTask>(async ({ pictures }) => await new CodeSearch(await loading, cpuTime).read(pictures))

/** Milliseconds of CPU of this thread; of the process where Node.js does not tell. */
function cpuTime(): number {
  const { user, system } = typeof process.threadCpuUsage === 'function' ? process.threadCpuUsage() : cpuUsage()
  return (user + system) / 1000
}
