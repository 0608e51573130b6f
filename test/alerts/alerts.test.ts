/** Alerts of one node: one mail when an alert begins, one when it ends, whatever happens between. */
import { describe, expect, test } from 'vitest'
import { PosternError } from '../../src/model/errors.ts'
import { breakable, DOWN, HOUR, MINUTE, Node } from './node.ts'

const started = async (given: ConstructorParameters<typeof Node>[0] = {}) => {
  const node = new Node(given)
  DOWN(node, false)
  await node.alerts.start()
  await node.pass(MINUTE)
  return node
}

test('a next hop that is down for two minutes brings one mail, and one when it is back', async () => {
  const node = await started()
  DOWN(node, true)
  await node.pass(90_000)
  expect(node.subjects).toEqual([])
  await node.pass(60_000)
  expect(node.subjects).toEqual(['postern: critical: next-hop/mail.example.org:25'])
  await node.pass(30 * MINUTE)
  expect(node.mails).toHaveLength(1)
  const text = node.textOf(0)
  expect(text).toContain('since 2026-11-02 00:0')
  expect(text).toContain('on mx1')
  expect(text).toContain('What: The next hop mail.example.org:25 fails: it does not take connections.')
  expect(text).toContain('Affected: Mail for its domains is deferred')
  expect(text).toContain('To do: See its log')
  DOWN(node, false)
  await node.pass(4 * MINUTE)
  expect(node.mails).toHaveLength(1)
  await node.pass(2 * MINUTE)
  expect(node.subjects.slice(1)).toEqual(['postern: over: next-hop/mail.example.org:25'])
  await node.pass(3 * HOUR)
  expect(node.mails).toHaveLength(2)
})

test('a short failure brings no mail', async () => {
  const node = await started()
  for (let minute = 0; minute < 20; minute += 1) {
    DOWN(node, minute % 2 === 0)
    await node.pass(MINUTE)
  }
  expect(node.mails).toEqual([])
})

test('an alert that lasts is repeated once a day', async () => {
  const node = await started()
  DOWN(node, true)
  await node.pass(25 * HOUR)
  expect(node.subjects.slice(1)).toEqual(['postern: still critical: next-hop/mail.example.org:25'])
})

test('an alert that comes and goes is sent three times in an hour, and then how it rests', async () => {
  const node = await started()
  for (let round = 0; round < 12; round += 1) {
    DOWN(node, true)
    await node.pass(3 * MINUTE)
    DOWN(node, false)
    await node.pass(6 * MINUTE)
  }
  expect(node.mails).toHaveLength(6)
  expect(node.textOf(-1)).toContain('again and again')
  await node.pass(2 * HOUR)
  // It is over, and that was said.
  expect(node.mails).toHaveLength(6)
  DOWN(node, true)
  await node.pass(3 * MINUTE)
  expect(node.mails).toHaveLength(7)
})

test('an alert that is damped while it lasts is sent when it has rested for an hour', async () => {
  const node = await started()
  for (let round = 0; round < 4; round += 1) {
    DOWN(node, false)
    await node.pass(6 * MINUTE)
    DOWN(node, true)
    await node.pass(3 * MINUTE)
  }
  const before = node.mails.length
  expect(node.textOf(-1)).toContain('again and again')
  await node.pass(2 * HOUR)
  expect(node.subjects.slice(before)).toEqual(['postern: critical: next-hop/mail.example.org:25'])
})

test('there are at most so many mails an hour, and the rest is summed up', async () => {
  const node = await started({ options: { mail: ['ops@example.org'], maxMails: 3 } })
  for (let host = 0; host < 8; host += 1) {
    DOWN(node, true, `h${host}.example.org:25`)
    await node.pass(3 * MINUTE)
  }
  expect(node.mails).toHaveLength(3)
  await node.pass(HOUR)
  expect(node.subjects.slice(3)).toEqual(['postern: 5 alerts of the last hour'])
  for (let host = 3; host < 8; host += 1) expect(node.textOf(3)).toContain(`next-hop/h${host}.example.org:25`)
})

test('alerts that begin at once are one mail, and of hundreds of subjects some are named', async () => {
  const node = await started()
  for (let host = 0; host < 300; host += 1) DOWN(node, true, `h${host}.example.org:25`)
  await node.pass(3 * MINUTE)
  expect(node.subjects).toEqual(['postern: critical: next-hop/h0.example.org:25 and 19 more'])
  expect(node.textOf(0)).toContain('The same of 281 others.')
})

test('mail that cannot be sent is tried again, under the same name, until it is sent', async () => {
  const node = await started()
  node.canSend = false
  DOWN(node, true)
  await node.pass(10 * MINUTE)
  expect(node.notices.filter(({ code }) => code === 'alerts/failed')).toHaveLength(1)
  node.canSend = true
  await node.pass(15 * MINUTE)
  expect(node.mails).toHaveLength(1)
})

test('mail that can never be sent is given up and counted', async () => {
  const node = await started()
  node.canSend = false
  DOWN(node, true)
  await node.pass(6 * HOUR)
  const dropped = node.alerts.metrics().find(({ name }) => name === 'postern_alert_dropped_total')
  expect(dropped?.samples).toEqual([{ value: 1 }])
})

test('while the mail processes do not answer nothing begins and nothing ends', async () => {
  const node = await started()
  DOWN(node, true)
  await node.pass(3 * MINUTE)
  node.isAnswering = false
  node.gauge('postern_quarantine_bytes', 1)
  DOWN(node, false)
  await node.pass(HOUR)
  expect(node.mails).toHaveLength(1)
  node.isAnswering = true
  await node.pass(6 * MINUTE)
  expect(node.mails).toHaveLength(2)
})

test('after a restart an alert that lasts is not sent again, and its end is', async () => {
  const first = await started()
  const { store } = breakable(first.clock)
  const before = await started({ store, clock: first.clock })
  DOWN(before, true)
  await before.pass(3 * MINUTE)
  expect(before.mails).toHaveLength(1)
  await before.alerts.close()
  const after = new Node({ store, clock: first.clock })
  DOWN(after, true)
  await after.alerts.start()
  await after.pass(10 * MINUTE)
  expect(after.mails).toEqual([])
  DOWN(after, false)
  await after.pass(6 * MINUTE)
  expect(after.subjects).toEqual(['postern: over: next-hop/mail.example.org:25'])
})

describe('the store', () => {
  test('that is down is an alert that is sent all the same, once', async () => {
    const clock = new Node().clock
    const { store, state } = breakable(clock)
    const node = await started({ store, clock })
    state.isDown = true
    node.gauge('postern_store_up', 0)
    await node.pass(10 * MINUTE)
    expect(node.subjects).toEqual(['postern: critical: store'])
    state.isDown = false
    node.gauge('postern_store_up', 1)
    await node.pass(10 * MINUTE)
    expect(node.subjects.slice(1)).toEqual(['postern: over: store'])
    await node.pass(HOUR)
    expect(node.mails).toHaveLength(2)
  })

  test('with a board that cannot be read is written anew, with a notice', async () => {
    const clock = new Node().clock
    const { store, inner } = breakable(clock)
    inner.run([{ op: 'set', key: 'alerts:board', value: '{"version":7}', ttl: 0 }])
    const node = await started({ store, clock })
    expect(node.notices.map(({ code }) => code)).toEqual(['alerts/board'])
    DOWN(node, true)
    await node.pass(3 * MINUTE)
    expect(node.mails).toHaveLength(1)
  })

  test('keeps what the forecast has learnt; what cannot be read is a notice and a fresh start', async () => {
    const clock = new Node().clock
    const { store, inner } = breakable(clock)
    const node = await started({ store, clock })
    await node.alerts.close()
    const [saved] = await store.run([{ op: 'get', key: 'alerts:forecast:mx1' }])
    expect(saved?.value.length).toBeGreaterThan(1_000)
    expect(saved?.value.length).toBeLessThan(150_000)
    const again = await started({ store, clock })
    expect(again.notices).toEqual([])
    await again.alerts.close()
    inner.run([{ op: 'set', key: 'alerts:forecast:mx1', value: '{"arrivals":"?"}', ttl: 0 }])
    const fresh = await started({ store, clock })
    expect(fresh.notices.map(({ code }) => code)).toEqual(['alerts/forecast'])
  })
})

test('metrics say which alerts last, and what was sent', async () => {
  const node = await started()
  DOWN(node, true)
  await node.pass(3 * MINUTE)
  const samples = Object.fromEntries(node.alerts.metrics().map(({ name, samples }) => [name, samples]))
  expect(samples['postern_alert']).toContainEqual({ labels: { name: 'next-hop' }, value: 1 })
  expect(samples['postern_alert']).toContainEqual({ labels: { name: 'store' }, value: 0 })
  expect(samples['postern_alert_messages_total']).toContainEqual({
    labels: { channel: 'mail', result: 'sent' },
    value: 1,
  })
})

test('a text from a label cannot begin a line in a mail or a subject', async () => {
  const node = await started()
  DOWN(node, true, 'evil\r\nBcc: everybody@example.net\u202e')
  await node.pass(3 * MINUTE)
  const [mail] = node.mails
  expect(mail?.subject).not.toMatch(/[\r\n\u202e]/)
  expect(node.textOf(0)).not.toMatch(/^Bcc:|\u202e/m)
})

describe('options', () => {
  test.for([
    [{ mail: ['not an address'] }, 'alerts.mail[0]'],
    [{ webhook: { url: 'http://example.org/', secret: 'a key of 16 chars' } }, 'alerts.webhook.url'],
    [{ webhook: { url: 'https://user@example.org/', secret: 'a key of 16 chars' } }, 'alerts.webhook.url'],
    [{ webhook: { url: 'https://example.org/', secret: 'short' } }, 'alerts.webhook.secret'],
    [{ maxMails: 0 }, 'alerts.maxMails'],
    [{ rules: { nexthop: false } }, 'alerts.rules.nexthop'],
    [{ custom: [{ name: 'store', metric: 'a', above: 1 }] }, 'alerts.custom[0].name'],
    [{ custom: [{ name: 'mine', metric: 'a' }] }, 'alerts.custom[0].above'],
    [{ custom: [{ name: 'mine', metric: 'a', above: 1, below: 0 }] }, 'alerts.custom[0].above'],
    [
      {
        custom: [
          { name: 'a', metric: 'a', above: 1 },
          { name: 'a', metric: 'a', above: 2 },
        ],
      },
      'alerts.custom',
    ],
  ] as const)('%j is refused at %s', ([options, path]) => {
    const make = () => new Node({ options: options as never })
    expect(make).toThrow(PosternError)
    expect(make).toThrow(path)
  })

  test('a rule can be switched off, and made slower', async () => {
    const node = await started({
      options: { mail: ['ops@example.org'], rules: { 'next-hop': { for: '10m' }, load: false } },
    })
    DOWN(node, true)
    node.gauge('postern_load_level', 2)
    await node.pass(9 * MINUTE)
    expect(node.mails).toEqual([])
    await node.pass(2 * MINUTE)
    expect(node.subjects).toEqual(['postern: critical: next-hop/mail.example.org:25'])
  })
})
