/** Training examples reach the other nodes once, though the store is slow, down, or begins anew. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type SyncOptions, TrainingSync } from '../../../src/filters/classify/sync.ts'
import type { LoggedExample } from '../../../src/filters/classify/training-log.ts'
import type { Notice } from '../../../src/model/services.ts'
import type { Operation, Store } from '../../../src/model/store.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { withFallback } from '../../../src/store/with-fallback.ts'
import { settled } from '../../../src/testing/clock.ts'
import { handClock } from '../../support/hand-clock.ts'
import { scratch } from '../../support/scratch.ts'

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
  const node = (store: Store, more: Partial<SyncOptions> = {}) => {
    const received: string[] = []
    const services = { store, clock, notify } as unknown as SyncOptions['services']
    const sync = new TrainingSync({ services, ttl: 1e9, onExample: ({ id }) => received.push(id), ...more })
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

test('P11 while the store is down a thousand examples wait in memory, and the next is refused, not dropped', async () => {
  const { clock, notices, notify, node } = setting()
  const away = withFallback({ run: () => Promise.reject(new Error('away')) } as Store, { clock, notify })
  const { sync } = node(away)
  await settled()
  for (let count = 0; count < 1_000; count += 1) await sync.publish(example(`${count}`))
  await expect(sync.publish(example('next'))).rejects.toThrow(
    '1000 training examples wait for the store, which is down',
  )
  expect(() => sync.assertRoom()).toThrow('no further one is taken until it is up')
  expect(notices.filter(({ code }) => code === 'classify/shared')).toEqual([])
  sync.stop()
  expect(notices.at(-1)).toEqual({
    code: 'classify/shared',
    reason: '1000 training examples of this node were in memory alone, and are lost to the others',
    level: 'warning',
  })
  away.stop()
})

test('P11 examples of an outage reach the other nodes though their own node was killed meanwhile', async () => {
  const folder = await scratch()
  const { clock, shared, notify, node } = setting()
  let isUp = false
  const run = (operations: readonly Operation[]) =>
    isUp ? shared.run(operations) : Promise.reject(new Error('the store is away'))
  const other = node(shared)
  const away = withFallback({ run } as Store, { clock, notify })
  const killed = node(away, { folder: folder.path })
  await settled()
  for (const id of ['one', 'two', 'three']) await killed.sync.publish(example(id))
  expect(await readdir(join(folder.path, 'unsent'))).toHaveLength(3)
  // What a killed process does: nothing more.
  killed.sync.stop()
  away.stop()
  isUp = true
  const next = node(shared, { folder: folder.path })
  await expect.poll(() => shared.run([{ op: 'get', key: 'classify:examples' }])[0]?.value).toBe('3')
  await clock.advance(POLL)
  await clock.advance(POLL)
  expect(other.received).toEqual(['one', 'two', 'three'])
  await expect.poll(() => readdir(join(folder.path, 'unsent'))).toEqual([])
  next.sync.stop()
  other.sync.stop()
  await folder.remove()
})

test('P11 what the disk does not take waits in memory, is written when it does, and no half of it is left', async () => {
  const folder = await scratch()
  const unsent = join(folder.path, 'unsent')
  const { clock, notices, notify, node } = setting()
  const away = withFallback({ run: () => Promise.reject(new Error('away')) } as Store, { clock, notify })
  const { sync } = node(away, { folder: folder.path })
  await expect.poll(() => readdir(folder.path)).toEqual(['unsent'])
  await rm(unsent, { recursive: true })
  await writeFile(unsent, 'in the way')
  await sync.publish(example('one'))
  expect(notices.map(({ code }) => code)).toContain('classify/shared')
  expect(sync.waiting).toBe(1)
  await rm(unsent)
  await mkdir(unsent)
  await clock.advance(POLL)
  await expect.poll(() => readdir(unsent)).toEqual([expect.stringMatching(/\.example$/)])
  const before = notices.length
  sync.stop()
  expect(notices).toHaveLength(before)
  away.stop()
  await folder.remove()
})

test('P11 a file of another process that is gone meanwhile, or is none of ours, stops nothing', async () => {
  const folder = await scratch()
  const { clock, shared, node } = setting()
  await mkdir(join(folder.path, 'unsent'))
  await writeFile(join(folder.path, 'unsent', 'a.example'), 'no example')
  await writeFile(join(folder.path, 'unsent', 'README'), 'not ours')
  await writeFile(join(folder.path, 'unsent', 'b.example'), 'x'.repeat(5 * 1024 * 1024))
  await mkdir(join(folder.path, 'unsent', 'c.example'))
  const [one, other] = [node(shared, { folder: folder.path }), node(shared)]
  await one.sync.publish(example('mine'))
  await clock.advance(POLL)
  await clock.advance(POLL)
  expect(other.received).toEqual(['mine'])
  // The others have not seen what is no example.
  expect(shared.run([{ op: 'get', key: 'classify:examples' }])[0]?.value).toBe('1')
  const refused = ['a.example.refused', 'b.example.refused', 'c.example.refused']
  await expect.poll(() => readdir(join(folder.path, 'unsent'))).toEqual(['README', ...refused])
  one.sync.stop()
  other.sync.stop()
  await folder.remove()
})

test('P11 a store that has begun anew and counts beyond the old end is read from its beginning', async () => {
  const { clock, node } = setting()
  let current = memoryStore({ clock })
  const behind: Store = { run: operations => current.run(operations) }
  const [one, other] = [node(behind), node(behind)]
  await settled()
  for (const id of ['a', 'b']) await one.sync.publish(example(id))
  await clock.advance(POLL)
  other.sync.stop()
  current = memoryStore({ clock })
  for (const id of ['c', 'd', 'e', 'f']) await one.sync.publish(example(id))
  const { position: from } = other.sync
  const back = node(behind, from && { from })
  await settled()
  await clock.advance(POLL)
  // The store has lost the first two too, which others may not have read: they are written again.
  expect(back.received).toEqual(['c', 'd', 'e', 'f', 'a', 'b'])
  one.sync.stop()
  back.sync.stop()
})

test('P11 an example whose writer ended before it moved the end is read, and the end is moved', async () => {
  const { clock, shared, node } = setting()
  const dying: Store = {
    run: operations =>
      (operations as readonly Operation[])[0]?.op === 'compareAndSet'
        ? Promise.reject(new Error('the process ends'))
        : shared.run(operations),
  }
  const [one, other] = [node(dying), node(shared)]
  await settled()
  await one.sync.publish(example('last words'))
  one.sync.stop()
  await clock.advance(POLL)
  expect(other.received).toEqual(['last words'])
  expect(shared.run([{ op: 'get', key: 'classify:examples' }])[0]?.value).toBe('1')
  other.sync.stop()
})

test('P11 nodes that write at the same time lose no example, and use no number twice', async () => {
  const { clock, shared, node } = setting()
  const slow: Store = {
    run: async operations => {
      await new Promise(resolve => setImmediate(resolve))
      return shared.run(operations)
    },
  }
  const nodes = [node(slow), node(slow), node(slow)]
  const reader = node(shared)
  await settled()
  const ids = Array.from({ length: 30 }, (_, index) => `${index}`)
  await Promise.all(ids.map((id, index) => nodes[index % nodes.length]?.sync.publish(example(id))))
  await clock.advance(POLL)
  await clock.advance(POLL)
  expect(reader.received.toSorted()).toEqual(ids.toSorted())
  expect(shared.run([{ op: 'get', key: 'classify:examples' }])[0]?.value).toBe('30')
  for (const { sync } of [...nodes, reader]) sync.stop()
})

test('a node that knows nothing reads what the store still has; one with training of an unknown day does not', async () => {
  const { clock, shared, node } = setting()
  const one = node(shared)
  await settled()
  await one.sync.publish(example('earlier'))
  const [fresh, trained] = [node(shared, { readsAll: true }), node(shared)]
  await settled()
  await one.sync.publish(example('later'))
  await clock.advance(POLL)
  expect([fresh.received, trained.received]).toEqual([['earlier', 'later'], ['later']])
  for (const { sync } of [one, fresh, trained]) sync.stop()
})
