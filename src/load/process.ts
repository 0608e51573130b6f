/** What the process itself shows: how late its event loop is, how busy, how near to the end of its memory. */
import { totalmem } from 'node:os'
import { performance } from 'node:perf_hooks'
import { lazy } from '../model/lazy.ts'

export interface ProcessProbe {
  /** The share of time in which the event loop was busy, since this was last asked. */
  busy(): number
  /** The share of memory that is taken: of the process's limit, or of V8's heap, whichever is nearer to its end. */
  memory(): number
  /** How many file descriptors are open. @default what the system lists */
  descriptors?(): number
}

const v8 = lazy(() => process.getBuiltinModule('node:v8'))

/** @param limit bytes; absent: what the container allows, or else what the machine has */
export function processProbe(limit?: number): ProcessProbe {
  const allowed = limit ?? Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem())
  let before = performance.eventLoopUtilization()
  return {
    busy: () => {
      const now = performance.eventLoopUtilization()
      const { utilization } = performance.eventLoopUtilization(now, before)
      before = now
      return Number.isFinite(utilization) ? utilization : 0
    },
    memory: () => {
      const { used_heap_size: used, heap_size_limit: most } = v8().getHeapStatistics()
      return Math.max(process.memoryUsage.rss() / allowed, used / most)
    },
  }
}
