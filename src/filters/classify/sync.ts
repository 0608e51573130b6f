/** Lessons that several nodes share through their store: a log that each of them reads to its end now and then. */
import { nodeCrypto } from '../../model/lazy.ts'
import type { Services } from '../../model/services.ts'
import type { LoggedExample } from './training-log.ts'

export interface TrainingSync {
  /** Lets the other nodes learn it too. */
  publish(taught: LoggedExample): Promise<void>
  stop(): void
}

export interface SyncOptions {
  readonly services: Services
  /** Milliseconds that a lesson waits for nodes that are away. */
  readonly ttl: number
  /** Another node was taught. */
  readonly onExample: (taught: LoggedExample) => void
}

const COUNT = 'classify:lessons'
const LOOK_EVERY = 10_000

/** Lessons read at one look, so that nobody is held for long. */
const MAX_AT_ONCE = 100

export function syncTraining({ services, ttl, onExample }: SyncOptions): TrainingSync {
  const { store, clock, notify } = services
  const node = nodeCrypto().randomUUID()
  let read: number | undefined
  let cancel: (() => void) | undefined
  let away = false
  let stopped = false

  const look = async (): Promise<void> => {
    const [{ count }] = await store.run([{ op: 'increment', key: COUNT, by: 0, ttl: 0 }])
    // What was said before this node began is in its snapshot, or in that of a neighbour to be merged.
    read ??= count
    const from = read > count ? 0 : read
    const numbers = Array.from({ length: Math.min(count - from, MAX_AT_ONCE) }, (_, index) => from + index + 1)
    const answers = await store.run(numbers.map(number => ({ op: 'get', key: `${COUNT}:${number}` }) as const))
    for (const entry of answers) {
      const lesson = entry && readExample(entry.value)
      if (lesson !== undefined && lesson.node !== node) onExample(lesson.taught)
    }
    read = from + numbers.length
  }
  const lookAgain = async (): Promise<void> => {
    try {
      await look()
      away = false
    } catch (error) {
      if (!away) notify({ code: 'classify/shared', reason: `the lessons of other nodes: ${error}`, level: 'warning' })
      away = true
    }
    if (!stopped) cancel = clock.after(LOOK_EVERY, lookAgain)
  }
  lookAgain()
  return {
    publish: async taught => {
      const [{ count }] = await store.run([{ op: 'increment', key: COUNT, by: 1, ttl: 0 }])
      const value = JSON.stringify({ ...taught, octets: Buffer.from(taught.octets).toString('base64'), node })
      await store.run([{ op: 'set', key: `${COUNT}:${count}`, value, ttl }])
    },
    stop: () => {
      stopped = true
      cancel?.()
    },
  }
}

/** Whatever stands in the store: only a lesson is taken for one. */
function readExample(text: string): { readonly node: string; readonly taught: LoggedExample } | undefined {
  try {
    const { node, id, by, label, undo, weight, octets } = JSON.parse(text) as Record<string, unknown>
    if (typeof node !== 'string' || typeof id !== 'string' || typeof by !== 'string') return undefined
    if ((label !== 'ham' && label !== 'spam') || typeof undo !== 'boolean' || typeof octets !== 'string')
      return undefined
    if (typeof weight !== 'number' || !(weight >= 0 && weight <= 1)) return undefined
    return { node, taught: { id, by, label, undo, weight, octets: Buffer.from(octets, 'base64') } }
  } catch {
    return undefined
  }
}
