/** What our users answer is learned as honest: once, by its recipient alone, and never what a program has answered. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { newClassifier } from '../../../src/classify/classifier.ts'
import { postern } from '../../../src/engine/gateway.ts'
import { classify } from '../../../src/filters/classify/classify.ts'
import type { ClassifyOptions } from '../../../src/filters/classify/options.ts'
import { defer } from '../../../src/model/finding.ts'
import type { Store } from '../../../src/model/store.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { settled } from '../../../src/testing/clock.ts'
import { message } from '../../../src/testing/message.ts'
import { zone } from '../../../src/testing/zone.ts'
import { handClock } from '../../support/hand-clock.ts'

const LETTER = { messageId: '<letter@partner.example>', subject: 'Offer', text: 'The offer that you asked for.\n' }

function site(options: ClassifyOptions = {}, more: { readonly store?: Store; readonly isDeferred?: boolean } = {}) {
  const classifier = newClassifier()
  const filters = [
    classify({ classifier, ...options }),
    ...(more.isDeferred === true ? [{ name: 'later', message: () => defer('4.7.1', 'later') }] : []),
  ]
  const clock = handClock()
  const gateway = postern({ filters, dns: zone({}), clock, ...(more.store && { store: more.store }) })
  const send = async (
    fields: Parameters<typeof message>[0],
    from = 'a@partner.example',
    user?: string,
    to = 'bob@example.org',
  ) => {
    const session = gateway.open({ ip: '192.0.2.1' })
    await session.connect()
    await session.helo('client.example')
    await session.mail(from, user === undefined ? {} : { user })
    await session.rcpt(to)
    await session.data(Readable.from([Buffer.from(message(fields))]))
    session.close()
    await settled()
    await clock.advance(1_000)
  }
  const answer = (from: string, ...inReplyTo: readonly string[]) =>
    gateway.recordSent({ from, to: ['a@partner.example'], inReplyTo })
  return { classifier, gateway, send, answer, counts: () => classifier.exampleCounts }
}

test('what a recipient answers is learned as honest, once', async () => {
  const { send, answer, counts } = site()
  await send(LETTER)
  await answer('Bob@example.org', '<letter@partner.example>')
  await answer('bob@example.org', '<letter@partner.example>')
  await answer('bob@EXAMPLE.org', 'text <letter@partner.example> (comment)')
  expect(counts()).toEqual({ ham: 1, spam: 0 })
})

test.for([
  ['somebody who did not receive it', 'eve@example.org', '<letter@partner.example>'],
  ['another Message-ID', 'bob@example.org', '<other@partner.example>'],
  ['no Message-ID', 'bob@example.org', 'letter@partner.example'],
  ['a program', '', '<letter@partner.example>'],
] as const)('an answer of %s is no example', async ([, from, id]) => {
  const { send, answer, counts } = site()
  await send(LETTER)
  await answer(from, id)
  expect(counts()).toEqual({ ham: 0, spam: 0 })
})

test('an answer that an authenticated user sends through the gateway counts; an automatic one does not', async () => {
  const fields = { 'In-Reply-To': '<letter@partner.example>' }
  const reply = (more: object) => ({ subject: 'Re: Offer', text: 'Thanks.\n', header: { ...fields, ...more } })
  for (const [more, ham] of [
    [{}, 1],
    [{ 'Auto-Submitted': 'no' }, 1],
    [{ 'Auto-Submitted': 'auto-replied' }, 0],
    [{ Precedence: 'bulk' }, 0],
  ] as const) {
    const { send, counts } = site()
    await send(LETTER)
    await send(reply(more), 'bob@example.org', 'bob', 'a@partner.example')
    expect([more, counts().ham]).toEqual([more, ham])
  }
})

test('a deferred message is no example', async () => {
  const deferred = site({}, { isDeferred: true })
  await deferred.send(LETTER)
  await deferred.answer('bob@example.org', '<letter@partner.example>')
  expect(deferred.counts()).toEqual({ ham: 0, spam: 0 })
})

test('other messages of the same session are not taken for the answered message', async () => {
  const { gateway, answer, counts } = site()
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('client.example')
  for (const fields of [LETTER, { messageId: '<second@partner.example>', text: 'Win money now.\n' }]) {
    await session.mail('a@partner.example')
    await session.rcpt('bob@example.org')
    await session.data(Readable.from([Buffer.from(message(fields))]))
  }
  session.close()
  await settled()
  await answer('bob@example.org', '<letter@partner.example>')
  expect(counts()).toEqual({ ham: 0, spam: 0 })
  await answer('bob@example.org', '<second@partner.example>')
  expect(counts()).toEqual({ ham: 1, spam: 0 })
})

test('a node that has not seen the message learns the answer from the common store', async () => {
  const store = memoryStore()
  const [one, other] = [0, 1].map(() => site({ shared: true }, { store })) as [
    ReturnType<typeof site>,
    ReturnType<typeof site>,
  ]
  await one.send(LETTER)
  await other.answer('bob@example.org', '<letter@partner.example>')
  expect(other.counts()).toEqual({ ham: 1, spam: 0 })
})

test('the trust in a reporter counts for answers too', async () => {
  const { send, answer, counts } = site({ reporterTrust: by => (by.startsWith('answer:') ? 0 : 1) })
  await send(LETTER)
  await answer('bob@example.org', '<letter@partner.example>')
  expect(counts()).toEqual({ ham: 0, spam: 0 })
})
