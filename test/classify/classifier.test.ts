import { expect, test } from 'vitest'
import { type Classifier, newClassifier } from '../../src/classify/classifier.ts'
import { explain } from '../../src/classify/explain.ts'
import { features } from '../../src/classify/features.ts'
import type { Features } from '../../src/classify/packing.ts'
import { decode } from '../../src/classify/snapshot.ts'
import { PosternError } from '../../src/model/errors.ts'
import type { Label } from '../../src/model/feedback.ts'
import { seenIn } from '../support/seen.ts'
import { newDice, sorted } from '../support/sorted-mail.ts'

const mail = (label: Label, number: number): Features => features(seenIn(sorted(label, number)))
const some = (label: Label, from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => mail(label, from + index))

const options = { falsePositives: 0.05, minExamples: 20 }

function trained(from: number, to: number, classifier = newClassifier(options)): Classifier {
  for (let number = from; number < to; number += 1) {
    classifier.learn(mail('ham', number), 'ham', 0)
    classifier.learn(mail('spam', number), 'spam', 0)
  }
  return classifier
}

const verdicts = (classifier: Classifier, list: readonly Features[]) => {
  const found = list.map(one => classifier.judge(one).verdict)
  return (['spam', 'ham', 'unsure', 'untrained'] as const).map(verdict => found.filter(one => one === verdict).length)
}

test.for([{ falsePositives: Number.NaN }, { falsePositives: 0 }, { falsePositives: 1 }, { minExamples: 0 }])(
  'a target that cannot be reached is refused: %o',
  asked => {
    expect(() => newClassifier(asked)).toThrow(PosternError)
  },
)

test('without training the verdict is untrained', () => {
  const judgement = newClassifier().judge(mail('spam', 1))
  expect(judgement).toEqual({
    margin: 0,
    margins: [0, 0, 0, 0],
    probability: expect.closeTo(0.5, 0),
    hamShare: 1,
    spamShare: 1,
    verdict: 'untrained',
    basis: { site: undefined, imported: false, guarantee: 1 },
  })
})

test.for([
  ['one kind alone', ['spam'], 60],
  ['too few of either', ['ham', 'spam'], 15],
] as const)('trained with %s, it still abstains', ([, labels, count]) => {
  const classifier = newClassifier(options)
  for (const label of labels) for (const one of some(label, 0, count)) classifier.learn(one, label, 0)
  expect(verdicts(classifier, [...some('spam', 100, 110), ...some('ham', 100, 110)])).toEqual([0, 0, 0, 20])
})

test('from 20 honest and 10 unwanted examples on it speaks, and its grade grows until the target is guaranteed', () => {
  const classifier = newClassifier({ falsePositives: 0.01, minExamples: 50 })
  const grades: (number | undefined)[] = []
  for (let number = 0; number < 100; number += 1) {
    classifier.learn(mail('ham', number), 'ham', 0)
    if (number % 2 === 0) classifier.learn(mail('spam', number), 'spam', 0)
    if ([18, 19, 48, 98].includes(number)) grades.push(classifier.judge(mail('spam', 500)).basis.site)
  }
  const [early, first, half, full] = grades
  expect([early, first, full]).toEqual([undefined, 0, 1])
  expect(half).toBeGreaterThan(0.4)
  expect(half).toBeLessThan(0.8)
  expect(classifier.judge(mail('spam', 500))).toMatchObject({ verdict: 'spam', basis: { guarantee: 0.01 } })
})

test('imported examples give weights and a verdict, and no guarantee', () => {
  const classifier = newClassifier(options)
  for (let number = 0; number < 60; number += 1)
    for (const label of ['ham', 'spam'] as const) classifier.learn(mail(label, number), label, 0, { imported: true })
  expect(classifier.judge(mail('spam', 500))).toMatchObject({
    verdict: 'spam',
    basis: { site: undefined, imported: true, guarantee: 1 },
  })
  for (let number = 60; number < 80; number += 1) classifier.learn(mail('ham', number), 'ham', 0)
  expect(classifier.judge(mail('spam', 500)).basis).toMatchObject({ site: 1, guarantee: 0.05 })
})

test('an imported example that is taken back leaves no margin', () => {
  const classifier = newClassifier(options)
  const update = classifier.learn(mail('ham', 1), 'ham', 0, { imported: true })
  expect(decode(classifier.export()).margins).toMatchObject({ ham: { length: 0 }, imported: { length: 2 } })
  classifier.unlearn(mail('ham', 1), update)
  expect(decode(classifier.export()).margins).toMatchObject({ ham: { length: 0 }, imported: { length: 0 } })
})

test('honest mail of three months ago guarantees nothing today', () => {
  const classifier = trained(0, 60)
  expect(classifier.judge(mail('spam', 500)).basis.site).toBe(1)
  classifier.decay(91, 90)
  expect(classifier.judge(mail('spam', 500))).toMatchObject({ verdict: 'untrained', basis: { guarantee: 1 } })
})

test('a guarantee that begins anew keeps the last twenty honest examples, however the model contradicts them', () => {
  const classifier = trained(0, 120)
  const alike = mail('spam', 500)
  expect(classifier.judge(alike).verdict).toBe('spam')
  for (let number = 600; number < 604; number += 1) classifier.learn(mail('spam', number), 'ham', 0)
  classifier.restartGuarantee()
  expect(decode(classifier.export()).margins).toMatchObject({ ham: { length: 40 }, imported: { length: 0 } })
  expect(classifier.judge(mail('spam', 605)).verdict).toBe('unsure')
})

test('with training it distinguishes new mail, and is seldom wrong about honest mail', () => {
  const classifier = trained(0, 60)
  expect(classifier.exampleCounts).toEqual({ ham: 60, spam: 60 })
  const [spam = 0, spamAsHam] = verdicts(classifier, some('spam', 100, 200))
  const [hamAsSpam = 0, ham = 0] = verdicts(classifier, some('ham', 100, 200))
  expect([spam, ham]).toEqual([expect.toSatisfy(count => count > 90), expect.toSatisfy(count => count > 90)])
  expect([spamAsHam, hamAsSpam <= 5]).toEqual([0, true])
  expect(classifier.judge(mail('spam', 300)).probability).toBeGreaterThan(0.9)
  expect(classifier.judge(mail('ham', 300)).probability).toBeLessThan(0.1)
})

test('mail of a new kind is learned within five examples', () => {
  const classifier = trained(0, 60)
  const unrelated = (number: number) =>
    features(
      seenIn(Buffer.from(`Subject: kwartaalcijfers ${number}\r\n\r\nHierbij de stukken voor de vergadering ${number}`)),
    )
  for (let number = 0; number < 5; number += 1) classifier.learn(unrelated(number), 'ham', 0)
  expect(classifier.judge(unrelated(9)).margin).toBeLessThan(-1)
})

test('unlearning restores the state before the example', () => {
  const classifier = trained(0, 60)
  // What is known already takes no step, and draws nothing from the dice.
  const fresh = features(seenIn(Buffer.from('Subject: 7\r\n\r\nquite another thing, never seen before')))
  const before = classifier.export()
  const [margin, learned] = [classifier.judge(fresh).margin, { ...classifier.exampleCounts }]
  const update = classifier.learn(fresh, 'spam', 0)
  expect(classifier.judge(fresh).margin).toBeGreaterThan(margin + 0.5)
  classifier.unlearn(fresh, update)
  // Older examples that were replayed stay learned: they are true.
  expect(Math.abs(classifier.judge(fresh).margin - margin)).toBeLessThan(0.2)
  expect(classifier.exampleCounts).toEqual(learned)
  const [kept, now] = [decode(before), decode(classifier.export())]
  expect(now.examples).toHaveLength(kept.examples.length)
  expect(now.margins).toEqual(kept.margins)
})

test('a reporter with less trust changes less, and does not move the threshold', () => {
  const one = features(seenIn(Buffer.from('Subject: 7\r\n\r\nquite another thing, never seen before')))
  const [whole, part] = [trained(0, 60), trained(0, 60)]
  const before = whole.judge(one)
  whole.learn(one, 'ham', 0, { weight: 1 })
  part.learn(one, 'ham', 0, { weight: 0.1 })
  expect(part.judge(one).margin).toBeGreaterThan(whole.judge(one).margin)
  expect(part.judge(one).margin).toBeLessThan(before.margin)
  expect([whole, part].map(node => decode(node.export()).margins.ham.length / 2)).toEqual([61, 60])
  const none = part.judge(one).margin
  part.learn(one, 'ham', 0, { weight: 0 })
  expect(part.judge(one).margin).toBeCloseTo(none, 1)
})

test('the same examples make the same model, to the byte', () => {
  expect(trained(0, 40).export().equals(trained(0, 40).export())).toBe(true)
})

test('an imported snapshot judges and learns in the same way', () => {
  const first = trained(0, 40)
  const second = newClassifier(options)
  second.import(first.export())
  expect(second.export().equals(first.export())).toBe(true)
  for (const one of [mail('ham', 300), mail('spam', 300)]) expect(second.judge(one)).toEqual(first.judge(one))
  expect([first.generation, second.generation]).toEqual([0, 1])
})

test('a merge of two nodes knows what each node knows, and repeating it changes nothing', () => {
  const nodes = [trained(0, 40), trained(1_000, 1_040)] as const
  const together = newClassifier(options)
  together.merge(nodes.map(node => node.export()))
  const list = [...some('spam', 300, 330), ...some('spam', 1_300, 1_330)]
  expect(verdicts(together, list)[0]).toBeGreaterThan(54)
  expect(verdicts(together, [...some('ham', 300, 330), ...some('ham', 1_300, 1_330)])[0]).toBeLessThan(4)
  const margins = list.map(one => together.judge(one).margin)
  together.merge(nodes.map(node => node.export()))
  for (const [index, one] of list.entries()) expect(together.judge(one).margin).toBeCloseTo(margins[index] ?? 0, 0)
})

test('one wrong label in ten makes verdicts rarer, not wrong', () => {
  const classifier = newClassifier(options)
  const dice = newDice(9)
  for (let number = 0; number < 150; number += 1)
    for (const label of ['ham', 'spam'] as const) {
      const told = dice() < 0.1 ? (label === 'ham' ? 'spam' : 'ham') : label
      classifier.learn(mail(label, number), told, 0)
    }
  const right = (label: Label) =>
    some(label, 500, 560).filter(one => classifier.judge(one).margin > 0 === (label === 'spam'))
  expect([right('ham').length, right('spam').length].every(count => count > 55)).toBe(true)
  expect(verdicts(classifier, some('ham', 500, 560))[0]).toBeLessThanOrEqual(3)
})

test('two wrong labels do not silence it, and repeated corrections of false positives end them', () => {
  const classifier = trained(0, 120)
  const spam = some('spam', 500, 530)
  expect(verdicts(classifier, spam)[0]).toBe(30)
  for (const one of some('spam', 600, 602)) classifier.learn(one, 'ham', 0)
  expect(verdicts(classifier, spam)[0]).toBe(30)
  for (const one of some('spam', 700, 720)) classifier.learn(one, 'ham', 0)
  expect(verdicts(classifier, some('spam', 720, 750))[0]).toBe(0)
})

test('it explains the largest weights, and the weights of all words add up to the margin', () => {
  const classifier = trained(0, 60)
  const message = Buffer.from('Subject: lottery\r\n\r\nthe lottery winner \u001b[31mcasino\u202e and the library')
  const seen = seenIn(message)
  const all = explain(classifier, seen, 1_000)
  expect(all.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(classifier.judge(features(seen)).margin, 5)
  const [first, ...rest] = explain(classifier, seen, 3)
  expect(rest.length).toBe(2)
  expect(['lottery', 'winner', 'casino', '·[31mcasino·']).toContain(first?.word)
  expect(first?.weight).toBeGreaterThan(0)
  expect(all.find(({ word }) => word === 'library')?.weight).toBeLessThan(0)
  expect(all.filter(({ word }) => /[\p{Cc}\p{Cf}]/u.test(word) || word.length > 24)).toEqual([])
})

test('its memory is bounded for messages of any size', () => {
  const classifier = newClassifier(options)
  const dice = newDice(4)
  const random = () => Uint16Array.from({ length: 3_500 }, () => dice() * 65_536)
  for (let number = 0; number < 700; number += 1) classifier.learn([random(), random(), random()], 'spam', 0)
  expect(classifier.export().length).toBeLessThan(9.5 * 1024 * 1024)
})
