/** Mail to trap addresses becomes training examples, and its decision stays what it was. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { newClassifier } from '../../src/classify/classifier.ts'
import { postern } from '../../src/engine/gateway.ts'
import { senderTrust, type Trust } from '../../src/facts/trust.ts'
import { classify } from '../../src/filters/classify/classify.ts'
import { type TrapsOptions, traps } from '../../src/filters/traps.ts'
import type { TrainingExample } from '../../src/model/feedback.ts'
import type { Filter } from '../../src/model/filter.ts'
import { defer, reject } from '../../src/model/finding.ts'
import type { Clock } from '../../src/model/services.ts'
import { clock, settled } from '../../src/testing/clock.ts'
import { probe } from '../../src/testing/probe.ts'
import { zone } from '../../src/testing/zone.ts'

const MESSAGE = 'From: a@example.com\r\nSubject: x\r\n\r\nhi\r\n'

function site(...others: readonly Filter[]) {
  return siteWith({}, ...others)
}

function siteWith(more: Partial<TrapsOptions> & { readonly clock?: Clock }, ...others: readonly Filter[]) {
  const { clock, ...options } = more
  const learned: Omit<TrainingExample, 'services'>[] = []
  const pupil: Filter = {
    name: 'pupil',
    onFeedback: ({ services: _, ...example }) => {
      learned.push(example)
    },
  }
  const filters = [traps({ recipients: ['Trap@example.org', '@trap.example'], ...options }), ...others, pupil]
  const gateway = postern({ filters, dns: zone({}), trustedNetworks: ['198.51.100.0/24'], ...(clock && { clock }) })
  const receive = async (recipients: readonly string[], ip = '192.0.2.1', user?: string) => {
    const session = gateway.open({ ip })
    await session.connect()
    await session.helo('client.example')
    await session.mail('a@example.com', user === undefined ? {} : { user })
    for (const recipient of recipients) await session.rcpt(recipient)
    const outcome = await session.data(Readable.from([Buffer.from(MESSAGE)]))
    session.close()
    await settled()
    return outcome
  }
  return { gateway, receive, learned }
}

test.for([
  ['an address, in any case', ['trap@Example.org'], 'trap:trap@example.org'],
  ['any address of a domain', ['sales@trap.example'], 'trap:sales@trap.example'],
  ['an address beside others', ['bob@example.org', 'trap@example.org'], 'trap:trap@example.org'],
] as const)('mail to %s is learned as spam, and is decided as before', async ([, recipients, by]) => {
  const { receive, learned } = site()
  const { verdict, score } = await receive(recipients)
  expect([verdict, score]).toEqual(['accept', 0])
  expect(learned).toEqual([{ label: 'spam', by, undo: false, ref: expect.stringMatching(/^[0-9A-Z]{8}$/) }])
})

test.for([
  ['another address', ['bob@example.org', 'trap@sub.example.org'], '192.0.2.1', undefined],
  ['a trap, of an authenticated user', ['trap@example.org'], '192.0.2.1', 'bob'],
  ['a trap, of our own network', ['trap@example.org'], '198.51.100.1', undefined],
] as const)('mail to %s is not learned', async ([, recipients, ip, user]) => {
  const { receive, learned } = site()
  await receive(recipients, ip, user)
  expect(learned).toEqual([])
})

test('a refused message to a trap is learned, a deferred one is not: the client sends it again', async () => {
  const refused = site({ name: 'no', message: () => reject('5.7.1', 'no') })
  expect((await refused.receive(['trap@example.org'])).verdict).toBe('reject')
  expect(refused.learned).toHaveLength(1)
  const deferred = site({ name: 'later', message: () => defer('4.7.1', 'later') })
  expect((await deferred.receive(['trap@example.org'])).verdict).toBe('defer')
  expect(deferred.learned).toEqual([])
})

test('a known sender whom somebody has signed up at a trap is not harmed', async () => {
  for (const [trust, count] of [
    ['known', 0],
    ['unknown', 1],
    ['bad', 1],
  ] as const) {
    const said: unknown[] = []
    const filter = traps({ recipients: ['trap@example.org'] })
    await filter.start?.({} as never, async feedback => {
      said.push(feedback)
    })
    const onMessage = filter.message
    let seen: unknown
    await probe(
      {
        ...filter,
        message: (message, prior) => {
          seen = message
          return onMessage?.(message, prior)
        },
      },
      { message: MESSAGE, forwardPaths: ['trap@example.org'], facts: [[senderTrust, trust as Trust]] },
    )
    filter.onDecision?.({ stage: 'message', verdict: 'accept' } as never, seen as never)
    await settled()
    expect([trust, said.length]).toEqual([trust, count])
  }
})

test('an hour has room for so many reports, and a tenth of them from one network', async () => {
  const hand = clock()
  const { receive, learned } = siteWith({ perHour: 20, clock: hand })
  for (let number = 0; number < 5; number += 1) await receive(['trap@example.org'], `192.0.2.${number}`)
  expect(learned).toHaveLength(2)
  for (let number = 0; number < 30; number += 1) await receive(['trap@example.org'], `203.0.${number}.1`)
  expect(learned).toHaveLength(20)
  await hand.advance(3_600_000)
  await receive(['trap@example.org'], '192.0.2.1')
  expect(learned).toHaveLength(21)
})

test.for([[[]], [['trap']], [['@']]])('%j is no list of traps', ([recipients]) => {
  expect(() => traps({ recipients: recipients as readonly string[] })).toThrow('traps.recipients')
})

test('a message to a trap that was refused before it was judged does not stand for an earlier one of its session', async () => {
  const classifier = newClassifier()
  const refuses: Filter = {
    name: 'no',
    message: ({ header }) => (header.get('subject') === 'second' ? reject('5.7.1', 'no') : undefined),
  }
  const filters = [traps({ recipients: ['trap@example.org'] }), classify({ classifier }), refuses]
  const gateway = postern({ filters, dns: zone({}), notify: () => undefined })
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('client.example')
  for (const [recipient, subject] of [
    ['bob@example.org', 'first'],
    ['trap@example.org', 'second'],
  ] as const) {
    await session.mail('a@example.com')
    await session.rcpt(recipient)
    await session.data(Readable.from([Buffer.from(MESSAGE.replace('Subject: x', `Subject: ${subject}`))]))
  }
  session.close()
  await settled()
  expect(classifier.exampleCounts).toEqual({ ham: 0, spam: 0 })
})
