/** Who was refused for good, and for how long that is remembered. */
import { expect, test } from 'vitest'
import { clientMark } from '../../../src/facts/trust.ts'
import { earlyTalker } from '../../../src/filters/early-talker.ts'
import { type RecentlyRefusedOptions, recentlyRefused } from '../../../src/filters/recently-refused/recently-refused.ts'
import { defer, type Filter, formatReply, type Gateway, postern, quarantine, reject } from '../../../src/index.ts'
import { loadMeter } from '../../../src/load/meter.ts'
import { ExpiringTable } from '../../../src/model/expiring-table.ts'
import type { Level, LoadMeter } from '../../../src/model/load.ts'
import type { Notice } from '../../../src/model/services.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { clock, settled } from '../../../src/testing/clock.ts'
import { zone } from '../../../src/testing/zone.ts'
import { withMembers } from '../../support/with-members.ts'

const BAD = '198.51.100.66'

function house(filters: readonly Filter[], options: RecentlyRefusedOptions = {}, level: Level = 'green') {
  const hand = clock()
  const told: Notice[] = []
  const notify = (notice: Notice) => {
    told.push(notice)
  }
  const measured = loadMeter({ clock: hand, process: { busy: () => 0, memory: () => 0 } })
  const load: LoadMeter = withMembers(measured, { level, now: () => ({ ...measured.now(), level }) })
  const store = memoryStore({ clock: hand })
  const gateway = postern({
    filters: [recentlyRefused(options), ...filters],
    clock: hand,
    load,
    notify,
    store,
    dns: zone({}),
  })
  return { gateway, hand, told, store }
}

async function come(gateway: Gateway, ip = BAD, ref = 'REF1'): Promise<string> {
  const session = gateway.open({ ip, ref })
  const { reply } = await session.connect()
  session.close()
  await settled()
  return formatReply(reply)
}

const list: Filter = {
  name: 'list',
  connect: ({ ip }) => ip === BAD && reject('5.7.1', `${ip} is listed`, { close: true }),
}
const precheck = (gateway: Gateway, ip = BAD) => {
  const reply = gateway.precheck(ip)
  return reply && formatReply(reply)
}

test('a client that was refused when it connected receives the same reply at once, until five minutes later', async () => {
  const { gateway, hand } = house([list])
  expect(precheck(gateway)).toBeUndefined()
  expect(await come(gateway)).toBe('554 5.7.1 Refused by policy ref=REF1')
  expect(precheck(gateway)).toBe('554 5.7.1 Refused by policy ref=REF1')
  expect(precheck(gateway, `::ffff:${BAD}`)).toBe('554 5.7.1 Refused by policy ref=REF1')
  expect(precheck(gateway, '198.51.100.67')).toBeUndefined()
  hand.pass(299_000)
  expect(precheck(gateway)).toBeDefined()
  hand.pass(2_000)
  expect(precheck(gateway)).toBeUndefined()
})

test('in a host that does not call precheck, the filter refuses, and what it says itself makes nothing longer', async () => {
  const { gateway, hand } = house([list])
  await come(gateway)
  hand.pass(200_000)
  const session = gateway.open({ ip: BAD, ref: 'REF2' })
  const decision = await session.connect()
  expect(formatReply(decision.reply)).toBe('554 5.7.1 Refused by policy ref=REF2')
  expect(decision.findings).toEqual([
    {
      rule: 'recently-refused',
      verdict: 'reject',
      status: '5.7.1',
      close: true,
      reason: `${BAD} was refused 200 s ago: ${BAD} is listed`,
    },
  ])
  await settled()
  hand.pass(101_000)
  expect(precheck(gateway)).toBeUndefined()
})

test('W09 who speaks too early makes others at its address wait, and refuses no address for good; IPv6 counts by /64', async () => {
  const { gateway } = house([earlyTalker()])
  const session = gateway.open({ ip: '2001:db8:1:2::5', spokeEarly: true })
  await session.connect()
  session.close()
  await settled()
  expect(gateway.precheck('2001:db8:1:2:ffff::1')?.code).toBe(421)
  expect(gateway.precheck('2001:db8:1:3::5')).toBeUndefined()
})

test('a deferral refuses no later session: overload, limits and failures pass', async () => {
  const { gateway } = house([{ name: 'busy', connect: () => defer('4.3.2', 'too busy', { close: true }) }])
  for (let index = 0; index < 50; index += 1) expect(await come(gateway)).toMatch(/^421 /)
  expect(precheck(gateway)).toBeUndefined()
})

test('a client with a good record is not remembered', async () => {
  const { gateway, store } = house([list])
  store.run([{ op: 'set', key: clientMark(BAD), value: '1', ttl: 0 }])
  expect(await come(gateway)).toMatch(/^554 /)
  expect(precheck(gateway)).toBeUndefined()
})

test('a refusal for RCPT is sent there under low load, and before the session under high load', async () => {
  const late: Filter = { name: 'list', connect: () => reject('5.7.1', 'listed') }
  const quiet = house([late])
  expect(await come(quiet.gateway)).toMatch(/^220 /)
  expect(precheck(quiet.gateway)).toBeUndefined()
  const busy = house([late], {}, 'amber')
  expect(await come(busy.gateway)).toMatch(/^220 /)
  expect(precheck(busy.gateway)).toBe('554 5.7.1 Refused by policy ref=REF1')
})

test('in shadow mode no client is remembered', async () => {
  const gateway = postern({ filters: [recentlyRefused(), list], mode: 'shadow', dns: zone({}) })
  expect(await come(gateway)).toMatch(/^220 /)
  expect(precheck(gateway)).toBeUndefined()
})

/** A client whose recipients are refused, or whose message is judged. */
const judge: Filter = {
  name: 'judge',
  rcpt: ({ forwardPath }) => forwardPath.startsWith('nobody') && reject('5.1.1', 'no such recipient'),
  message: () => quarantine('odd'),
}
let visits = 0
async function visit(gateway: Gateway, forwardPath: string, times = 1): Promise<void> {
  visits += 1
  const session = gateway.open({ ip: BAD, ref: `REF${visits}` })
  await session.connect()
  await session.helo('client.example')
  await session.mail('a@example.net')
  for (let time = 1; time < times; time += 1) await session.rcpt(forwardPath)
  const { reply } = await session.rcpt(forwardPath)
  if (reply.code < 400) {
    const { Readable } = await import('node:stream')
    await session.data(Readable.from([Buffer.from('From: a@example.net\r\n\r\n')]))
  }
  session.close()
  await settled()
}

test('many refused recipients in one session are one refusal', async () => {
  const { gateway } = house([judge])
  await visit(gateway, 'nobody@example.org', 60)
  expect(precheck(gateway)).toBeUndefined()
})

test('twenty refused sessions without one message put a client off with 421; a message that is taken makes up for all', async () => {
  const { gateway } = house([judge])
  for (let index = 0; index < 19; index += 1) await visit(gateway, 'nobody@example.org')
  await visit(gateway, 'bob@example.org')
  for (let index = 0; index < 19; index += 1) await visit(gateway, 'nobody@example.org')
  expect(precheck(gateway)).toBeUndefined()
  await visit(gateway, 'nobody@example.org')
  expect(precheck(gateway)).toMatch(/^421 4\.7\.0 Too many refusals, try again later ref=REF\d+$/)
})

test('a new gateway begins with no entry', async () => {
  const filter = recentlyRefused()
  const first = postern({ filters: [filter, list], dns: zone({}) })
  await come(first)
  expect(precheck(first)).toBeDefined()
  const second = postern({ filters: [filter, list], dns: zone({}) })
  expect(precheck(second)).toBeUndefined()
})

test('once a minute a notice counts the closed connections, while there are any', async () => {
  const { gateway, hand, told } = house([list], { ttl: '1h' })
  await come(gateway)
  for (let index = 0; index < 500; index += 1) gateway.precheck(BAD)
  hand.pass(60_000)
  hand.pass(600_000)
  const reason = '500 connections of recently refused clients were closed at once; 1 clients are remembered'
  expect(told).toEqual([{ code: 'recently-refused/closed', reason, level: 'info' }])
  const value = (name: string) => gateway.metrics().find(metric => metric.name === name)?.samples[0]
  expect(value('postern_recently_refused_closed_total')).toEqual({ value: 500 })
  expect(value('postern_recently_refused')).toEqual({ value: 1 })
})

test('a notice is sent after the configuration was read again, too', async () => {
  const hand = clock()
  const told: Notice[] = []
  const notify = (notice: Notice) => {
    told.push(notice)
  }
  const filter = recentlyRefused({ ttl: '1h' })
  const world = { filters: [filter, list], clock: hand, notify, dns: zone({}) }
  const first = postern(world)
  await come(first)
  precheck(first)
  const second = postern(world)
  await first.close()
  await come(second)
  precheck(second)
  hand.pass(60_000)
  expect(told.map(({ code }) => code)).toEqual(['recently-refused/closed'])
})

test('the table is bounded, and removes the oldest entry first', () => {
  const held = new ExpiringTable<number>({ entries: 1_000, ttl: 60_000 })
  for (let index = 0; index < 100_000; index += 1) held.put(`key-${index}`, index, index)
  expect(held.size).toBe(1_000)
  expect(held.get('key-98999', 100_000)).toBeUndefined()
  expect(held.get('key-99000', 100_000)).toBe(99_000)
  held.put('late', 1, 200_000)
  expect(held.size).toBe(1)
})

test.for([{ entries: 0 }, { refusals: 1.5 }, { ttl: 'soon' as '1s' }])('a mistake in %o is named', options => {
  expect(() => recentlyRefused(options)).toThrow(`recentlyRefused.${Object.keys(options)[0]}`)
})
