/** How many points the classifier has, by its training, and how it loses them. */
import { describe, expect, test } from 'vitest'
import { newClassifier } from '../../../src/classify/classifier.ts'
import { explain } from '../../../src/classify/explain.ts'
import { postern } from '../../../src/engine/gateway.ts'
import { classify } from '../../../src/filters/classify/classify.ts'
import type { ClassifyOptions } from '../../../src/filters/classify/options.ts'
import type { Label } from '../../../src/model/feedback.ts'
import type { Filter } from '../../../src/model/filter.ts'
import { points } from '../../../src/model/finding.ts'
import type { Notice } from '../../../src/model/services.ts'
import { contextAt, probe } from '../../../src/testing/probe.ts'
import { zone } from '../../../src/testing/zone.ts'
import { receive } from '../../support/receive.ts'
import { sorted } from '../../support/sorted-mail.ts'

function site(options: ClassifyOptions = {}, beside: readonly Filter[] = []) {
  const classifier = newClassifier()
  const notices: Notice[] = []
  const filter = classify({ classifier, ...options })
  const gateway = postern({ filters: [...beside, filter], dns: zone({}), notify: notice => notices.push(notice) })
  const train = async (label: Label, from: number, to: number, more: { readonly imported?: boolean } = {}) => {
    for (let number = from; number < to; number += 1)
      await gateway.feedback({ message: sorted(label, number), label, by: 'user:alice', ...more })
  }
  const judged = async () => (await probe(filter, { message: sorted('spam', 5_000) }))[0]
  return { classifier, filter, gateway, notices, train, judged }
}

test('points begin with 20 honest and 10 unwanted examples, grow, and are full with the asked guarantee', async () => {
  const { train, judged } = site()
  for (const [from, to] of [
    [0, 5],
    [5, 10],
  ] as const) {
    await train('ham', from, to)
    await train('spam', from, to)
  }
  await train('ham', 10, 19)
  expect(await judged()).toBeUndefined()
  await train('ham', 19, 20)
  expect((await judged())?.points).toBe(1.5)
  expect((await judged())?.reason).toMatch(/^reads like spam: at most 4\.76 % of the honest mail of this site does/)
  await train('spam', 10, 100)
  await train('ham', 20, 100)
  const half = (await judged())?.points ?? 0
  expect(half).toBeGreaterThan(2.5)
  expect(half).toBeLessThan(5.5)
  await train('ham', 100, 199)
  expect((await judged())?.points).toBeGreaterThan(5.5)
})

test('imported examples alone have two points, however many they are', async () => {
  const { train, judged } = site()
  for (let from = 0; from < 300; from += 100)
    for (const label of ['ham', 'spam'] as const) await train(label, from, from + 100, { imported: true })
  expect(await judged()).toMatchObject({ points: 2, reason: expect.stringContaining('imported examples say so') })
  await train('ham', 300, 320)
  expect((await judged())?.points).toBe(2)
  await train('ham', 320, 500)
  expect((await judged())?.points).toBeGreaterThan(5.5)
})

test('with few examples it cannot subtract much either', async () => {
  const { filter, train } = site()
  const judged = async () => (await probe(filter, { message: sorted('ham', 5_000) }))[0]?.points
  await train('spam', 0, 20)
  await train('ham', 0, 20)
  expect(await judged()).toBeUndefined()
  await train('spam', 20, 60)
  await train('ham', 20, 60)
  expect(await judged()).toBeLessThan(-0.5)
  expect(await judged()).toBeGreaterThan(-1.8)
})

test('imported spam alone subtracts nothing from mail that is unlike it: today’s spam may be unlike it, too', async () => {
  const { filter, train } = site()
  const judged = async () => (await probe(filter, { message: sorted('ham', 5_000) }))[0]?.points
  for (let from = 0; from < 300; from += 100)
    for (const label of ['ham', 'spam'] as const) await train(label, from, from + 100, { imported: true })
  expect(await judged()).toBeUndefined()
  await train('ham', 300, 500)
  expect(await judged()).toBeUndefined()
  await train('spam', 300, 340)
  expect(await judged()).toBeLessThan(-0.2)
  expect(await judged()).toBeGreaterThan(-1.5)
  await train('spam', 340, 500)
  expect(await judged()).toBe(-2)
})

describe('drift', () => {
  test('honest mail that reads like spam, and is corrected, reduces the points at once, with a notice', async () => {
    const { gateway, classifier, notices, train } = site()
    for (let from = 0; from < 200; from += 50)
      for (const label of ['ham', 'spam'] as const) await train(label, from, from + 50)
    const received: { readonly ref: string; readonly points: number }[] = []
    for (let number = 1_000; number < 1_006; number += 1) {
      const { outcome, ref } = await receive(gateway, sorted('spam', number))
      received.push({ ref, points: outcome.score })
    }
    expect(received.every(({ points }) => points > 5)).toBe(true)
    for (const { ref } of received) {
      // Said twice, and by two people, it is one false positive.
      for (const by of ['user:alice', 'user:alice', 'user:bob']) await gateway.feedback({ ref, label: 'ham', by })
    }
    expect(notices.filter(({ code }) => code === 'classify/drift')).toEqual([
      { code: 'classify/drift', level: 'warning', reason: expect.stringContaining('more than 0.50 %') },
    ])
    expect(classifier.grade).toBeLessThan(0.2)
    const { outcome } = await receive(gateway, sorted('spam', 1_010))
    expect(outcome.score).toBeLessThanOrEqual(1.6)
    await train('ham', 2_000, 2_200)
    expect(notices.map(({ code }) => code)).toEqual(['classify/drift', 'classify/restored'])
  })

  test('neither imported examples, nor distrusted reporters, nor mail that was not judged as spam reduce them', async () => {
    const { gateway, notices, train } = site({ reporterTrust: by => (by === 'user:mallory' ? 0.3 : 1) })
    for (let from = 0; from < 200; from += 50)
      for (const label of ['ham', 'spam'] as const) await train(label, from, from + 50)
    const refs: string[] = []
    for (let number = 1_000; number < 1_008; number += 1)
      refs.push((await receive(gateway, sorted('spam', number))).ref)
    for (const ref of refs) await gateway.feedback({ ref, label: 'ham', by: 'user:mallory' })
    for (let number = 1_000; number < 1_008; number += 1)
      await gateway.feedback({ message: sorted('spam', number), label: 'ham', by: 'learn', imported: true })
    await train('ham', 3_000, 3_020)
    expect(notices).toEqual([])
  })
})

describe('the rules that fired', () => {
  const byField: Filter = {
    name: 'route',
    message: ({ header }) =>
      header.get('x-spam-route') !== undefined && points(0.1, 'a strange route', { rule: 'strange' }),
  }
  /** Texts of one kind. They differ in a field that is no part of the text, because mailboxes add such fields. */
  const message = (label: Label, number: number) =>
    Buffer.concat([
      Buffer.from(label === 'spam' ? 'X-Spam-Route: x\r\n' : ''),
      sorted('ham', 2 * number + (label === 'spam' ? 1 : 0)),
    ])

  test('are features: where they separate, the site learns it, and the explanation names them', async () => {
    const { gateway, classifier } = site({}, [byField])
    for (let number = 0; number < 120; number += 1)
      for (const label of ['ham', 'spam'] as const) {
        const { ref } = await receive(gateway, message(label, number))
        await gateway.feedback({ ref, label, by: 'user:alice' })
      }
    const traits = ['rule route/strange', 'no Message-ID', 'links 0']
    const { header } = contextAt('header', { message: message('spam', 900) })
    const found = explain(classifier, { header, text: '', urls: [], head: Buffer.alloc(0), traits }, 100)
    const [first] = found.filter(({ view }) => view === 'traits')
    expect(first).toEqual({
      view: 'traits',
      word: 'rule route/strange',
      weight: expect.toSatisfy(weight => weight > 0.1),
    })
  })

  test('are taken from the judgement when a person gives the bytes and the reference', async () => {
    const { gateway, classifier } = site({}, [byField])
    const { ref } = await receive(gateway, message('spam', 1))
    await gateway.feedback({ ref, message: message('spam', 1), label: 'spam', by: 'user:alice' })
    const withRule = classifier.export()
    const other = site({}, [byField])
    await other.gateway.feedback({ ref, message: message('spam', 1), label: 'spam', by: 'user:alice' })
    expect(withRule.equals(other.classifier.export())).toBe(false)
    // The same report in another form is no second one.
    await gateway.feedback({ message: message('spam', 1), label: 'spam', by: 'user:alice' })
    expect(classifier.exampleCounts).toEqual({ ham: 0, spam: 1 })
  })
})
