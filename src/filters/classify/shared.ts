/** Lessons that several nodes share through their store: a log that each of them reads to its end now and then. */
import { nodeCrypto } from '../../core/lazily.ts'
import type { World } from '../../core/world.ts'
import type { Taught } from './lessons.ts'

export interface SharedLessons {
  /** Lets the other nodes learn it too. */
  publish(taught: Taught): Promise<void>
  stop(): void
}

export interface SharedOptions {
  readonly world: World
  /** Milliseconds that a lesson waits for nodes that are away. */
  readonly lasts: number
  /** Another node was taught. */
  readonly heard: (taught: Taught) => void
}

const COUNT = 'classify:lessons'
const LOOK_EVERY = 10_000

/** Lessons read at one look, so that nobody is held for long. */
const MOST_AT_ONCE = 100

export function shareLessons({ world, lasts, heard }: SharedOptions): SharedLessons {
  const { store, clock, notify } = world
  const node = nodeCrypto().randomUUID()
  let read: number | undefined
  let cancel: (() => void) | undefined
  let away = false
  let stopped = false

  const look = async (): Promise<void> => {
    const [{ count }] = await store.run([{ op: 'increment', key: COUNT, by: 0, lasts: 0 }])
    // What was said before this node began is in its snapshot, or in that of a neighbour to be merged.
    read ??= count
    const from = read > count ? 0 : read
    const numbers = Array.from({ length: Math.min(count - from, MOST_AT_ONCE) }, (_, index) => from + index + 1)
    const answers = await store.run(numbers.map(number => ({ op: 'get', key: `${COUNT}:${number}` }) as const))
    for (const entry of answers) {
      const lesson = entry && readLesson(entry.value)
      if (lesson !== undefined && lesson.node !== node) heard(lesson.taught)
    }
    read = from + numbers.length
  }
  const lookAgain = async (): Promise<void> => {
    try {
      await look()
      away = false
    } catch (error) {
      if (!away) notify({ what: 'classify/shared', reason: `the lessons of other nodes: ${error}`, level: 'warning' })
      away = true
    }
    if (!stopped) cancel = clock.after(LOOK_EVERY, lookAgain)
  }
  lookAgain()
  return {
    publish: async taught => {
      const [{ count }] = await store.run([{ op: 'increment', key: COUNT, by: 1, lasts: 0 }])
      const value = JSON.stringify({ ...taught, octets: Buffer.from(taught.octets).toString('base64'), node })
      await store.run([{ op: 'set', key: `${COUNT}:${count}`, value, lasts }])
    },
    stop: () => {
      stopped = true
      cancel?.()
    },
  }
}

/** Whatever stands in the store: only a lesson is taken for one. */
function readLesson(text: string): { readonly node: string; readonly taught: Taught } | undefined {
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
