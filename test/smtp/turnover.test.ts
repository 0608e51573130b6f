/** Which sessions begin and end while the process has few file descriptors left. */
import { expect, test } from 'vitest'
import type { DescriptorUse } from '../../src/model/load.ts'
import { type SessionSlot, SessionSlots } from '../../src/smtp/session-slots.ts'
import { handClock } from '../support/hand-clock.ts'

const SESSIONS = 10
const order: readonly DescriptorUse[] = ['session', 'replacement', 'file', 'known-session', 'known-file', 'delivery']

/** Ten sessions are short of descriptors; each further use has two more. */
function setting(isKnown?: (ip: string) => Promise<boolean>) {
  const clock = handClock()
  let [open, overflows] = [0, 0]
  const load = {
    adjust: (_: string, by: number) => {
      open += by
    },
    hasDescriptor: (use: DescriptorUse) => open < SESSIONS + 2 * order.indexOf(use),
    reportOverflow: () => {
      overflows += 1
    },
  }
  const slots = new SessionSlots(undefined, {
    now: clock.monotonic,
    notify: () => undefined,
    load: () => load,
    ...(isKnown && { isKnown }),
  })
  const evicted: string[] = []
  const occupy = (slot: SessionSlot, name: string, overdue: () => number | undefined) => {
    slot.occupant = {
      overdue,
      evict: () => {
        evicted.push(name)
        slot.release()
      },
    }
    return slot
  }
  const take = (ip: string, overdue: () => number | undefined = () => undefined) => {
    const slot = slots.takeNow(ip)
    return slot && occupy(slot, ip, overdue)
  }
  return { slots, take, clock, evicted, overflows: () => overflows, open: () => open }
}

const fill = ({ take }: ReturnType<typeof setting>, overdue: (index: number) => number | undefined) =>
  Array.from({ length: SESSIONS }, (_, index) => take(`192.0.${index}.1`, () => overdue(index)))

test('K03 a stranger takes the place of the session that is overdue longest, and of none that gets on', () => {
  const host = setting()
  fill(host, index => (index === 7 ? 5_000 : index - 8))
  expect(host.take('198.51.100.1')).toBeDefined()
  expect(host.take('198.51.100.2')).toBeDefined()
  expect(host.evicted).toEqual(['192.0.7.1', '192.0.9.1'])
  expect(host.take('198.51.100.3')).toBeUndefined()
  expect([host.open(), host.overflows()]).toEqual([SESSIONS, 3])
})

test('K03 a client whose session was ended comes last for a minute, and the next time for two', async () => {
  const host = setting()
  const slots = fill(host, index => (index === 1 ? undefined : 1))
  expect(host.take('198.51.100.1')).toBeDefined()
  expect(host.evicted).toEqual(['192.0.0.1'])
  expect(host.take('192.0.0.1')).toBeUndefined()
  await host.clock.advance(60_000)
  // It has served its time; here it stands still again.
  expect(host.take('192.0.0.1', () => 2)).toBeDefined()
  expect(host.evicted).toEqual(['192.0.0.1', '192.0.2.1'])
  expect(host.take('198.51.100.2')).toBeDefined()
  expect(host.evicted.at(-1)).toBe('192.0.0.1')
  await host.clock.advance(119_000)
  expect(host.take('192.0.0.1')).toBeUndefined()
  await host.clock.advance(1_000)
  expect(host.take('192.0.0.1')).toBeDefined()
  expect(slots).toHaveLength(SESSIONS)
})

test('K03 while there is room a client that comes last is let in, and is ended as soon as there is none', () => {
  const host = setting()
  const [, idle] = fill(host, index => (index === 0 ? 1 : undefined))
  const other = host.take('198.51.100.1')
  other?.release()
  expect(host.take('192.0.0.1', () => -2_999)).toBeDefined()
  expect(host.take('198.51.100.2')).toBeDefined()
  expect(host.evicted).toEqual(['192.0.0.1', '192.0.0.1'])
  idle?.release()
})

test('K03 a client that has brought mail has a reserve, and is ended after all strangers', () => {
  const host = setting()
  host.take('203.0.113.1')?.delivered()
  fill(host, () => undefined)
  expect(host.take('198.51.100.1')).toBeUndefined()
  const known = Array.from({ length: 6 }, (_, index) => host.take('203.0.113.1', () => (index === 0 ? 9_000 : -1)))
  expect(known.filter(Boolean)).toHaveLength(6)
  expect([host.open(), host.evicted]).toEqual([SESSIONS + 6, []])
  // The reserve is used up, and strangers have none.
  expect(host.take('203.0.113.1')).toBeUndefined()
  expect(host.take('198.51.100.2')).toBeUndefined()
})

test('K03 a known client is ended after all strangers, and then it is known no more', () => {
  const host = setting()
  let isLate = false
  host.take('203.0.113.1', () => (isLate ? 9_000 : undefined))?.delivered()
  for (let index = 0; index < SESSIONS - 1; index += 1)
    host.take(`192.0.${index}.1`, () => (isLate && index === 5 ? 1 : -1))
  isLate = true
  expect(host.take('198.51.100.1')).toBeDefined()
  expect(host.take('198.51.100.2')).toBeDefined()
  expect(host.evicted).toEqual(['192.0.5.1', '203.0.113.1'])
  expect(host.take('203.0.113.1')).toBeUndefined()
})

test('K03 the record of a stranger is looked up while descriptors are short, once a minute', async () => {
  const asked: string[] = []
  const host = setting(ip => {
    asked.push(ip)
    return ip === '198.51.100.9' ? Promise.reject(new Error('no store')) : Promise.resolve(ip === '203.0.113.1')
  })
  expect(host.slots.take('203.0.113.1')).not.toBeInstanceOf(Promise)
  fill(host, () => undefined)
  expect(await host.slots.take('203.0.113.1')).toBeDefined()
  for (const _ of [1, 2]) expect(await host.slots.take('198.51.100.1')).toBeUndefined()
  expect(await host.slots.take('198.51.100.9')).toBeUndefined()
  expect(asked).toEqual(['203.0.113.1', '198.51.100.1', '198.51.100.9'])
  expect(host.open()).toBe(SESSIONS + 1)
})

test('K03 a sweep ends overdue sessions for clients that were turned away, and none for others', () => {
  const host = setting()
  let isLate = false
  fill(host, index => (isLate ? 1 + index : -1))
  expect(host.take('198.51.100.1')).toBeUndefined()
  isLate = true
  host.slots.relieve()
  expect(host.evicted).toEqual(['192.0.9.1'])
  expect(host.take('198.51.100.1')).toBeDefined()
  host.slots.relieve()
  expect(host.evicted).toHaveLength(1)
})

test('K03 a session that is being ended and still open counts as room to come', () => {
  const host = setting()
  let isLate = false
  const ended: number[] = []
  for (let index = 0; index < SESSIONS; index += 1) {
    const slot = host.take(`192.0.${index}.1`)
    if (slot) slot.occupant = { overdue: () => (isLate ? 1 : -1), evict: () => ended.push(index) }
  }
  for (const client of [1, 2]) expect(host.take(`198.51.100.${client}`)).toBeUndefined()
  isLate = true
  host.slots.relieve()
  expect(ended).toHaveLength(2)
  isLate = false
  for (const client of [1, 2]) expect(host.take(`198.51.100.${client}`)).toBeUndefined()
  isLate = true
  host.slots.relieve()
  expect(ended).toHaveLength(2)
})

test('a slot is given back once', () => {
  const host = setting()
  const slot = host.take('192.0.2.1')
  slot?.release()
  slot?.release()
  expect(host.open()).toBe(0)
})
