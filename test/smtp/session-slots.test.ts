import { expect, test } from 'vitest'
import type { Notice } from '../../src/model/services.ts'
import { type SessionLimits, SessionSlots } from '../../src/smtp/session-slots.ts'
import { handClock } from '../support/hand-clock.ts'

function places(limits: SessionLimits) {
  const clock = handClock()
  const notices: Notice[] = []
  const slots = new SessionSlots(limits, { now: clock.monotonic, notify: notice => notices.push(notice) })
  return { take: (ip: string) => slots.takeNow(ip), notices, clock }
}
const none = { perAddress: 1e6, perNetwork: 1e6, perSite: 1e6, all: 1e6 }

const groups: readonly (readonly [limit: keyof SessionLimits, same: (n: number) => string, other: string])[] = [
  ['perAddress', () => '192.0.2.1', '192.0.2.2'],
  ['perAddress', () => '::ffff:192.0.2.1', '::ffff:192.0.2.2'],
  ['perAddress', n => `2001:db8:1:2::${n.toString(16)}`, '2001:db8:1:3::1'],
  ['perNetwork', n => `192.0.2.${n % 256}`, '192.0.3.1'],
  ['perNetwork', n => `2001:db8:1:1${(n % 256).toString(16).padStart(2, '0')}::1`, '2001:db8:1:200::1'],
  ['perSite', n => `2001:db8:1:${n.toString(16)}::1`, '2001:db8:2::1'],
]
test.for(groups)(
  'W20 %s: ten thousand clients of one kind get ten places, another client gets one',
  ([limit, same, other]) => {
    const { take } = places({ ...none, [limit]: 10 })
    const taken = Array.from({ length: 10_000 }, (_, n) => take(same(n))).filter(place => place !== undefined)
    expect(taken).toHaveLength(10)
    expect(take(other)).toBeDefined()
    taken[0]?.release()
    taken[0]?.release()
    expect(take(same(1))).toBeDefined()
    expect(take(same(2))).toBeUndefined()
  },
)

test('W20 when all slots are taken no client gets one, and the operator is notified once a minute', async () => {
  const { take, notices, clock } = places({ ...none, all: 2 })
  const first = take('192.0.2.1')
  take('198.51.100.1')
  expect(take('203.0.113.1')).toBeUndefined()
  expect(take('203.0.113.2')).toBeUndefined()
  expect(notices).toEqual([
    {
      code: 'smtp-server/sessions',
      reason: 'all clients have 2 sessions open, as many as limits.sessions.all allows: more get 421',
      level: 'warning',
    },
  ])
  await clock.advance(60_000)
  expect(take('203.0.113.2')).toBeUndefined()
  expect(notices).toHaveLength(2)
  first?.release()
  expect(take('203.0.113.1')).toBeDefined()
})

/** Sessions of clients that do something useful now and then, and of others that never do. */
function slowClients() {
  const clock = handClock()
  const notices: Notice[] = []
  const slots = new SessionSlots(
    { ...none, all: 100 },
    { now: clock.monotonic, notify: notice => notices.push(notice) },
  )
  const ended: string[] = []
  const arrive = (ip: string, due: number) => {
    const slot = slots.takeNow(ip)
    if (slot === undefined) return 'turned away'
    slot.occupant = {
      overdue: () => clock.monotonic() - due,
      evict: () => {
        ended.push(ip)
        clock.after(200, () => slot.release())
      },
    }
    return slot
  }
  return { clock, slots, ended, arrive, notices }
}
const BUSY = Number.POSITIVE_INFINITY

test('W20 slow clients leave before any client is turned away: however many come, each newcomer gets a slot', async () => {
  const { clock, ended, arrive, notices } = slowClients()
  for (let honest = 0; honest < 20; honest += 1) arrive(`192.0.2.${honest}`, BUSY)
  for (let slow = 0; slow < 2_000; slow += 1) {
    expect(arrive(`198.51.${slow >> 8}.${slow & 255}`, clock.monotonic() + 3_000)).not.toBe('turned away')
    await clock.advance(100)
  }
  expect(ended.length).toBeGreaterThan(1_900)
  expect(ended.filter(ip => ip.startsWith('192.0.2.'))).toEqual([])
  expect(notices).toEqual([])
})

test('while no more than half of the slots are taken, slow clients may stay', async () => {
  const { clock, slots, ended, arrive } = slowClients()
  for (let slow = 0; slow < 50; slow += 1) arrive(`198.51.100.${slow}`, 3_000)
  await clock.advance(60_000)
  slots.relieve()
  expect(ended).toEqual([])
  arrive('203.0.113.1', BUSY)
  slots.relieve()
  await clock.advance(200)
  slots.relieve()
  expect(ended).toHaveLength(1)
})

test('clients whose mail was delivered leave after strangers, and those that are overdue longest leave first', async () => {
  const { clock, slots, ended, arrive } = slowClients()
  const known = arrive('192.0.2.1', 1)
  if (typeof known === 'object') known.delivered()
  arrive('192.0.2.2', 30)
  arrive('192.0.2.3', 20)
  for (let honest = 0; honest < 49; honest += 1) arrive(`198.51.100.${honest}`, BUSY)
  await clock.advance(1_000)
  slots.relieve()
  expect(ended).toEqual(['192.0.2.3', '192.0.2.2'])
})
