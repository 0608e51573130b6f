/** Endpoints of the live view, load, rules, health, reports and audit: who sees what, and what they answer. */
import { expect, test } from 'vitest'
import type { SenderLists } from '../../src/filters/index.ts'
import type { ActionEvent } from '../../src/model/action-event.ts'
import type { GatewayEvent } from '../../src/model/events.ts'
import type { Metric } from '../../src/model/metric.ts'
import { recipientEvent, sessionEvent } from '../history/events.ts'
import { historyOf } from './support/history-of.ts'
import { NOON, openConsole } from './support/open-console.ts'

const HOUR = 3_600_000

const sessions = (count: number): readonly Metric[] => [
  { name: 'postern_sessions_total', help: '', type: 'counter', samples: [{ value: count }] },
  { name: 'postern_load', help: '', type: 'gauge', samples: [{ value: 0.25 }] },
]
const growing = () => {
  let count = 0
  return () => {
    count += 10
    return sessions(count)
  }
}

const action = (fields: Partial<ActionEvent> = {}): ActionEvent => ({
  ...{ v: 1, type: 'action', time: NOON - HOUR, node: 'mx1', ref: null, action: 'allow', by: 'ann', role: 'admin' },
  ...{ target: 'shop.example for all recipients', result: 'done' },
  ...fields,
})

const EVENTS: readonly GatewayEvent[] = [
  recipientEvent({
    ...{ ref: 'A', time: NOON - HOUR, verdict: 'quarantine', score: 7, recipient: 'bob@example.org' },
    findings: [{ rule: 'content/urgent', reason: 'it is urgent', points: 7 }],
  }),
  recipientEvent({
    ...{ ref: 'B', time: NOON - 2 * HOUR, score: 2, recipient: 'eve@example.net' },
    findings: [{ rule: 'rdns/generic', reason: 'a generic name', points: 2 }],
  }),
  sessionEvent({ ref: 'A', filters: { content: { cpu: 2, wait: 0 } } }),
  { v: 1, type: 'feedback', time: NOON, node: 'mx1', ref: 'A', label: 'ham', by: 'user:bob', undo: false },
  action({ action: 'train', ref: 'A', target: 'ham', recipient: 'bob@example.org' }),
  action({ by: 'bob', target: 'other.example for eve@example.net', recipient: 'eve@example.net' }),
  action({ action: 'sign-in', by: 'bob', target: 'bob' }),
]

/** A console with that history. */
const withHistory = () => openConsole({ sources: { history: historyOf(EVENTS).history, points: true } })

test('the live view streams the last points, then each new one, and ends with the console', async () => {
  await using opened = await openConsole({ sources: { metrics: growing() } })
  const browser = await opened.as('viewer')
  await opened.clock.advance(20_000)
  const headers = { host: 'localhost:8080', cookie: `postern=${browser.cookies.get('postern')}` }
  const answer = await opened.console.fetch(new Request('http://localhost:8080/api/v1/live', { headers }), '127.0.0.1')
  await opened.clock.advance(3_000)
  await opened.console.close()
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const text = await answer.text()
  expect(text.match(/^event: \w+$/gm)).toEqual(['event: start', 'event: entries', ...Array(3).fill('event: point')])
  expect(text).toContain('"sessions":{"open":0,"opened":10}')
})

test('what the gateway does as a whole is not for accounts of some domains, nor for owners of mailboxes', async () => {
  await using opened = await openConsole({ sources: { metrics: growing(), history: historyOf([]).history } })
  for (const name of ['live', 'load.get'] as const) {
    expect((await (await opened.as('operator', ['example.org'])).call(name)).status).toBe(403)
    expect((await (await opened.asUser('bob@example.org')).call(name)).status).toBe(403)
    expect((await opened.browser().call(name)).status).toBe(401)
  }
})

test('a live view too many is refused with a time to come again', async () => {
  await using opened = await openConsole({ sources: { metrics: growing() } })
  const browser = await opened.as('admin')
  const open = Array.from({ length: 6 }, () => browser.call('live'))
  await opened.clock.advance(1_000)
  const refused = await browser.call('live')
  expect([refused.status, refused.json.error?.code]).toEqual([429, 'rate-limited'])
  await opened.console.close()
  // A stream that is asked for after the end is refused.
  expect((await browser.call('live')).status).toBe(429)
  expect((await Promise.all(open)).map(({ status }) => status)).toEqual(Array(6).fill(200))
})

test('without metrics the live view and the load say that there are none', async () => {
  await using opened = await openConsole()
  const browser = await opened.as('admin')
  for (const name of ['live', 'load.get'] as const)
    expect((await browser.call(name)).json.error?.code).toBe('not-configured')
})

test('load has the last point, minutes, and hours of the history', async () => {
  const { history } = historyOf(
    [],
    [
      { hour: NOON - HOUR, name: 'accept', count: 5 },
      { hour: NOON - HOUR, name: 'reject', count: 7 },
    ],
  )
  await using opened = await openConsole({ sources: { metrics: growing(), history } })
  const browser = await opened.as('viewer')
  await opened.clock.advance(180_000)
  const { json } = await browser.call('load.get', { query: { hours: '1' } })
  expect(json).toMatchObject({
    now: { load: { value: 0.25 } },
    verdicts: [{ hour: NOON - HOUR, counts: { accept: 5, reject: 7 } }],
    forecast: [],
  })
  expect((json.steps as unknown[]).length).toBe(3)
  expect((await browser.call('load.get', { query: { hours: '0' } })).status).toBe(400)
  expect((await browser.call('load.get', { query: { hours: '745' } })).status).toBe(400)
})

test('the forecast looks a quarter of the shown time ahead, and a day at most', async () => {
  const forecast = { expect: () => ({ expected: 10, low: 5, high: 20 }) }
  await using opened = await openConsole({ sources: { metrics: growing(), forecast } })
  const browser = await opened.as('viewer')
  for (const [hours, ahead] of [
    ['1', 1],
    ['24', 6],
    ['720', 24],
  ] as const) {
    const steps = (await browser.call('load.get', { query: { hours } })).json.forecast as { readonly time: number }[]
    expect(steps.length).toBe(60)
    expect(steps.at(-1)?.time).toBe(NOON + ahead * HOUR)
  }
})

test('rules have their hits and hits on corrected mail; accounts of some domains see those of their recipients', async () => {
  await using opened = await withHistory()
  const all = (await (await opened.as('viewer')).call('rules.list', { query: { days: '1' } })).json
  expect(all).toMatchObject({
    rules: [
      { rule: 'content/urgent', hits: 1, calledHam: 1, points: 7 },
      { rule: 'rdns/generic', hits: 1, calledHam: 0, points: 2 },
    ],
    filters: [{ filter: 'content', cpu: 2 }],
    corrected: 1,
  })
  const own = (await (await opened.as('operator', ['example.net'])).call('rules.list', { query: { days: '1' } })).json
  expect(own).toMatchObject({ rules: [{ rule: 'rdns/generic' }], isSampled: true, corrected: 0 })
  expect(own.rules).toHaveLength(1)
})

test('points are previewed by staff, edited by administrators, and every try is in the record', async () => {
  await using opened = await withHistory()
  const [admin, operator] = [await opened.as('admin'), await opened.as('operator')]
  const body = { points: { 'content/urgent': 1 }, days: 1 }
  const preview = (await operator.call('rules.preview', { body })).json
  expect(preview).toMatchObject({
    all: { examined: 1, changed: [{ from: 'quarantine', to: 'accept', count: 1 }] },
    calledHam: { examined: 1 },
    examples: [{ ref: 'A', to: 'accept', newScore: 1, label: 'ham' }],
  })
  const change = { rule: 'content/urgent', points: 1, why: 'invoices' }
  expect((await operator.call('rules.setPoints', { body: change })).status).toBe(403)
  expect((await admin.call('rules.setPoints', { body: change })).json).toEqual({ kind: 'done' })
  expect((await operator.call('rules.points')).json.edited).toMatchObject([{ ...change, by: 'admin-1' }])
  expect((await operator.call('rules.list', { query: { days: '1' } })).json.rules).toMatchObject([
    { rule: 'content/urgent', edited: 1 },
    { rule: 'rdns/generic' },
  ])
  await admin.call('rules.setPoints', { body: { rule: 'content/urgent', points: null } })
  expect((await operator.call('rules.points')).json.edited).toEqual([])
  expect(opened.actions.map(({ action: name, by, result }) => [name, by, result])).toEqual([
    ['points', 'operator-2', 'refused'],
    ['points', 'admin-1', 'done'],
    ['points', 'admin-1', 'done'],
  ])
  for (const wrong of [
    { ...body, days: 32 },
    { ...body, points: { a: 101 } },
    { points: {}, days: 1, more: 1 },
  ])
    expect((await operator.call('rules.preview', { body: wrong })).status).toBe(400)
})

test('an account of some domains sees its own actions and those about its recipients', async () => {
  await using opened = await withHistory()
  const seen = async (domains?: readonly string[]) => {
    const { json } = await (await opened.as('viewer', domains)).call('audit.list')
    return (json.entries as readonly ActionEvent[]).map(({ action: name, by }) => `${by} ${name}`)
  }
  expect(await seen()).toEqual(['ann train', 'bob allow', 'bob sign-in'])
  expect(await seen(['example.org'])).toEqual(['ann train'])
  expect(await seen(['example.com'])).toEqual([])
})

test('a list of any length is answered with its newest entries, and says that there are more', async () => {
  const entries = Array.from({ length: 2_500 }, (_, index) => ({
    ...{ id: `e${index}`, effect: 'deny', sender: `n${index}.example`, created: NOON + index },
  }))
  const lists = { entries: async () => entries } as unknown as SenderLists
  await using opened = await openConsole({ sources: { lists } })
  const { json } = await (await opened.as('operator')).call('lists.list')
  const answered = json.entries as readonly { readonly id: string }[]
  expect([answered.length, answered[0]?.id, json.isPartial]).toEqual([2_000, 'e2499', true])
})
