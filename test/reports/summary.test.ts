import { expect, test } from 'vitest'
import { textOf } from '../../src/mailing/blocks.ts'
import type { ActionEvent } from '../../src/model/action-event.ts'
import type { GatewayEvent } from '../../src/model/events.ts'
import type { Verdict } from '../../src/model/finding.ts'
import { SUMMARY_SHAPE, type SummaryCount, SummaryCounter } from '../../src/reports/summary/counter.ts'
import { type FigureSources, figuresOf } from '../../src/reports/summary/figures.ts'
import { summaryMail } from '../../src/reports/summary/mail.ts'
import { TallyTree, tallyAt } from '../../src/reports/tally-tree.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { NOON, recipientEvent, sessionEvent, transactionEvent } from '../history/events.ts'
import { handClock } from '../support/hand-clock.ts'

const DAY_MS = 86_400_000
/** The end of the week in which `NOON` is: a day later. */
const END = Date.UTC(2026, 10, 26)

function counting(domains: readonly string[] = ['example.org']) {
  const store = memoryStore()
  const tree = new TallyTree({ store, shape: SUMMARY_SHAPE, clock: handClock(), notify: () => undefined })
  return { store, tree, counter: new SummaryCounter({ tree, domains }) }
}

async function countsOf(events: readonly GatewayEvent[], domains?: readonly string[]) {
  const { store, tree, counter } = counting(domains)
  for (const event of events) counter.write(event)
  await tree.close()
  const found: (readonly [...SummaryCount, number])[] = []
  for await (const [json, count] of tallyAt(store, SUMMARY_SHAPE, ['2026-11-25']).entries())
    found.push([...(JSON.parse(json) as SummaryCount), count])
  return found
}

test('recipients count at RCPT and with their message, by our domains; others are counted together', async () => {
  const events = [
    recipientEvent({ stage: 'rcpt', verdict: 'reject' }),
    recipientEvent({ stage: 'rcpt', verdict: 'reject', recipient: 'a@other.example' }),
    recipientEvent({ stage: 'rcpt', verdict: 'reject', recipient: 'a@another.example' }),
    recipientEvent({ verdict: 'accept' }),
    recipientEvent({ verdict: 'accept', recipient: 'carol@example.org' }),
  ]
  expect(await countsOf(events)).toEqual([
    ['mail', 'rcpt', 'reject', 'example.org', 1],
    ['mail', 'rcpt', 'reject', '', 2],
    ['mail', 'message', 'accept', 'example.org', 2],
  ])
})

test('without domains of ours a domain is named only once its message was received', async () => {
  const events = [recipientEvent({ stage: 'rcpt', verdict: 'reject' }), recipientEvent()]
  expect(await countsOf(events, [])).toEqual([
    ['mail', 'rcpt', 'reject', '', 1],
    ['mail', 'message', 'accept', 'example.org', 1],
  ])
})

test('a session counts where it ended before a transaction, and a transaction where it ended at MAIL', async () => {
  const { helo: _helo, ...silent } = sessionEvent({ verdict: 'reject', transactions: 0 })
  const events: readonly GatewayEvent[] = [
    silent,
    sessionEvent({ verdict: 'reject', transactions: 0 }),
    sessionEvent({ verdict: 'reject', transactions: 2 }),
    sessionEvent({ verdict: 'accept', transactions: 0 }),
    transactionEvent({ verdict: 'defer', accepted: 0, refused: 0 }),
    transactionEvent({ verdict: 'reject', accepted: 1 }),
  ]
  expect(await countsOf(events)).toEqual([
    ['mail', 'connect', 'reject', '', 1],
    ['mail', 'helo', 'reject', '', 1],
    ['mail', 'mail', 'defer', '', 1],
  ])
})

/** A week of mail, the week before it, and what people and machines did. */
async function week() {
  const { store, tree, counter } = counting(['example.org', 'example.net'])
  const mail = (verdict: Verdict, count: number, fields: object = {}) => {
    for (let each = 0; each < count; each += 1) counter.write(recipientEvent({ verdict, ...fields }))
  }
  mail('accept', 60)
  mail('accept', 10, { recipient: 'a@example.net' })
  mail('quarantine', 5)
  mail('reject', 20, { stage: 'rcpt' })
  mail('defer', 3)
  mail('discard', 2)
  mail('accept', 40, { time: NOON - 7 * DAY_MS })
  counter.write(sessionEvent({ verdict: 'reject', transactions: 0 }))
  const add = (what: SummaryCount) => tree.add(['2026-11-25', JSON.stringify(what)])
  for (const code of ['store/down', 'store/down', 'clamav/\u202edown']) add(['notice', code])
  for (const level of ['green', 'green', 'red']) add(['load', level])
  add(['feedback', 'ham'])
  await tree.close()
  const release = { type: 'action', action: 'release', result: 'done', recipient: 'bob@example.org' } as ActionEvent
  const history: NonNullable<FigureSources['history']> = {
    aggregate: async () => [
      { hour: NOON, name: 'spf/fail', count: 7 },
      { hour: NOON + 1, name: 'spf/fail', count: 1 },
      { hour: NOON, name: 'dnsbl/listed', count: 30 },
    ],
    audit: async ({ cursor }) =>
      cursor === undefined
        ? { events: [release, { ...release, result: 'failed' }], next: 'more' }
        : { events: [{ ...release, recipient: 'a@example.net' }] },
  }
  return { store, history, held: async () => 12 }
}

test('the figures of a week say what became of mail, where it was stopped, and what went before', async () => {
  expect(await figuresOf(END, undefined, await week())).toEqual({
    ...{ begin: END - 7 * DAY_MS, end: END },
    weeks: [
      {
        ...{ recipients: 100, accepted: 70, quarantined: 5, deferred: 3, refused: 22 },
        stopped: { connect: 0, helo: 1, mail: 0, rcpt: 20, message: 5 },
      },
      {
        ...{ recipients: 40, accepted: 40, quarantined: 0, deferred: 0, refused: 0 },
        stopped: { connect: 0, helo: 0, mail: 0, rcpt: 0, message: 0 },
      },
    ],
    released: 2,
    trained: { ham: 1, spam: 0 },
    rules: [
      { name: 'dnsbl/listed', count: 30 },
      { name: 'spf/fail', count: 8 },
    ],
    notices: [
      { name: 'store/down', count: 2 },
      { name: 'clamav/\u202edown', count: 1 },
    ],
    load: { green: 2, amber: 0, red: 1 },
    held: 12,
  })
})

test('an operator of some domains sees their mail and releases, and nothing of the gateway', async () => {
  const { store, history } = await week()
  expect(await figuresOf(END, ['example.net'], { store, history })).toEqual({
    ...{ begin: END - 7 * DAY_MS, end: END },
    weeks: [
      {
        ...{ recipients: 10, accepted: 10, quarantined: 0, deferred: 0, refused: 0 },
        stopped: { connect: 0, helo: 0, mail: 0, rcpt: 0, message: 0 },
      },
    ],
    released: 1,
    trained: { ham: 0, spam: 0 },
  })
})

test('the mail says it in English', async () => {
  const figures = await figuresOf(END, undefined, await week())
  const mail = summaryMail({ to: 'ops@example.org', language: 'en', host: 'mx.example.org', figures })
  expect(mail).toMatchObject({
    subject: 'Mail of the week at mx.example.org, 2026-11-19 to 2026-11-25',
    ...{ name: 'summary/2026-11-26/ops@example.org', time: END, language: 'en' },
  })
  expect(textOf(mail.blocks)).toBe(`Mail of the week, 2026-11-19 to 2026-11-25
==========================================

What became of mail

Recipients that clients named  100
Delivered                      70 (70 %)
Quarantined                    5 (5 %)
Deferred                       3 (3 %)
Refused                        22 (22 %)

Where it was stopped

Connections, when they began    0
Connections, at their greeting  1
Messages, by their sender       0
Recipients, before the message  20
Recipients, by the message      5

The weeks before

Week of 2026-11-19  100 recipients, 30 % not delivered
Week of 2026-11-12  40 recipients, 0 % not delivered

What people have put right

Released from the quarantine  2
Reported as wanted            1
Reported as spam              0
In the quarantine now         12

Rules with the most hits

dnsbl/listed  30
spf/fail      8

Load

Green  2 min
Amber  0 min
Red    1 min

Warnings

store/down    2
clamav/ down  1

Days are those of UTC. The option summary of the configuration says who gets this mail.
`)
})

test('the mail says the same in Chinese, and less to an operator of some domains', async () => {
  const { store, history } = await week()
  const to = { to: 'ops@example.net', language: 'zh-CN', host: 'mx.example.org' } as const
  const whole = summaryMail({ ...to, figures: await figuresOf(END, undefined, await week()) })
  const english = summaryMail({ ...to, language: 'en', figures: await figuresOf(END, undefined, await week()) })
  expect(whole.blocks.map(({ kind }) => kind)).toEqual(english.blocks.map(({ kind }) => kind))
  const domains = ['example.net']
  const part = summaryMail({ ...to, domains, figures: await figuresOf(END, domains, { store, history }) })
  const text = textOf(part.blocks)
  expect(text).toContain('本概况涉及：example.net。')
  expect(text).toContain('已投递')
  expect(text).not.toContain('store/down')
  expect(text).not.toContain('连接')
})

test('a gateway that has just begun has a summary without weeks before', async () => {
  const figures = await figuresOf(END, undefined, { store: memoryStore() })
  expect(figures.weeks).toHaveLength(1)
  const text = textOf(summaryMail({ to: 'a@b.example', language: 'en', host: 'mx', figures }).blocks)
  expect(text).toContain('Delivered                      0 (0 %)')
  expect(text).toContain('None.')
})
