/** Lists of domains: a link to a listed domain costs points, and a broken list refuses no mail. */
import { expect, test } from 'vitest'
import { uribl } from '../../../src/filters/dnsbl/uribl.ts'
import { PosternError } from '../../../src/model/errors.ts'
import { points } from '../../../src/model/finding.ts'
import type { Notice } from '../../../src/model/services.ts'
import { clock } from '../../../src/testing/clock.ts'
import { message } from '../../../src/testing/message.ts'
import { probe } from '../../../src/testing/probe.ts'
import { servicesOf } from '../../../src/testing/services.ts'
import { zone } from '../../../src/testing/zone.ts'
import { recordingZone } from '../../support/recording-zone.ts'

const healthy = { 'test.dbl.example': { A: '127.0.0.2' } }
const zones = [{ zone: 'dbl.example', points: { '127.0.1.2': 6, '127.0.1.4': 8 } }] as const
const linked = message({
  html: '<a href="https://www.evil.com/x">a</a> <a href="http://198.51.100.7/">b</a> <a href="https://bad.org">c</a>',
})

test('a link to a listed domain costs what the code weighs, the most expensive once', async () => {
  const dns = zone({
    ...healthy,
    'evil.com.dbl.example': { A: '127.0.1.2' },
    'bad.org.dbl.example': { A: '127.0.1.4' },
  })
  const filter = uribl({ zones })
  await filter.start?.(servicesOf({ dns, clock: clock() }))
  expect(await probe(filter, { dns, message: linked })).toEqual([
    points(8, 'a link leads to “bad.org”, which is listed by dbl.example (127.0.1.4), and 1 more', {
      rule: 'uribl/listed',
    }),
  ])
  await filter.stop?.()
})

test('a list of addresses is asked for addresses, one of names for names', async () => {
  const asked: string[] = []
  await probe(uribl({ zones: [{ zone: 'ip.example', holds: 'addresses' }, { zone: 'dbl.example' }] }), {
    dns: recordingZone(asked),
    message: linked,
  })
  expect(asked.toSorted()).toEqual(['7.100.51.198.ip.example', 'bad.org.dbl.example', 'evil.com.dbl.example'])
})

test('a list of addresses is asked for IPv6 only where it holds it', async () => {
  const asked: string[] = []
  const six = message({ html: '<a href="http://[2001:db8::7]/">a</a>' })
  const [old, both] = [
    { zone: 'four.example', holds: 'addresses' },
    { zone: 'six.example', holds: 'addresses', ipv6: true },
  ] as const
  await probe(uribl({ zones: [old, both] }), { dns: recordingZone(asked), message: six })
  expect(asked).toEqual([`7.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.six.example`])
})

test('no more domains of a message are asked for than said', async () => {
  const asked: string[] = []
  const many = message({
    text: Array.from(
      { length: 50 },
      (_, index) => `https://d${index}.example.com.au/ https://domain${index}.org/\n`,
    ).join(''),
  })
  await probe(uribl({ zones, max: 7 }), { dns: recordingZone(asked), message: many })
  expect(asked.length).toBe(7)
})

test.for<[string, Parameters<typeof zone>[0], RegExp]>([
  [
    'lists everything',
    { ...healthy, 'invalid.dbl.example': { A: '127.0.0.2' } },
    /lists invalid, so it would list every client/,
  ],
  ['is empty', {}, /does not list test, so it is empty/],
  ['answers an error code', { 'test.dbl.example': { A: '127.255.255.254' } }, /with an error code/],
  ['leads to a web server', { 'test.dbl.example': { A: '192.0.2.80' } }, /with an error code/],
])('a list that %s is not asked, and the operator is notified', async ([, names, why]) => {
  const notices: Notice[] = []
  const dns = zone({ ...names, 'evil.com.dbl.example': { A: '127.0.1.2' } })
  const filter = uribl({ zones })
  await filter.start?.(servicesOf({ dns, clock: clock(), notify: notice => notices.push(notice) }))
  expect(await probe(filter, { dns, message: linked })).toEqual([])
  expect(notices).toEqual([{ code: 'uribl/off', reason: expect.stringMatching(why), level: 'warning' }])
  await filter.stop?.()
})

test('an error code for a domain counts nothing and switches the list off, until its test points stand again', async () => {
  const notices: Notice[] = []
  const notify = (notice: Notice) => void notices.push(notice)
  const hand = clock()
  const dns = zone({ ...healthy, 'evil.com.dbl.example': { A: '127.255.255.252' } })
  const filter = uribl({ zones })
  await filter.start?.(servicesOf({ dns, clock: hand, notify }))
  expect(await probe(filter, { dns, notify, message: linked })).toEqual([
    {
      rule: 'uribl/error',
      reason:
        'dbl.example answers 127.255.255.252, which is an error and not a listing: it is disabled until it is healthy',
    },
  ])
  expect(await probe(filter, { dns, notify, message: linked })).toEqual([])
  await hand.advance(300_000)
  expect(notices.map(({ code }) => code)).toEqual(['uribl/off', 'uribl/on'])
  await filter.stop?.()
})

test('a list that is late costs no more than the wait', async () => {
  const hand = clock()
  const never = { resolve: () => new Promise<never>(() => {}) }
  const found = probe(uribl({ zones, timeout: '2s' }), { dns: never, clock: hand, message: linked })
  for (let second = 0; second < 5; second += 1) await hand.advance(1000)
  expect(await found).toEqual([])
})

test('what is configured wrong is reported', () => {
  expect(() => uribl({ zones: [{ zone: 'not a name' }] })).toThrow(/^uribl\.zones\[0\]\.zone: /)
  expect(() => uribl({ zones, max: 0 })).toThrow(PosternError)
})
