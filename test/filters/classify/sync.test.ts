/** Training examples reach the other nodes once, though the store is slow, down, or begins anew. */
import { expect, test } from 'vitest'
import { type SyncOptions, TrainingSync } from '../../../src/filters/classify/sync.ts'
import type { LoggedExample } from '../../../src/filters/classify/training-log.ts'
import type { Notice } from '../../../src/model/services.ts'
import type { Operation, Store } from '../../../src/model/store.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { withFallback } from '../../../src/store/with-fallback.ts'
import { settled } from '../../../src/testing/clock.ts'
import { handClock } from '../../support/hand-clock.ts'

const example = (id: string): LoggedExample => ({
  ...{ id, by: 'user:alice', label: 'spam', undo: false, weight: 1 },
  features: Buffer.from('a'),
})
const POLL = 10_000

function setting() {
  const clock = handClock()
  const shared = memoryStore({ clock })
  const notices: Notice[] = []
  const notify = (notice: Notice) => notices.push(notice)
  const node = (store: Store) => {
    const received: string[] = []
    const services = { store, clock, notify } as unknown as SyncOptions['services']
    const sync = new TrainingSync({ services, ttl: 1e9, onExample: ({ id }) => received.push(id) })
    return { received, sync }
  }
  return { clock, shared, notices, notify, node }
}

test('P11 an example that was counted and not yet written when another node looked is learned by it later', async () => {
  const { clock, shared, notices, node } = setting()
  let release: (() => void) | undefined
  let isHeld = false
  const run = async (operations: readonly Operation[]) => {
    if (isHeld && operations[0]?.op === 'add')
      await new Promise<void>(resolve => {
        release = resolve
      })
    return shared.run(operations)
  }
  const [one, other] = [node({ run } as Store), node(shared)]
  await settled()
  await one.sync.publish(example('first'))
  isHeld = true
  const writing = one.sync.publish(example('slow'))
  await clock.advance(POLL)
  expect(other.received).toEqual(['first'])
  isHeld = false
  release?.()
  await writing
  await one.sync.publish(example('last'))
  await clock.advance(POLL)
  expect(other.received.toSorted()).toEqual(['first', 'last', 'slow'])
  await clock.advance(5 * POLL)
  expect(other.received).toHaveLength(3)
  expect(notices).toEqual([])
  one.sync.stop()
  other.sync.stop()
})

test('P11 examples of an outage reach the other nodes when the store is up again', async () => {
  const { clock, shared, notify, node } = setting()
  let isUp = true
  const run = (operations: readonly Operation[]) =>
    isUp ? shared.run(operations) : Promise.reject(new Error('the store is away'))
  const [one, other] = [0, 1].map(() => node(withFallback({ run } as Store, { clock, notify, nodes: 2 }))) as [
    ReturnType<typeof node>,
    ReturnType<typeof node>,
  ]
  await settled()
  await one.sync.publish(example('before'))
  await clock.advance(POLL)
  isUp = false
  for (const id of ['during', 'too']) await one.sync.publish(example(id))
  await clock.advance(3 * POLL)
  expect(other.received).toEqual(['before'])
  isUp = true
  await clock.advance(60_000)
  expect(other.received.toSorted()).toEqual(['before', 'during', 'too'])
  await other.sync.publish(example('after'))
  await clock.advance(60_000)
  expect(one.received).toEqual(['after'])
  one.sync.stop()
  other.sync.stop()
})

test('P11 an example that the store has lost before the next poll is written again, and overwrites no other', async () => {
  const { clock, node } = setting()
  let current = memoryStore({ clock })
  const behind: Store = { run: operations => current.run(operations) }
  const [one, other] = [node(behind), node(behind)]
  await settled()
  await one.sync.publish(example('kept'))
  await clock.advance(POLL)
  await one.sync.publish(example('lost'))
  current = memoryStore({ clock })
  current.run([{ op: 'set', key: 'classify:examples:1', value: 'of another node', ttl: 0 }])
  await clock.advance(3 * POLL)
  expect(other.received).toContain('lost')
  const [entry] = current.run([{ op: 'get', key: 'classify:examples:1' }])
  expect(entry?.value).toBe('of another node')
  one.sync.stop()
  other.sync.stop()
})

test('P11 while the store is down a thousand examples wait, and the operator gets one notice when there are more', async () => {
  const { clock, notices, notify, node } = setting()
  const away = withFallback({ run: () => Promise.reject(new Error('away')) } as Store, { clock, notify })
  const { sync } = node(away)
  await settled()
  for (let count = 0; count < 1_005; count += 1) await sync.publish(example(`${count}`))
  expect(notices.filter(({ code }) => code === 'classify/shared')).toHaveLength(1)
  sync.stop()
  away.stop()
})
