import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { DMARC_SHAPE } from '../../src/reports/dmarc/counter.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { clock as handClock } from '../../src/testing/clock.ts'
import { DMARC, messageEvents } from './events.ts'
import { count, DAY, passing, RECORD, sender } from './sending.ts'

const ZONE = { '_dmarc.example.com': { TXT: RECORD } }

const domains = (...names: readonly string[]) =>
  names.flatMap(name => messageEvents({ dmarc: { ...DMARC, policyDomain: name, domain: name } }))

const zoneOf = (...names: readonly string[]) =>
  Object.fromEntries(
    names.map(name => [`_dmarc.${name}`, { TXT: `v=DMARC1; p=none; rua=mailto:dmarc@${name}` }] as const),
  )

test('a report is a gzip file whose name, subject and id are those of RFC 9990', async () => {
  const store = memoryStore()
  await count(store, messageEvents())
  const { sender: reports, sent } = sender(store, ZONE)
  expect(await reports.sendDay(DAY)).toEqual({ sent: 1, refused: 0, later: 0 })
  const [mail] = sent
  const id = mail?.id ?? ''
  expect(id).toMatch(/^[0-9a-f]{24}@mx\.example\.org$/)
  const unique = id.split('@')[0]
  expect(mail).toMatchObject({
    to: 'dmarc@example.com',
    subject: `Report Domain: example.com Submitter: mx.example.org Report-ID: <${id}>`,
    attachment: {
      filename: `mx.example.org!example.com!1795564800!1795651199!${unique}.xml.gz`,
      contentType: 'application/gzip',
    },
  })
  const xml = gunzipSync(mail?.attachment.content ?? Buffer.alloc(0)).toString()
  expect(xml).toContain(`<report_id>${id}</report_id>`)
  expect(xml).toContain('<begin>1795564800</begin><end>1795651199</end>')
})

test('two nodes send each report once, and messages of both are in it', async () => {
  const store = memoryStore()
  await count(store, domains('a.example', 'b.example', 'c.example'))
  await count(store, domains('a.example'))
  const [first, second] = [
    sender(store, zoneOf('a.example', 'b.example', 'c.example')),
    sender(store, zoneOf('a.example', 'b.example', 'c.example')),
  ]
  const rounds = Promise.all([first.sender.sendDay(DAY), second.sender.sendDay(DAY)])
  await passing(rounds, first.clock, second.clock)
  const sent = [...first.sent, ...second.sent]
  expect(sent.map(({ to }) => to).toSorted()).toEqual(['dmarc@a.example', 'dmarc@b.example', 'dmarc@c.example'])
  const about = sent.find(({ to }) => to === 'dmarc@a.example')
  expect(gunzipSync(about?.attachment.content ?? Buffer.alloc(0)).toString()).toContain('<count>2</count>')
})

test('there is a second between two mails, and never a second one under way', async () => {
  const store = memoryStore()
  await count(store, domains('a.example', 'b.example', 'c.example'))
  let underWay = 0
  const times: number[] = []
  const { sender: reports, clock } = sender(store, zoneOf('a.example', 'b.example', 'c.example'), {
    send: async () => {
      underWay += 1
      expect(underWay).toBe(1)
      times.push(clock.now())
      await new Promise<void>(resolve => clock.after(300, resolve))
      underWay -= 1
      return { result: 'sent' }
    },
  })
  await passing(reports.sendDay(DAY), clock)
  expect(times).toEqual([0, 1_300, 2_600])
})

test('a report that cannot be sent is tried again an hour later, as the same report', async () => {
  const clock = handClock()
  const store = memoryStore({ clock })
  await count(store, messageEvents())
  const failing = sender(store, ZONE, { send: () => Promise.reject(new Error('connection refused')) })
  expect(await failing.sender.sendDay(DAY)).toEqual({ sent: 0, refused: 0, later: 1 })
  const { sender: reports, sent } = sender(store, ZONE)
  expect(await reports.sendDay(DAY)).toEqual({ sent: 0, refused: 0, later: 1 })
  await clock.advance(3_600_000)
  expect(await reports.sendDay(DAY)).toEqual({ sent: 1, refused: 0, later: 0 })
  expect(sent).toHaveLength(1)
})

test('a report that is refused is not tried again, and a notice says why', async () => {
  const store = memoryStore()
  await count(store, messageEvents())
  const { sender: reports, notices } = sender(store, ZONE, {
    send: async () => ({ result: 'refused', reason: '550 no such user' }),
  })
  expect(await reports.sendDay(DAY)).toEqual({ sent: 0, refused: 1, later: 0 })
  expect(notices).toEqual(['reports/refused: example.com refuses its report: 550 no such user'])
  expect(await reports.sendDay(DAY)).toEqual({ sent: 0, refused: 0, later: 0 })
})

test('a process that ends while it sends leaves the report to another one', async () => {
  const clock = handClock()
  const store = memoryStore({ clock })
  await count(store, messageEvents())
  const ended = sender(store, ZONE, { send: () => new Promise(() => undefined) })
  void ended.sender.sendDay(DAY)
  await clock.advance(16 * 60_000)
  const { sender: reports } = sender(store, ZONE)
  expect(await reports.sendDay(DAY)).toEqual({ sent: 1, refused: 0, later: 0 })
})

test.for([
  ['no longer publishes a policy', {}],
  ['no longer asks for reports', { '_dmarc.example.com': { TXT: 'v=DMARC1; p=reject' } }],
  [
    'names a stranger that has not agreed',
    { '_dmarc.example.com': { TXT: 'v=DMARC1; p=none; rua=mailto:a@victim.example' } },
  ],
  ['takes less than the report', { '_dmarc.example.com': { TXT: `${RECORD}!100` } }],
] as const)('a domain that %s is sent nothing', async ([, literal]) => {
  const store = memoryStore()
  await count(store, messageEvents())
  const { sender: reports, sent } = sender(store, literal)
  expect(await reports.sendDay(DAY)).toEqual({ sent: 0, refused: 0, later: 0 })
  expect(sent).toEqual([])
})

test('a failed lookup of the policy or of an agreement leaves the report for later', async () => {
  const store = memoryStore()
  await count(store, domains('a.example', 'b.example'))
  const { sender: reports, sent } = sender(store, {
    '_dmarc.a.example': 'servfail',
    '_dmarc.b.example': { TXT: 'v=DMARC1; p=none; rua=mailto:a@reports.example' },
    'b.example._report._dmarc.reports.example': 'timeout',
  })
  expect(await reports.sendDay(DAY)).toEqual({ sent: 0, refused: 0, later: 2 })
  expect(sent).toEqual([])
})

/** The bounds as they are, but smaller. */
const SMALL = { ...DMARC_SHAPE, maxNames: [30, 20, 50] }

test('rows beyond the bound are counted in the report', async () => {
  const store = memoryStore()
  const ips = Array.from({ length: 70 }, (_, index) => `10.0.0.${index}`)
  const events = ips.flatMap(ip => messageEvents({}, { ip }))
  await count(store, events, SMALL)
  const { sender: reports, sent } = sender(store, ZONE)
  await reports.sendDay(DAY)
  const xml = gunzipSync(sent[0]?.attachment.content ?? Buffer.alloc(0)).toString()
  expect(xml).toContain('<error>20 messages are not in this report, because it has too many rows</error>')
  expect(xml.match(/<record>/g)).toHaveLength(50)
})

test('a flood of organisations is cut off, and a notice has the number of the other messages', async () => {
  const store = memoryStore()
  await count(store, domains(...Array.from({ length: 37 }, (_, index) => `d${index}.example`)), SMALL)
  const { sender: reports, notices } = sender(store, {})
  expect(await reports.sendDay(DAY)).toEqual({ sent: 0, refused: 0, later: 0 })
  expect(notices).toEqual(['reports/beyond: 7 messages of 2026-11-25 are in no report: too many domains'])
})

test('a store that is down stops the round', async () => {
  const { sender: reports } = sender({ run: () => Promise.reject(new Error('down')) }, ZONE)
  await expect(reports.sendDay(DAY)).rejects.toThrow('down')
})
