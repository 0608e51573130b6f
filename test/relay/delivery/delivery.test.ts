/** Routes, several recipients, and reports for those that are refused after others have the message. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { describe, expect, test } from 'vitest'
import { PosternError } from '../../../src/model/errors.ts'
import { createDelivery } from '../../../src/relay/delivery/delivery.ts'
import type { RouteOptions } from '../../../src/relay/delivery/types.ts'
import { freeLoad, hopAt, testDelivery } from '../../support/delivery.ts'
import { handClock } from '../../support/hand-clock.ts'
import { incoming } from '../../support/incoming.ts'
import { scratch } from '../../support/scratch.ts'
import { type Conduct, sink } from '../../support/sink.ts'

const letter = 'From: a@example.org\r\nSubject: hello\r\n\r\nbody\r\n'
const three = ['b@example.net', 'c@example.net', 'd@example.net']
const proven = [['Authentication-Results', 'mx.example.org; spf=pass smtp.mailfrom=example.org']] as const

describe('routes', () => {
  test('the most specific domain decides, and each server gets its recipients in one transaction', async () => {
    await using one = await sink()
    await using two = await sink()
    await using folder = await scratch()
    const routes: readonly RouteOptions[] = [
      { domains: ['example.net', '.example.net'], nextHop: hopAt(one.port), recipients: 'any' },
      { domains: ['lists.example.net'], nextHop: hopAt(two.port, { protocol: 'lmtp' }), recipients: 'any' },
      { maildir: folder.path },
    ]
    await using relay = await testDelivery(routes)
    const to = ['a@Example.NET', 'b@sub.example.net', 'c@lists.example.net', 'd@elsewhere.example']
    expect(await relay.delivery.deliver(incoming(letter, { to }))).toMatchObject({ code: 250, status: '2.6.0' })
    expect(one.received()).toMatch(/RCPT TO:<a@Example.NET>[\s\S]*RCPT TO:<b@sub\.example\.net>/)
    expect(two.received()).toMatch(/LHLO [\s\S]*RCPT TO:<c@lists\.example\.net>/)
    expect([one.messages.length, two.messages.length, await readdir(join(folder.path, 'new'))]).toEqual([
      1,
      1,
      [expect.any(String)],
    ])
    expect(relay.reports.map(({ recipient, nextHop }) => `${recipient} ${nextHop}`).toSorted()).toEqual(
      [
        `a@Example.NET 127.0.0.1:${one.port}`,
        `b@sub.example.net 127.0.0.1:${one.port}`,
        `c@lists.example.net 127.0.0.1:${two.port}`,
        `d@elsewhere.example ${folder.path}`,
      ].toSorted(),
    )
  })

  test('a domain without a route is refused at RCPT and again with the message', async () => {
    await using server = await sink()
    await using relay = await testDelivery([
      { domains: ['example.net'], nextHop: hopAt(server.port), recipients: 'any' },
    ])
    const question = { forwardPath: 'x@example.com', reversePath: 'a@example.org' }
    expect(await relay.delivery.checkRecipient(question)).toMatchObject({ code: 550, status: '5.7.1' })
    expect(await relay.delivery.deliver(incoming(letter, { to: ['x@example.com'] }))).toMatchObject({ code: 550 })
    expect(server.received()).toBe('')
    expect(relay.delivery.domains).toEqual(['example.net'])
  })

  test('quarantined mail goes to .Junk, and is a separate message for a next hop', async () => {
    await using server = await sink()
    await using folder = await scratch()
    const to = [{ forwardPath: 'b@example.net' }, { forwardPath: 'c@example.net', quarantine: true }]
    await using relay = await testDelivery([{ nextHop: hopAt(server.port), recipients: 'any' }])
    expect((await relay.delivery.deliver(incoming(letter, { to }))).code).toBe(250)
    expect(server.messages).toHaveLength(2)
    await using local = await testDelivery([{ maildir: folder.path }])
    expect((await local.delivery.deliver(incoming(letter, { to }))).code).toBe(250)
    const [name = ''] = await readdir(join(folder.path, 'new'))
    const text = await readFile(join(folder.path, 'new', name), 'utf8')
    expect(text).toMatch(/^Return-Path: <a@example\.org>\r\nReceived: from client\.example\.org \(\[192\.0\.2\.1\]\)/)
    expect(await readdir(join(folder.path, '.Junk/new'))).toHaveLength(1)
  })

  test('all that is wrong with the options is reported at once', async () => {
    const services = { name: 'mx', clock: handClock(), notify: () => undefined, load: freeLoad }
    const routes = [
      { domains: ['exa mple'], nextHop: { hosts: ['a b'], tls: 'maybe' as 'off' } },
      { nextHop: { hosts: [], srs: { domain: 'x.example', secret: 'short' } } },
      { maildir: 'x', recipients: 'all' as 'any' },
    ]
    const error = await createDelivery({ routes }, services).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(PosternError)
    const paths = error instanceof PosternError ? error.problems.map(({ path }) => path) : []
    expect(paths).toEqual([
      'delivery.routes[0].domains[0]',
      'delivery.routes[0].nextHop.hosts[0]',
      'delivery.routes[0].nextHop.tls',
      'delivery.routes[1].nextHop.hosts',
      'delivery.routes[1].nextHop.srs.secret',
      'delivery.routes[2].recipients',
    ])
    expect(String(error)).not.toContain('short')
  })
})

test.for([
  ['a next hop without domains', [{ nextHop: { hosts: ['mail.example.org'] } }], 'open to every sender'],
  [
    'a domain in two routes',
    [
      { domains: ['a.example'], maildir: 'x' },
      { domains: ['A.example'], maildir: 'y' },
    ],
    'a.example',
  ],
  ['two routes for all', [{ maildir: 'x' }, { maildir: 'y' }], 'one route without domains at most'],
  ['a route without a target', [{ domains: ['a.example'] }], 'either nextHop or maildir'],
  ['a Maildir that is to be asked', [{ maildir: 'x', recipients: { nextHop: {} } }], 'needs no next hop'],
] as const)('%s is refused', async ([, routes, words]) => {
  const services = { name: 'mx', clock: handClock(), notify: () => undefined, load: freeLoad }
  await expect(createDelivery({ routes }, services)).rejects.toThrow(words)
})

/** Refuses one of the recipients after the message, by LMTP, or at RCPT. */
const refusing =
  (bad: number, said = '550 5.2.1 <c@example.net> mailbox off'): Conduct =>
  (step, count) =>
    step === 'RCPT' && count === bad ? said : undefined

describe('one of three is refused after the others have the message', () => {
  const play = async (conduct: Conduct, options: Parameters<typeof incoming>[1] = {}) => {
    const server = await sink(conduct)
    const relay = await testDelivery([{ nextHop: hopAt(server.port), recipients: 'any' }])
    const once = async () => {
      const message = incoming(letter, { to: three, ...options })
      const reply = await relay.delivery.deliver(message)
      message.settle(true)
      await message.replied
      return `${reply.code} ${reply.status}`
    }
    const close = async () => {
      await relay.delivery.close()
      await server.stop()
    }
    return { server, relay, once, [Symbol.asyncDispose]: close }
  }

  test('P09 with a proven sender: 250, and a report is at the next hop before it', async () => {
    await using run = await play(refusing(2), { trace: proven })
    expect(await run.once()).toBe('250 2.6.0')
    expect(run.server.messages).toHaveLength(2)
    const [, report = ''] = run.server.messages
    expect(run.server.received()).toMatch(/MAIL FROM:<>[\s\S]*RCPT TO:<a@example\.org>/)
    const parsed = await PostalMime.parse(report)
    expect(parsed.to).toEqual([expect.objectContaining({ address: 'a@example.org' })])
    expect(report).toMatch(/^Auto-Submitted: auto-replied\r$/m)
    expect(report).toMatch(/^Content-Type: multipart\/report; report-type=delivery-status;/m)
    expect(report).toMatch(/^Final-Recipient: rfc822; c@example\.net\r\nAction: failed\r\nStatus: 5\.2\.1\r$/m)
    expect(report).toMatch(/^Diagnostic-Code: smtp; 550 5\.2\.1 <c@example\.net> mailbox off\r$/m)
    expect(report).toContain('Content-Type: text/rfc822-headers\r\n\r\nAuthentication-Results: ')
    expect(report).toContain('Subject: hello\r\n')
    expect(report).not.toContain('\r\nbody\r\n')
    expect(report.split('\r\n').every(line => /^[\t -~]{0,998}$/.test(line))).toBe(true)
    // Sent anew after the 250 it is another message, and again the others get it and the sender a report.
    const retried = incoming(letter, { to: three, trace: proven })
    expect((await run.relay.delivery.deliver(retried)).code).toBe(250)
  })

  test.for([
    ['the sender is not proven', []],
    ['SPF passes for the greeting only', [['Authentication-Results', 'mx; spf=pass smtp.helo=example.org']]],
    ['SPF passes for another domain', [['Authentication-Results', 'mx; spf=pass smtp.mailfrom=example.com']]],
    [
      'DMARC passes for an author of another domain',
      [['Authentication-Results', 'mx; dmarc=pass header.from=example.com']],
    ],
    ['a pass stands in a comment', [['Authentication-Results', 'mx; spf=fail (; spf=pass smtp.mailfrom=example.org)']]],
    ['the field is of another', [['X-Authentication-Results', 'mx; spf=pass smtp.mailfrom=example.org']]],
  ] as const)('P09 %s: 451, and at the next try the one is refused at RCPT', async ([, trace]) => {
    await using run = await play(refusing(2), { trace })
    expect(await run.once()).toBe('451 4.3.0')
    expect(run.server.messages).toHaveLength(1)
    const question = { forwardPath: 'c@example.net', reversePath: 'a@example.org' }
    expect(await run.relay.delivery.checkRecipient(question)).toMatchObject({ code: 550, status: '5.2.1' })
    expect(await run.relay.delivery.checkRecipient({ ...question, forwardPath: 'b@example.net' })).toBeUndefined()
    const rest = incoming(letter, { to: ['b@example.net', 'd@example.net'], trace })
    expect((await run.relay.delivery.deliver(rest)).code).toBe(250)
    expect(run.server.messages).toHaveLength(1)
  })

  test('P09 DMARC passes for the sender’s organisation: a report is sent', async () => {
    const trace = [['Authentication-Results', 'mx; dmarc=pass header.from=example.org']] as const
    await using run = await play(refusing(2), { trace, from: 'bounce@mail.example.org' })
    expect(await run.once()).toBe('250 2.6.0')
  })

  test('P09 the null reverse-path never gets a report', async () => {
    await using run = await play(refusing(2), { trace: proven, from: '' })
    expect(await run.once()).toBe('451 4.3.0')
    expect(run.server.messages).toHaveLength(1)
  })

  test('P09 a report that the next hop does not take: the client gets 451', async () => {
    const conduct: Conduct = (step, count) =>
      step === 'MAIL' && count > 1 ? '550 5.7.1 relaying denied' : refusing(2)(step, count)
    await using run = await play(conduct, { trace: proven })
    expect(await run.once()).toBe('451 4.3.0')
  })

  test('a recipient that wants no report gets none (NOTIFY=NEVER)', async () => {
    const to = [{ forwardPath: 'b@example.net' }, { forwardPath: 'c@example.net', notify: 'NEVER' }]
    await using run = await play(refusing(2), { trace: proven, to })
    expect(await run.once()).toBe('250 2.6.0')
    expect(run.server.messages).toHaveLength(1)
  })

  test('while another one is deferred there is no report yet', async () => {
    const conduct: Conduct = (step, count) =>
      step === 'RCPT' ? (count === 2 ? '550 5.1.1 no' : count === 3 ? '452 4.2.2 full' : undefined) : undefined
    await using run = await play(conduct, { trace: proven })
    expect(await run.once()).toBe('452 4.2.2')
    expect(run.server.messages).toHaveLength(1)
  })

  test('all are refused: the client gets the refusal', async () => {
    await using run = await play(step => (step === 'RCPT' ? '550 5.1.1 no' : undefined), { trace: proven })
    expect(await run.once()).toBe('550 5.1.1')
  })
})

test('with LMTP in, each recipient gets its own reply and no report is needed', async () => {
  await using server = await sink((step, count) => (step === 'end' && count === 2 ? '550 5.2.1 off' : undefined))
  await using relay = await testDelivery([{ nextHop: hopAt(server.port, { protocol: 'lmtp' }), recipients: 'any' }])
  const replies = await relay.delivery.deliverEach(incoming(letter, { to: three, trace: proven }))
  expect([...replies].map(([path, { code }]) => `${path} ${code}`)).toEqual([
    'b@example.net 250',
    'c@example.net 550',
    'd@example.net 250',
  ])
})

test('the record has the words, the queue id and the tries of the next hop', async () => {
  await using server = await sink(step => (step === 'end' ? '250 2.0.0 Ok: queued as 4dKx9T0Zq7z3\u001b' : undefined))
  await using relay = await testDelivery([{ nextHop: hopAt(server.port), recipients: 'any' }])
  await relay.delivery.deliver(incoming(letter))
  expect(relay.reports).toEqual([
    {
      recipient: 'b@example.net',
      result: 'delivered',
      nextHop: `127.0.0.1:${server.port}`,
      code: 250,
      status: '2.6.0',
      text: '2.0.0 Ok: queued as 4dKx9T0Zq7z3?',
      queueId: '4dKx9T0Zq7z3',
      ms: expect.any(Number),
      tries: 1,
    },
  ])
})

test('a record that fails, and a next hop that is closed while messages wait for it, cost no reply', async () => {
  await using server = await sink(undefined, { late: 100 })
  const warnings: string[] = []
  const listen = (warning: Error) => void warnings.push(warning.message)
  process.on('warning', listen)
  const onDelivery = () => {
    throw new Error('the record is away')
  }
  const nextHop = hopAt(server.port, { connections: { max: 1 } })
  await using relay = await testDelivery([{ nextHop, recipients: 'any' }], { onDelivery })
  const replies = Array.from({ length: 4 }, (_, index) => relay.delivery.deliver(incoming(`${index}\r\n`)))
  await expect.poll(server.received).toContain('DATA')
  await relay.delivery.close()
  expect((await Promise.all(replies)).map(({ code }) => code)).toEqual([250, 451, 451, 451])
  await expect.poll(() => warnings.join()).toContain('the record is away')
  process.off('warning', listen)
})
