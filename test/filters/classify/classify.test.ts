import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { newClassifier } from '../../../src/classify/classifier.ts'
import { postern } from '../../../src/engine/gateway.ts'
import { identities } from '../../../src/facts/identities.ts'
import { senderTrust } from '../../../src/facts/trust.ts'
import { classify } from '../../../src/filters/classify/classify.ts'
import type { ClassifyOptions } from '../../../src/filters/classify/options.ts'
import { PosternError } from '../../../src/model/errors.ts'
import type { Label } from '../../../src/model/feedback.ts'
import { defer } from '../../../src/model/finding.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { settled } from '../../../src/testing/clock.ts'
import { probe } from '../../../src/testing/probe.ts'
import { zone } from '../../../src/testing/zone.ts'
import { handClock } from '../../support/hand-clock.ts'
import { receive } from '../../support/receive.ts'
import { scratch } from '../../support/scratch.ts'
import { sorted } from '../../support/sorted-mail.ts'

type HandClock = ReturnType<typeof handClock>
const target = { falsePositives: 0.05, minExamples: 20 } as const

/** A filter behind a gateway, as a site has it. */
function site(options: ClassifyOptions = {}, world: Partial<Parameters<typeof postern>[0]> = {}) {
  const classifier = newClassifier(target)
  const filter = classify({ classifier, ...options })
  const gateway = postern({ filters: [filter], dns: zone({}), ...world })
  const say = (label: Label, message: Buffer, by = 'user:alice', undo = false) =>
    gateway.feedback({ message, label, by, undo })
  const train = async (from = 0, to = 40) => {
    for (let number = from; number < to; number += 1)
      for (const label of ['ham', 'spam'] as const) await say(label, sorted(label, number))
  }
  return { classifier, filter, gateway, say, train }
}

test('without training it reports nothing', async () => {
  const { filter } = site()
  for (const label of ['ham', 'spam'] as const) expect(await probe(filter, { message: sorted(label, 1) })).toEqual([])
})

test('with training it reports spam and honest mail, with the share of the other kind and the words', async () => {
  const { filter, train } = site()
  await train()
  expect(await probe(filter, { message: sorted('spam', 500) })).toEqual([
    {
      rule: 'classify/spam',
      points: expect.closeTo(5.9, 0),
      reason: expect.stringMatching(
        /^reads like spam: at most 5\.00 % of the honest mail of this site does, by its recent examples; largest weights: (?:(?:header |body |raw |)".{1,98}" [+-]?\d\.\d\d(?:, |$)){5}/,
      ),
    },
  ])
  expect(await probe(filter, { message: sorted('ham', 500) })).toEqual([
    {
      rule: 'classify/ham',
      points: -2,
      reason: 'reads like honest mail: 2.44 % of the spam in the training looks as much like it',
    },
  ])
})

test('spam of an authenticated author whom the site knows costs too little for a quarantine', async () => {
  const { filter, train } = site()
  await train()
  const proven = { ip: '192.0.2.1', network: '192.0.2.0/24', dkim: [], author: 'example.org' }
  const said = (who: object, trust: string) =>
    probe(filter, {
      message: sorted('spam', 500),
      facts: [
        [identities, who],
        [senderTrust, trust],
      ],
    })
  const { author: _, ...unproven } = proven
  expect((await said(proven, 'known'))[0]?.points).toBe(2)
  expect((await said(proven, 'unknown'))[0]?.points).toBeGreaterThan(5)
  expect((await said(unproven, 'known'))[0]?.points).toBeGreaterThan(5)
})

test('examples and verdicts are counted', async () => {
  const { filter, train } = site()
  await probe(filter, { message: sorted('ham', 500) })
  await train()
  for (const label of ['ham', 'spam', 'spam'] as const) await probe(filter, { message: sorted(label, 500) })
  expect(filter.metrics?.()).toEqual([
    {
      name: 'postern_classify_examples',
      help: 'Training examples of the classifier, by label.',
      type: 'gauge',
      samples: [
        { labels: { label: 'ham' }, value: 40 },
        { labels: { label: 'spam' }, value: 40 },
      ],
    },
    {
      name: 'postern_classify_verdicts_total',
      help: 'Messages that the classifier has judged, by verdict.',
      type: 'counter',
      samples: [
        { labels: { verdict: 'untrained' }, value: 1 },
        { labels: { verdict: 'ham' }, value: 1 },
        { labels: { verdict: 'spam' }, value: 2 },
      ],
    },
    {
      name: 'postern_classify_grade',
      help: expect.any(String),
      type: 'gauge',
      samples: [{ labels: {}, value: 1 }],
    },
    {
      name: 'postern_classify_drift_alarms_total',
      help: expect.any(String),
      type: 'counter',
      samples: [{ labels: {}, value: 0 }],
    },
  ])
})

test('no training makes it refuse by itself', async () => {
  const { gateway, train } = site({ spamPoints: 12 })
  await train(0, 60)
  const { outcome } = await receive(gateway, sorted('spam', 500))
  expect([outcome.verdict, outcome.score > 6, outcome.score < 15]).toEqual(['quarantine', true, true])
})

test('feedback can name a judged message by its reference', async () => {
  const { classifier, gateway, train } = site()
  await train()
  const { ref } = await receive(gateway, sorted('spam', 500))
  await gateway.feedback({ ref, label: 'spam', by: 'user:alice' })
  expect(classifier.exampleCounts).toEqual({ ham: 40, spam: 41 })
})

test('feedback with a reference and the bytes learns the bytes: two messages of one session are two examples', async () => {
  const { classifier, gateway } = site()
  for (const number of [1, 2, 2])
    await gateway.feedback({ ref: '7K2Q9F0D', message: sorted('ham', number), label: 'ham', by: 'user:alice' })
  expect(classifier.exampleCounts).toEqual({ ham: 2, spam: 0 })
})

test('what one node does not know any more is still taken back on the node that learned it', async () => {
  const clock = handClock()
  const store = memoryStore({ clock })
  const world = { store, clock, notify: () => undefined }
  const [one, other] = [site({ shared: true }, world), site({ shared: true }, world)]
  await settled()
  await one.say('ham', sorted('ham', 1))
  await clock.advance(10_000)
  expect(other.classifier.exampleCounts.ham).toBe(1)
  await one.gateway.close()
  const restarted = site({ shared: true }, world)
  await settled()
  await restarted.say('ham', sorted('ham', 1), 'user:alice', true)
  await clock.advance(10_000)
  expect(other.classifier.exampleCounts.ham).toBe(0)
  await Promise.all([other.gateway.close(), restarted.gateway.close()])
})

test.for<[string, string]>([
  ['is not known', '7K2Q9F0D'],
  ['was deferred', ''],
])('feedback about a message that %s is refused, with the remedy', async ([, known]) => {
  const late = { name: 'late', order: 'late', message: () => defer('4.7.1', 'come again') } as const
  const { filter } = site()
  const gateway = postern({ filters: [filter, late], dns: zone({}) })
  const { ref } = await receive(gateway, sorted('spam', 500))
  const saying = gateway.feedback({ ref: known || ref, label: 'spam', by: 'user:alice' })
  await expect(saying).rejects.toThrow(PosternError)
  await expect(saying).rejects.toThrow('give the message itself')
})

test('feedback of one reporter counts once, can be changed, and can be undone', async () => {
  const { classifier, say } = site()
  const message = sorted('spam', 1)
  await say('spam', message)
  await say('spam', message)
  expect(classifier.exampleCounts).toEqual({ ham: 0, spam: 1 })
  await say('spam', message, 'user:bob')
  expect(classifier.exampleCounts).toEqual({ ham: 0, spam: 2 })
  await say('ham', message)
  expect(classifier.exampleCounts).toEqual({ ham: 1, spam: 1 })
  await say('spam', message, 'user:alice', true)
  expect(classifier.exampleCounts).toEqual({ ham: 1, spam: 1 })
  await say('ham', message, 'user:alice', true)
  await say('spam', message, 'user:bob', true)
  await say('spam', message, 'user:bob', true)
  expect(classifier.exampleCounts).toEqual({ ham: 0, spam: 0 })
})

test.for<[string, number, number]>([
  ['not trusted', 0, 0],
  ['trusted too much', 7, 1],
  ['trusted in no number', Number.NaN, 0],
])('a reporter who is %s: the trust is limited to the range from 0 to 1', async ([, trust, counted]) => {
  const { classifier, say } = site({ reporterTrust: () => trust })
  await say('spam', sorted('spam', 1))
  expect(classifier.exampleCounts.spam).toBe(counted)
})

test('the training survives a restart, and a checkpoint precedes it', async () => {
  await using folder = await scratch()
  const first = site({ folder: folder.path })
  await first.train()
  await first.gateway.close()
  expect((await readdir(folder.path)).toSorted()).toEqual([
    expect.stringMatching(/^checkpoint-\d{15}\.postern$/),
    'classifier.postern',
    'training-log.json',
  ])
  const second = site({ folder: folder.path })
  const { outcome } = await receive(second.gateway, sorted('spam', 500))
  await second.gateway.close()
  expect(outcome.findings.map(({ rule }) => rule)).toEqual(['classify/spam'])
})

test('nodes with a common store learn each other’s examples, and know each other’s references', async () => {
  const clock = handClock()
  const store = memoryStore({ clock })
  const notify = () => undefined
  const [one, other] = [0, 1].map(() => site({ shared: true }, { store, clock, notify })) as [
    ReturnType<typeof site>,
    ReturnType<typeof site>,
  ]
  await settled()
  await one.train()
  await clock.advance(10_000)
  expect(other.classifier.exampleCounts).toEqual({ ham: 40, spam: 40 })
  const { ref } = await receive(one.gateway, sorted('spam', 500))
  await settled()
  await other.gateway.feedback({ ref, label: 'spam', by: 'user:alice' })
  await clock.advance(10_000)
  expect([one.classifier.exampleCounts.spam, other.classifier.exampleCounts.spam]).toEqual([41, 41])
  await other.gateway.feedback({ ref, label: 'spam', by: 'user:alice', undo: true })
  await clock.advance(10_000)
  expect([one.classifier.exampleCounts.spam, other.classifier.exampleCounts.spam]).toEqual([40, 40])
  await Promise.all([one.gateway.close(), other.gateway.close()])
})

test('what was learned before a restart can be undone after it', async () => {
  await using folder = await scratch()
  const first = site({ folder: folder.path })
  await first.say('ham', sorted('ham', 1))
  await first.say('spam', sorted('spam', 2))
  await first.gateway.close()
  const second = site({ folder: folder.path })
  await second.say('ham', sorted('ham', 1))
  expect(second.classifier.exampleCounts).toEqual({ ham: 1, spam: 1 })
  await second.say('ham', sorted('ham', 1), 'user:alice', true)
  await second.say('spam', sorted('spam', 2), 'user:alice', true)
  expect(second.classifier.exampleCounts).toEqual({ ham: 0, spam: 0 })
  await second.gateway.close()
  const { classifier } = site()
  const fresh = newClassifier(target)
  fresh.import(await readFile(join(folder.path, 'classifier.postern')))
  expect(fresh.exampleCounts).toEqual(classifier.exampleCounts)
})

test('an undo does not overtake its example, though the first one of a batch waits for a checkpoint', async () => {
  await using folder = await scratch()
  const { say, classifier, gateway } = site({ folder: folder.path })
  await Promise.all([say('ham', sorted('ham', 1)), say('ham', sorted('ham', 1), 'user:alice', true)])
  expect(classifier.exampleCounts.ham).toBe(0)
  await gateway.close()
})

test.for<[title: string, text: string]>([
  ['is damaged', '{"applied": [{'],
  ['is of another snapshot', '{"snapshot":"x","applied":[],"position":7}'],
  ['is no object', '[]'],
])('a log of the training that %s costs no more than undoing', async ([, text]) => {
  await using folder = await scratch()
  const first = site({ folder: folder.path })
  await first.say('ham', sorted('ham', 1))
  await first.gateway.close()
  await writeFile(join(folder.path, 'training-log.json'), text)
  const second = site({ folder: folder.path })
  await second.say('ham', sorted('ham', 1), 'user:alice', true)
  expect(second.classifier.exampleCounts).toEqual({ ham: 1, spam: 0 })
  await second.gateway.close()
})

/** Until a node has read its folder, and learns what another one says. */
async function listening(node: ReturnType<typeof site>, other: ReturnType<typeof site>, clock: HandClock) {
  let number = 100
  const learns = async () => {
    number += 1
    const before = node.classifier.exampleCounts.spam
    await other.say('spam', sorted('spam', number))
    await clock.advance(2_000)
    return node.classifier.exampleCounts.spam - before
  }
  // A snapshot that is read meanwhile may bring one, too, but only once.
  for (let times = 0; times < 2; times += 1) await expect.poll(learns, { timeout: 10_000 }).toBe(1)
}

describe('with a common store', () => {
  test('what was learned elsewhere while a node was down is learned when it is back, once', async () => {
    await using folder = await scratch()
    const clock = handClock()
    const world = { store: memoryStore({ clock }), clock, notify: () => undefined }
    const [one, other] = [site({ shared: true, folder: folder.path }, world), site({ shared: true }, world)]
    await listening(one, other, clock)
    await other.say('ham', sorted('ham', 1))
    // Its folder is a real one, and each read of the log waits for it.
    const learned = async () => {
      await clock.advance(2_000)
      return one.classifier.exampleCounts.ham
    }
    await expect.poll(learned).toBe(1)
    await one.gateway.close()
    await other.say('ham', sorted('ham', 2))
    await other.say('ham', sorted('ham', 1), 'user:alice', true)
    const back = site({ shared: true, folder: folder.path }, world)
    await listening(back, other, clock)
    await clock.advance(10_000)
    // The first of the two was undone, the second was added.
    expect(back.classifier.exampleCounts.ham).toBe(1)
    await back.say('ham', sorted('ham', 2), 'user:alice', true)
    expect(back.classifier.exampleCounts.ham).toBe(0)
    await Promise.all([other.gateway.close(), back.gateway.close()])
  })

  test('a process that only passes on what people say keeps nothing, and the others learn it within seconds', async () => {
    const clock = handClock()
    const world = { store: memoryStore({ clock }), clock, notify: () => undefined }
    const [passing, judging] = [site({ shared: true, judges: false }, world), site({ shared: true }, world)]
    await settled()
    await passing.say('spam', sorted('spam', 1))
    await clock.advance(2_000)
    expect([passing.classifier.exampleCounts.spam, judging.classifier.exampleCounts.spam]).toEqual([0, 1])
    await passing.say('spam', sorted('spam', 1), 'user:alice', true)
    await clock.advance(2_000)
    expect(judging.classifier.exampleCounts.spam).toBe(0)
    await Promise.all([passing.gateway.close(), judging.gateway.close()])
  })

  test('of two processes with one folder one writes, and both can undo for as long as they run', async () => {
    await using folder = await scratch()
    const clock = handClock()
    const world = { store: memoryStore({ clock }), clock, notify: () => undefined }
    const options = { shared: true, folder: folder.path }
    const [writing, reading] = [site(options, world), site({ ...options, writes: false }, world)]
    await listening(writing, reading, clock)
    await listening(reading, writing, clock)
    await reading.say('ham', sorted('ham', 1))
    // Long enough for snapshots.
    for (let minute = 0; minute < 5; minute += 1) await clock.advance(60_000)
    await writing.say('ham', sorted('ham', 1), 'user:alice', true)
    await clock.advance(2_000)
    expect([writing.classifier.exampleCounts.ham, reading.classifier.exampleCounts.ham]).toEqual([0, 0])
    await Promise.all([writing.gateway.close(), reading.gateway.close()])
  })
})

test('entries of the shared log that are not examples are ignored', async () => {
  const clock = handClock()
  const store = memoryStore({ clock })
  const { classifier, gateway } = site({ shared: true }, { store, clock })
  await settled()
  const example = { id: 'a', by: 'b', label: 'spam', undo: false, weight: 1, features: 'AAAA', node: 'x' }
  const malformed = [
    'null',
    '{',
    '7',
    JSON.stringify({ ...example, label: 'eggs' }),
    JSON.stringify({ ...example, weight: 9 }),
    JSON.stringify({ ...example, features: '/////w==' }),
  ]
  const answers = store.run([{ op: 'increment', key: 'classify:examples', by: malformed.length + 1, ttl: 0 }])
  expect(answers[0].count).toBe(7)
  for (const [index, value] of [...malformed, JSON.stringify(example)].entries())
    store.run([{ op: 'set', key: `classify:examples:${index + 1}`, value, ttl: 0 }])
  await clock.advance(10_000)
  expect(classifier.exampleCounts).toEqual({ ham: 0, spam: 1 })
  await gateway.close()
})

test.for<[string, ClassifyOptions]>([
  ['falsePositives', { falsePositives: '0%' }],
  ['falsePositives', { falsePositives: 'few' as '1%' }],
  ['falsePositives', { falsePositives: Number.NaN }],
  ['falsePositives', { falsePositives: 0.5 }],
  ['minExamples', { minExamples: 0 }],
  ['spamPoints', { spamPoints: 15 }],
  ['hamPoints', { hamPoints: -1 }],
  ['knownSenderPoints', { knownSenderPoints: Number.NaN }],
  ['featureTtl', { featureTtl: 'long' as '1d' }],
])('%s that makes no sense is refused when the gateway is built: %o', ([path, options]) => {
  expect(() => classify(options)).toThrow(
    expect.objectContaining({
      problems: [expect.objectContaining({ path: `classify.${path}`, found: Object.values(options)[0] })],
    }),
  )
})

test('a classifier whose training is kept nowhere says so when it starts', async () => {
  await using folder = await scratch()
  const codesOf = async (options: ClassifyOptions) => {
    const codes: string[] = []
    const gateway = postern({ filters: [classify(options)], dns: zone({}), notify: ({ code }) => codes.push(code) })
    await gateway.close()
    return codes
  }
  expect(await codesOf({})).toEqual(['classify/no-folder'])
  expect(await codesOf({ folder: folder.path })).toEqual([])
  expect(await codesOf({ shared: true })).toEqual([])
  expect(await codesOf({ classifier: newClassifier(target) })).toEqual([])
})
