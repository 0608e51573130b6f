/** Reads the state of the process: how busy its event loop is, and how much of its memory is in use. */
import { totalmem } from 'node:os'
import { performance } from 'node:perf_hooks'
import { lazy } from '../model/lazy.ts'

/** Reads the state of this process for a load meter. */
export interface ProcessProbe {
  /** The share of time in which the event loop was busy since the last call. */
  busy(): number
  /** The share of memory in use: of the process's limit or of V8's heap, whichever is higher. */
  memory(): number
  /** How many file descriptors are open. @default the number that the system lists */
  descriptors?(): number
}

const v8 = lazy(() => process.getBuiltinModule('node:v8'))

/** @param limit bytes; without it the limit of the container, or else the memory of the machine */
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
      const { used_heap_size: used, heap_size_limit: limit } = v8().getHeapStatistics()
      return Math.max(process.memoryUsage.rss() / allowed, used / limit)
    },
  }
}
