/** Expensive filters under load: who is not scanned, who is put off, and that it is reported. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { clientMark } from '../../src/facts/trust.ts'
import { loadControl } from '../../src/filters/load-control.ts'
import { type LoadSheddingOptions, loadShedding } from '../../src/filters/load-shedding.ts'
import { type Filter, formatReply, PosternError, postern } from '../../src/index.ts'
import { loadMeter } from '../../src/load/meter.ts'
import type { Level, LoadMeter } from '../../src/model/load.ts'
import type { Notice } from '../../src/model/services.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { clock } from '../../src/testing/clock.ts'
import { zone } from '../../src/testing/zone.ts'
import { EventLog } from '../support/event-log.ts'
import { withMembers } from '../support/with-members.ts'

const [FRIEND, STRANGER] = ['192.0.2.200', '192.0.2.1']

function house(options: LoadSheddingOptions = {}) {
  const hand = clock()
  const told: Notice[] = []
  const log = new EventLog()
  const asked: string[] = []
  const at: { level: Level } = { level: 'green' }
  const measured = loadMeter({ clock: hand, process: { busy: () => 0, memory: () => 0 } })
  const now = (): ReturnType<LoadMeter['now']> => ({
    ...measured.now(),
    level: at.level,
    value: 0.95,
    parts: { busy: 0.95 },
  })
  const load: LoadMeter = withMembers(measured, { now })
  const scanner: Filter = {
    name: 'scanner',
    order: 'late',
    message: async ({ ip }) => {
      asked.push(`${ip}`)
      await new Promise<void>(resolve => hand.after(30, resolve))
      return { reason: 'looked' }
    },
  }
  const store = memoryStore({ clock: hand })
  store.run([{ op: 'set', key: clientMark(FRIEND), value: '1', ttl: 0 }])
  const gateway = postern({
    filters: [loadShedding([scanner], options)],
    clock: hand,
    store,
    load,
    dns: zone({}),
    notify: notice => {
      told.push(notice)
    },
    events: log,
  })
  const send = async (ip: string): Promise<string> => {
    const session = gateway.open({ ip, ref: 'REF1' })
    await session.connect()
    await session.helo('client.example')
    await session.mail('a@example.net')
    const { reply } = await session.rcpt('b@example.org')
    const data =
      reply.code < 400 ? session.data(Readable.from([Buffer.from('From: a@example.net\r\n\r\nx\r\n')])) : undefined
    await hand.advance(50)
    const said = formatReply((await data)?.reply ?? reply)
    session.close()
    return said
  }
  return { send, told, log, asked, at, hand, measured }
}

test('while all is green everybody is looked at, and it is timed', async () => {
  const { send, asked, told } = house()
  for (const ip of [FRIEND, STRANGER]) expect(await send(ip)).toMatch(/^250 /)
  expect(asked).toEqual([FRIEND, STRANGER])
  expect(told).toEqual([])
})

test('at amber the known are not looked at, and the session says so; strangers are', async () => {
  const { send, asked, log, told, at } = house()
  at.level = 'amber'
  for (const ip of [FRIEND, FRIEND, STRANGER]) expect(await send(ip)).toMatch(/^250 /)
  expect(asked).toEqual([STRANGER])
  expect(log.of('recipient')[0]?.findings).toEqual([
    {
      rule: 'scanner/skipped',
      reason: 'scanner is skipped for a known client, at a load of 0.95 (busy 0.95)',
    },
  ])
  expect(told).toEqual([
    {
      code: 'scanner/skip',
      level: 'warning',
      reason: 'scanner is skipped for known clients at a load of 0.95 (busy 0.95)',
    },
  ])
})

test('O03 at red strangers are put off before they send, with 4.3.2 and never a 5xx; the known get through', async () => {
  const { send, asked, log, at } = house()
  at.level = 'red'
  expect(await send(FRIEND)).toMatch(/^250 /)
  expect(await send(STRANGER)).toBe('451 4.3.2 Too busy now, try again later ref=REF1')
  expect(asked).toEqual([])
  expect(log.sessions[1]?.transactions[0]).toMatchObject({
    verdict: 'defer',
    findings: [
      {
        rule: 'scanner/deferred',
        reason: 'scanner is not available for a client that is unknown, at a load of 0.95 (busy 0.95)',
      },
    ],
  })
})

test('a scanner that is never skipped looks at the known even at red', async () => {
  const { send, asked, at } = house({ skip: 'never' })
  at.level = 'red'
  expect(await send(FRIEND)).toMatch(/^250 /)
  expect(await send(STRANGER)).toMatch(/^451 4\.3\.2 /)
  expect(asked).toEqual([FRIEND])
})

test('each step is reported once, and its end too', async () => {
  const { send, told, at } = house()
  at.level = 'red'
  for (const ip of [FRIEND, STRANGER, FRIEND, STRANGER]) await send(ip)
  at.level = 'green'
  for (const ip of [FRIEND, STRANGER]) await send(ip)
  expect(told.map(({ code, level }) => `${code} ${level}`)).toEqual([
    'scanner/skip warning',
    'scanner/defer warning',
    'scanner/asked info',
  ])
})

test('a filter that answers at once is not timed; a filter that must wait is a service behind us', async () => {
  const { send, hand, measured } = house()
  for (let index = 0; index < 3; index += 1) await send(STRANGER)
  await hand.advance(2_000)
  expect(Object.keys(measured.now().parts)).toContain('scanner')
  expect(measured.now().parts.scans).toBe(0)
})

test('a filter whose answer never comes is no load any more once it was given up', async () => {
  const hand = clock()
  const load = loadMeter({ clock: hand, process: { busy: () => 0, memory: () => 0 } })
  const silent: Filter = { name: 'silent', deadline: '1s', message: () => new Promise(() => undefined) }
  const gateway = postern({ filters: [loadShedding([silent])], clock: hand, load, dns: zone({}) })
  const session = gateway.open({ ip: STRANGER })
  await session.connect()
  await session.helo('client.example')
  await session.mail('a@example.net')
  await session.rcpt('b@example.org')
  const said = session.data(Readable.from([Buffer.from('From: a@example.net\r\n\r\nx\r\n')]))
  await hand.advance(500)
  expect(load.now().parts.scans).toBe(0.02)
  await hand.advance(1_000)
  expect((await said).findings.map(({ rule }) => rule)).toEqual(['silent/timeout'])
  await hand.advance(1_000)
  expect(load.now().parts.scans).toBe(0)
  session.close()
})

test('load control in one word: clients turned away, clients let in, your filters, the expensive ones', () => {
  const filter = (name: string): Filter => ({ name, message: () => undefined })
  const all = loadControl({ filters: [[filter('a')], filter('b')], expensive: [filter('c')] })
  expect(all.map(({ name }) => name)).toEqual(['recently-refused', 'admission', 'a', 'b', 'c'])
  expect(all.at(-1)?.mail).toBeDefined()
})

test('a level that is none is a mistake of configuration', () => {
  const options = { skip: 'often' as 'never', defer: 'seldom' as 'never' }
  expect(() => loadShedding([], options)).toThrow(PosternError)
  expect(() => loadShedding([], options)).toThrow(
    /^loadShedding\.skip: found "often".*\nloadShedding\.defer: found "seldom"/,
  )
})
