/** Admission: which clients get a session slot, what the others receive, and when slots are released. */
import { expect, test } from 'vitest'
import type { Session } from '../../../src/engine/session.ts'
import { clientMark } from '../../../src/facts/trust.ts'
import { type AdmissionOptions, admission } from '../../../src/filters/admission/admission.ts'
import { minutesUntil } from '../../../src/filters/admission/retry.ts'
import { type Filter, formatReply, points, postern, reject } from '../../../src/index.ts'
import { loadMeter } from '../../../src/load/meter.ts'
import type { Decision } from '../../../src/model/decision.ts'
import type { Notice } from '../../../src/model/services.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { clock, settled } from '../../../src/testing/clock.ts'
import { zone } from '../../../src/testing/zone.ts'
import { EventLog } from '../../support/event-log.ts'

const FRIEND = '192.0.2.200'

/** A gateway with admission alone, and a manual clock. */
function setup(options: AdmissionOptions = {}, more: Parameters<typeof postern>[0]['filters'] = []) {
  const hand = clock()
  const told: Notice[] = []
  const log = new EventLog()
  const notify = (notice: Notice) => {
    told.push(notice)
  }
  const store = memoryStore({ clock: hand })
  store.run([{ op: 'set', key: clientMark(FRIEND), value: '1', ttl: 0 }])
  const load = loadMeter({ clock: hand, notify, process: { busy: () => 0.1, memory: () => 0.1 } })
  const filter = admission(options)
  const gateway = postern({
    filters: [filter, more.flat()],
    clock: hand,
    store,
    load,
    notify,
    events: log,
    dns: zone({}),
  })
  const come = async (ip = '192.0.2.1', ref?: string): Promise<readonly [Session, Decision]> => {
    const session = gateway.open({ ip, ...(ref !== undefined && { ref }) })
    return [session, await session.connect()]
  }
  const metric = (name: string) =>
    Object.fromEntries(
      (gateway.metrics().find(metric => metric.name === name)?.samples ?? []).map(sample => [
        sample.labels?.priority ?? '',
        'value' in sample ? sample.value : 0,
      ]),
    )
  return { hand, told, log, gateway, come, metric, load }
}

const small = { max: 10, min: 10, maxQueue: 0 } as const

test('while there is room every client gets a slot, and no record is read', async () => {
  const { come, metric, told } = setup({ max: 100 })
  for (let index = 0; index < 5; index += 1) expect((await come())[1].reply.code).toBe(220)
  expect(metric('postern_admitted_total')).toEqual({ unknown: 5 })
  expect(told).toEqual([])
})

test('O03 an unknown client without a slot gets 421 and the time to come again; known clients still get a slot', async () => {
  const { come, log, metric } = setup(small)
  for (let index = 0; index < 7; index += 1) await come(`192.0.2.${index}`)
  const [session, decision] = await come('192.0.2.77', 'REF7')
  expect(formatReply(decision.reply)).toMatch(
    /^421 4\.3\.2 Too busy now, please try again in about \d+ minutes ref=REF7$/,
  )
  expect(decision.reply.close).toBe(true)
  expect(decision.findings).toEqual([
    {
      rule: 'admission/unknown',
      verdict: 'defer',
      status: '4.3.2',
      close: true,
      reason:
        '7 of 10 session slots are taken, and none is free for a client that is unknown; the load is 0.70 (slots 0.70)',
      replyText: expect.stringMatching(/^Too busy now, please try again in about \d+ minutes$/),
    },
  ])
  session.close()
  expect(log.sessions[0]).toMatchObject({ verdict: 'defer', findings: [{ rule: 'admission/unknown' }] })
  for (let index = 0; index < 3; index += 1) expect((await come(FRIEND))[1].reply.code).toBe(220)
  expect((await come(FRIEND))[1].reply.code).toBe(421)
  expect(metric('postern_admission_sessions')).toEqual({ known: 3, unknown: 7, bad: 0 })
  expect(metric('postern_turned_away_total')).toEqual({ unknown: 1, known: 1 })
})

test('O03 however long it stays full, no client receives a 5xx', async () => {
  const { come, hand } = setup(small)
  for (let index = 0; index < 10; index += 1) await come(`192.0.2.${index}`)
  const codes = new Set<number>()
  for (let index = 0; index < 2_000; index += 1) {
    const [session, { reply }] = await come(`198.51.100.${index % 250}`)
    codes.add(reply.code)
    session.close()
    if (index % 100 === 0) hand.pass(10_000)
  }
  expect([...codes]).toEqual([421])
})

test('a slot is released when its session ends, and no slot is released twice', async () => {
  const { come, metric } = setup(small)
  const inside = []
  for (let index = 0; index < 7; index += 1) inside.push((await come())[0])
  for (const session of inside) {
    session.close()
    session.close()
  }
  expect(metric('postern_admission_sessions')).toEqual({ known: 0, unknown: 0, bad: 0 })
  for (let index = 0; index < 7; index += 1) expect((await come())[1].reply.code).toBe(220)
})

test('a client that is refused as a whole releases its slot, though the reply is sent only at RCPT', async () => {
  const { come, metric } = setup(small, [{ name: 'list', connect: () => reject('5.7.1', 'listed') }])
  for (let index = 0; index < 50; index += 1)
    expect((await come())[1]).toMatchObject({ verdict: 'reject', reply: { code: 220 } })
  expect(metric('postern_admission_sessions')).toEqual({ known: 0, unknown: 0, bad: 0 })
})

test('points alone release no slot', async () => {
  const { come, metric } = setup(small, [{ name: 'hint', connect: () => points(2, 'odd') }])
  await come()
  expect(metric('postern_admission_sessions')).toMatchObject({ unknown: 1 })
})

test('a client that is judged again, because it sent before the greeting, has one slot', async () => {
  const { come, metric } = setup(small)
  const [session] = await come()
  await session.pregreet()
  expect(metric('postern_admission_sessions')).toMatchObject({ unknown: 1 })
  session.close()
  expect(metric('postern_admission_sessions')).toMatchObject({ unknown: 0 })
})

test('a client that leaves while it waits, or while its record is read, has no slot', async () => {
  const { gateway, come, metric, hand } = setup({ max: 10, min: 10 })
  for (let index = 0; index < 7; index += 1) await come()
  const leaving = Array.from({ length: 20 }, () => gateway.open({ ip: '198.51.100.1' }))
  const answers = leaving.map(session => session.connect())
  for (const [index, session] of leaving.entries()) {
    if (index === 10) await settled()
    session.close()
  }
  await hand.advance(60_000)
  for (const { reply } of await Promise.all(answers)) expect(reply.code).toBeGreaterThanOrEqual(400)
  expect(metric('postern_admission_sessions')).toMatchObject({ unknown: 7 })
  expect(metric('postern_admission_waiting')).toEqual({ known: 0, unknown: 0, bad: 0 })
})

test('a store that does not answer keeps no client out', async () => {
  const hand = clock()
  const store = { run: () => new Promise<never>(() => undefined), sure: true } as const
  const load = loadMeter({ clock: hand, process: { busy: () => 0, memory: () => 0 } })
  const gateway = postern({ filters: [admission({ max: 4, min: 4 })], clock: hand, store, load, dns: zone({}) })
  for (let index = 0; index < 2; index += 1)
    expect((await gateway.open({ ip: '192.0.2.1' }).connect()).reply.code).toBe(220)
  const third = gateway.open({ ip: '192.0.2.1' }).connect()
  await hand.advance(600)
  expect((await third).reply.code).toBe(220)
})

test('one notice says that clients are turned away, and another that it is over', async () => {
  const { come, told, hand } = setup(small)
  const inside = []
  for (let index = 0; index < 7; index += 1) inside.push((await come())[0])
  for (let index = 0; index < 30; index += 1) {
    await come()
    hand.pass(1_000)
  }
  for (const session of inside) session.close()
  hand.pass(120_000)
  expect(told.filter(({ code }) => !code.startsWith('load/'))).toEqual([
    { code: 'admission/full', level: 'warning', reason: 'clients are turned away with 421 until there is room' },
    { code: 'admission/open', level: 'info', reason: 'there is room again; 30 clients were turned away in 29 s' },
  ])
})

test.for([
  ['known', 0],
  ['unknown', 0],
  ['unknown', 30],
  ['bad', 1_000],
] as const)('O06 the times to come again are spread evenly: %s, with a pressure of %s', ([priority, pressure]) => {
  const told = Array.from({ length: 2_000 }, (_, index) => minutesUntil(priority, pressure, `REF${index}`))
  const [least, most] = [Math.min(...told), Math.max(...told)]
  expect(least).toBeGreaterThanOrEqual(2)
  expect(most).toBeLessThanOrEqual(62)
  const fullest = Math.max(...Array.from(Map.groupBy(told, minute => minute).values(), list => list.length))
  // No minute has much more than its share.
  expect(fullest).toBeLessThanOrEqual((2_000 / Math.max(1, most - least)) * 1.5)
})

/** After an outage all clients come at once, and come again when they are turned away. */
async function storm(clients: number, again: (minutes: number) => number) {
  const { gateway, hand, metric } = setup({ max: 50, min: 20, maxWait: '2s', maxQueue: 20 })
  const due: number[] = Array.from({ length: clients }, () => 0)
  const [served, waves]: [number[], number[]] = [[], []]
  let most = 0
  for (let second = 0; served.length < clients && second < 4 * 3_600; second += 1) {
    const now = due.filter(at => at <= second)
    if (now.length > 0) waves.push(now.length)
    due.splice(0, due.length, ...due.filter(at => at > second))
    for (const _ of now) {
      const session = gateway.open({ ip: '198.51.100.1' })
      session.connect().then(({ reply }) => {
        if (reply.code === 220) {
          served.push(second)
          // Its work takes two seconds.
          hand.after(2_000, () => session.close())
          return
        }
        expect(reply.code).toBe(421)
        session.close()
        due.push(second + again(Number(/about (\d+) minutes/.exec(reply.text)?.[1])))
      })
    }
    await settled()
    most = Math.max(
      most,
      Object.values(metric('postern_admission_sessions')).reduce((sum, value) => sum + value, 0),
    )
    await hand.advance(1_000)
  }
  return { most, served, waves }
}

test('O06 a thousand clients that come at once and follow the reply come back spread out, and all are served', async () => {
  const { most, served, waves } = await storm(1_000, minutes => minutes * 60)
  expect(served).toHaveLength(1_000)
  expect(most).toBeLessThanOrEqual(50)
  expect(waves[0]).toBe(1_000)
  // The second time no more come together than a quarter of the first.
  expect(Math.max(...waves.slice(1))).toBeLessThanOrEqual(250)
  expect(served.at(-1)).toBeLessThan(2 * 3_600)
})

test('O06 clients that all come back every five minutes are served as well, as many each time', async () => {
  const { most, served } = await storm(300, () => 300)
  expect(served).toHaveLength(300)
  expect(most).toBeLessThanOrEqual(50)
})

test.for([
  [{ max: 0 }, 'admission.max'],
  [{ min: 0 }, 'admission.min'],
  [{ reserve: 1 }, 'admission.reserve'],
  [{ maxQueue: -1 }, 'admission.maxQueue'],
  [{ maxWait: 'soon' as '1s' }, 'admission.maxWait'],
] as const)('a mistake in %o is named', ([options, path]) => {
  expect(() => admission(options)).toThrow(path)
})

test('an unknown client without a slot is an overflow; a bad client that is turned away while others have room is not', async () => {
  const { come, load } = setup(small)
  for (let index = 0; index < 7; index += 1) await come(`192.0.2.${index}`)
  expect(load.overflowing).toBe(false)
  await come('192.0.2.77')
  expect(load.overflowing).toBe(true)
})

test('whom another filter refuses while admission still decides is not counted as turned away', async () => {
  const list: Filter = {
    name: 'list',
    order: 'early',
    connect: ({ ip }) => ip === '192.0.2.66' && reject('5.7.1', 'listed'),
  }
  const { come, metric, told } = setup(small, [list])
  for (let index = 0; index < 6; index += 1) await come(`192.0.2.${index}`)
  const [, { verdict }] = await come('192.0.2.66')
  await settled()
  expect(verdict).toBe('reject')
  expect(metric('postern_turned_away_total')).toEqual({})
  expect(told.filter(({ code }) => code.startsWith('admission/'))).toEqual([])
})
