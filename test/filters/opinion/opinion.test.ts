/** The operator's function is asked only between the thresholds, within its bounds, and moves the score by little. */
import { expect, test } from 'vitest'
import { opinion } from '../../../src/filters/opinion/opinion.ts'
import type { Opinion, OpinionOptions, OpinionQuestion } from '../../../src/filters/opinion/options.ts'
import type { Filter } from '../../../src/model/filter.ts'
import type { Notice } from '../../../src/model/services.ts'
import { settled } from '../../../src/testing/clock.ts'
import { message } from '../../../src/testing/message.ts'
import { probe } from '../../../src/testing/probe.ts'
import { handClock } from '../../support/hand-clock.ts'

const spam: Opinion = { points: 2, reason: 'asks for a password' }

function asking(answer: (question: OpinionQuestion) => unknown = () => spam, more: Partial<OpinionOptions> = {}) {
  const questions: OpinionQuestion[] = []
  const notices: Notice[] = []
  const clock = handClock()
  const filter = opinion({
    ask: async question => {
      questions.push(question)
      return (await answer(question)) as Opinion
    },
    ...more,
  })
  const judge = (text: string, score = 5) =>
    probe(filter, {
      message: message({ subject: 'Hello', text }),
      score,
      clock,
      notify: notice => notices.push(notice),
    })
  const count = (result: string): number => {
    const [metric] = filter.metrics?.() ?? []
    const sample =
      metric?.type === 'counter' ? metric.samples.find(({ labels }) => labels?.result === result) : undefined
    return sample?.value ?? 0
  }
  return { filter, judge, questions, notices, clock, count }
}

test.for([
  [3.9, 0],
  [4, 1],
  [8.9, 1],
  [9, 0],
  [16, 0],
] as const)('a score of %d is asked about %d times', async ([score, times]) => {
  const { judge, questions } = asking()
  await judge('text', score)
  expect(questions).toHaveLength(times)
})

test('an answer is a finding with its reason, as far as it can be shown', async () => {
  const { judge } = asking(({ text }) =>
    text.includes('lunch') ? { points: -1.04, reason: 'from\u202e a\nfriend' } : { points: 2, reason: 'x'.repeat(300) },
  )
  expect(await judge('lunch?')).toEqual([
    {
      rule: 'opinion/ham',
      points: -1,
      reason: 'the function that was asked takes it for honest mail: from\\u{202e} a friend',
    },
  ])
  const [long] = await judge('pay')
  expect(long).toMatchObject({ rule: 'opinion/spam', points: 2 })
  expect(long?.reason).toHaveLength('the function that was asked takes it for spam: '.length + 201)
})

test.for([
  [100, undefined, 3],
  [-100, undefined, -3],
  [3, { spamPoints: 1 }, 1],
  [-3, { hamPoints: 0.5 }, -0.5],
] as const)('an answer of %d points with %j moves the score by %d', async ([points, more, moved]) => {
  const { judge } = asking(() => ({ points }), more)
  expect((await judge('text'))[0]?.points).toBe(moved)
})

test.for([
  ['none', undefined],
  ['null', null],
  ['0 points', { points: 0 }],
  ['points that are not allowed', { points: -3 }],
] as const)('an answer of %s is no finding', async ([, answer]) => {
  const { judge, notices, count } = asking(() => answer, { hamPoints: 0 })
  expect([await judge('text'), notices, count('none')]).toEqual([[], [], 1])
})

test.for<[string, () => unknown]>([
  ['an exception', () => Promise.reject(new Error('no route to the model'))],
  ['a number', () => 3],
  ['NaN points', () => ({ points: Number.NaN })],
  ['infinite points', () => ({ points: Number.POSITIVE_INFINITY })],
  ['points as text', () => ({ points: '3' })],
])('%s is a failure: the message is judged without it, and one notice says so', async ([, answer]) => {
  const { judge, notices, count, clock } = asking(answer)
  for (const text of ['a', 'b', 'c']) expect(await judge(text)).toEqual([])
  expect([notices.length, notices[0]?.code, count('failed')]).toEqual([1, 'opinion/failed', 3])
  await clock.advance(600_000)
  await judge('d')
  expect(notices).toHaveLength(2)
})

test('a function that does not answer is aborted at the deadline, and the message goes on', async () => {
  let isAborted = false
  const clock = handClock()
  const filter = opinion({
    ask: (_question, signal): Promise<undefined> =>
      new Promise(() => {
        signal.addEventListener('abort', () => {
          isAborted = true
        })
      }),
    deadline: '2s',
  })
  const notices: Notice[] = []
  const judged = probe(filter, { message: message({}), score: 5, clock, notify: notice => notices.push(notice) })
  await settled()
  await clock.advance(1_999)
  expect(isAborted).toBe(false)
  await clock.advance(1)
  expect([await judged, isAborted]).toEqual([[], true])
  expect(notices[0]?.reason).toBe(
    'opinion({ ask }) fails: it has not answered within 2000 ms; messages are judged without it',
  )
})

test('no more questions are asked in a minute than allowed, and the budget comes back', async () => {
  const { judge, questions, clock, count } = asking(undefined, { perMinute: 3, cache: 0 })
  for (let number = 0; number < 5; number += 1) await judge(`text ${number}`)
  expect([questions.length, count('not-asked')]).toEqual([3, 2])
  await clock.advance(60_000)
  await judge('later')
  expect(questions).toHaveLength(4)
})

test('no more questions are under way than allowed; the same text waits for the same answer', async () => {
  const pause = Promise.withResolvers<void>()
  const { judge, questions, count } = asking(() => pause.promise.then(() => spam), { concurrency: 2 })
  const judged = [judge('a'), judge('b'), judge('c'), judge('a')]
  await settled()
  await settled()
  expect(questions.map(({ text }) => text)).toEqual(['a', 'b'])
  pause.resolve()
  expect((await Promise.all(judged)).map(found => found.length)).toEqual([1, 1, 0, 1])
  expect(count('not-asked')).toBe(1)
})

test('an answer counts an hour for the same subject and text, one without an opinion too', async () => {
  const { judge, questions, clock } = asking(({ text }) => (text === 'none' ? undefined : spam))
  for (const text of ['same', 'same', 'none', 'none']) await judge(text)
  expect(questions).toHaveLength(2)
  expect(await judge('same')).toHaveLength(1)
  await clock.advance(3_600_000)
  await judge('same')
  expect(questions).toHaveLength(3)
})

test('nothing is asked while the process is near its limits', async () => {
  const { filter, questions, count } = asking()
  const under = (level: string): Filter => ({
    ...filter,
    message: (known, prior) => filter.message?.(Object.create(known, { load: { value: { level } } }), prior),
  })
  expect(await probe(under('red'), { message: message({}), score: 5 })).toEqual([])
  expect([questions.length, count('not-asked')]).toEqual([0, 1])
  expect(await probe(under('amber'), { message: message({}), score: 5 })).toHaveLength(1)
})

test.for([
  [{}, 'opinion.ask'],
  [{ ask: 'http://127.0.0.1:8080' }, 'opinion.ask'],
  [{ ask: () => undefined, spamPoints: 4 }, 'opinion.spamPoints'],
  [{ ask: () => undefined, hamPoints: -1 }, 'opinion.hamPoints'],
  [{ ask: () => undefined, deadline: '1m' }, 'opinion.deadline'],
  [{ ask: () => undefined, from: 9 }, 'opinion.from'],
  [{ ask: () => undefined, maxText: 1e9 }, 'opinion.maxText'],
])('%j is refused with the name of what is wrong', ([options, path]) => {
  expect(() => opinion(options as unknown as OpinionOptions)).toThrow(String(path))
})
