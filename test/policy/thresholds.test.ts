/** The policy: every threshold at, below and above it, every verdict, and when a refusal is sent. */
import { expect, test } from 'vitest'
import {
  accept,
  type Decision,
  defer,
  discard,
  type Finding,
  points,
  quarantine,
  reject,
  type Stage,
  thresholds,
} from '../../src/index.ts'
import { byScore } from '../../src/policy/thresholds.ts'

const judge = (findings: readonly Finding[], stage: Stage = 'message', ended?: Finding): Decision =>
  thresholds()(findings, { stage, ref: 'R', ...(ended && { ended }) })
const score = (value: number): readonly Finding[] => [points(value, 'why')]

test.for([
  [-20, 'accept'],
  [0, 'accept'],
  [5.999, 'accept'],
  [6, 'quarantine'],
  [14.999, 'quarantine'],
  [15, 'reject'],
  [1e9, 'reject'],
] as const)('%d points: %s', ([value, verdict]) => {
  expect(judge(score(value))).toMatchObject({ verdict, score: value })
})

test('sums of tenths meet a threshold exactly', () => {
  const policy = thresholds({ quarantine: 0.3, reject: 0.7 })
  const at = { stage: 'message', ref: 'R' } as const
  expect(policy([points(0.1, 'a'), points(0.2, 'b')], at)).toMatchObject({ verdict: 'quarantine', score: 0.3 })
  expect(policy([points(0.1, 'a'), points(0.6, 'b')], at)).toMatchObject({ verdict: 'reject', score: 0.7 })
})

test('points that are not a number count nothing', () => {
  expect(judge([points(Number.NaN, 'a'), points(6, 'b')])).toMatchObject({ verdict: 'quarantine', score: 6 })
  expect(judge([points(Number.POSITIVE_INFINITY, 'a')])).toMatchObject({ verdict: 'accept', score: 0 })
})

test('Infinity switches a threshold off', () => {
  const policy = byScore({ quarantine: Number.POSITIVE_INFINITY, reject: Number.POSITIVE_INFINITY })
  expect(policy(score(1e9), { stage: 'message', ref: 'R' }).verdict).toBe('accept')
})

const verdicts = [accept('a'), quarantine('q'), defer('4.7.1', 'd'), discard('x'), reject('5.7.1', 'r')] as const

test('of several verdicts the strictest stands, in either order', () => {
  const order = ['accept', 'quarantine', 'defer', 'discard', 'reject']
  for (const one of verdicts)
    for (const other of verdicts) {
      const stricter = Math.max(order.indexOf(one.verdict ?? ''), order.indexOf(other.verdict ?? ''))
      expect(judge([one, other]).verdict).toBe(order[stricter])
    }
})

test('points can be stricter than a verdict, and the reply is then that of the points', () => {
  const refused = judge([defer('4.7.1', 'd', { replyText: 'Wait' }), points(15, 'p')])
  expect(refused).toMatchObject({ verdict: 'reject', reply: { code: 550, status: '5.7.1' } })
  expect(refused.reply.text).not.toContain('Wait')
  expect(judge([quarantine('q'), points(6, 'p')]).verdict).toBe('quarantine')
})

test('of two findings with the same verdict the first one is answered', () => {
  const decision = judge([
    reject('5.7.26', 'a', { replyText: 'First', close: true }),
    reject('5.7.1', 'b', { replyText: 'Second' }),
  ])
  expect(decision.reply).toEqual({ code: 550, status: '5.7.26', text: 'First ref=R', close: true })
})

test('an accept makes points of the same stage count nothing for the verdict, and a refusal stands', () => {
  const ended = accept('known')
  expect(judge([...score(15), ended], 'message', ended)).toMatchObject({ verdict: 'accept', score: 15 })
  expect(judge([...score(15), ended], 'message')).toMatchObject({ verdict: 'reject' })
  expect(judge([quarantine('q'), ended], 'message', ended).verdict).toBe('quarantine')
  expect(judge([reject('5.7.1', 'r'), ended], 'message', ended).verdict).toBe('reject')
})

test.for([
  ['connect', undefined, ['connect', 554], ['helo', 550], ['mail', 550], ['rcpt', 550]],
  ['helo', undefined, ['connect', 220], ['helo', 550], ['mail', 550], ['rcpt', 550]],
  ['mail', undefined, ['connect', 220], ['helo', 250], ['mail', 550], ['rcpt', 550]],
  ['rcpt', undefined, ['connect', 220], ['helo', 250], ['mail', 250], ['rcpt', 550]],
] as const)('rejectAt %s: the first stage with a refusal', ([rejectAt, , ...expected]) => {
  const policy = thresholds({ rejectAt })
  for (const [stage, code] of [...expected, ['header', 550], ['message', 550]] as const)
    expect(policy([reject('5.7.1', 'r')], { stage, ref: 'R' })).toMatchObject({ verdict: 'reject', reply: { code } })
})

test('a refusal that closes is sent at once, at every stage', () => {
  expect(judge([defer('4.3.2', 'busy', { close: true })], 'connect').reply).toMatchObject({ code: 421, close: true })
  expect(judge([reject('5.7.1', 'no', { close: true })], 'helo').reply).toMatchObject({ code: 550, close: true })
})

test('a deferral by points does not exist, and one without a status is 4.7.1', () => {
  expect(judge([{ reason: 'why', verdict: 'defer' }]).reply).toMatchObject({ code: 451, status: '4.7.1' })
  expect(judge([{ reason: 'why', verdict: 'reject' }]).reply).toMatchObject({ code: 550, status: '5.7.1' })
})

test('a discarded message gets the reply of an accepted one', () => {
  expect(judge([discard('x')]).reply).toEqual(judge([]).reply)
})

test.for([
  [{ quarantine: 0 }, 'thresholds.quarantine: found 0, expected a number of points above 0'],
  [{ reject: 6 }, 'thresholds.quarantine: found 6, expected less than reject, which is 6'],
  [{ quarantine: 15 }, 'thresholds.quarantine: found 15, expected less than reject, which is 15'],
  [{ quarantine: 5, reject: 4 }, 'thresholds.quarantine: found 5, expected less than reject, which is 4'],
] as const)('%j is refused', ([options, message]) => {
  expect(() => thresholds(options)).toThrow(message)
})

test('the threshold of quarantine may come near that of reject', () => {
  expect(() => thresholds({ quarantine: 14.999 })).not.toThrow()
})

test.for([
  ['reject', reject('5.7.1', 'no'), 550],
  ['defer', defer('4.7.1', 'later'), 451],
  ['quarantine', quarantine('apart'), 250],
  ['discard', discard('gone'), 250],
] as const)('a verdict of %s counts behind points, before them, and behind an accept', ([verdict, finding, code]) => {
  for (const findings of [
    [points(1, 'why'), finding],
    [finding, points(1, 'why')],
    [accept('known'), finding],
    [finding, accept('known')],
    [{ reason: 'seen' }, finding],
  ])
    expect(judge(findings)).toMatchObject({ verdict, reply: { code } })
})

test.for([
  [3.999, undefined],
  [4, true],
  [5.999, true],
  [6, undefined],
  [15, undefined],
] as const)('%d points: tagged %s', ([value, tagged]) => {
  expect(judge(score(value)).tagged).toBe(tagged)
})

test('only an accepted message is tagged, and none whose points do not count', () => {
  expect(judge(score(5), 'rcpt').tagged).toBeUndefined()
  expect(judge(score(5), 'header').tagged).toBeUndefined()
  expect(judge([...score(5), quarantine('q')]).tagged).toBeUndefined()
  const ended = accept('known')
  expect(judge([...score(5), ended], 'message', ended).tagged).toBeUndefined()
})

test('off tags nothing, and a low quarantine needs no other tag', () => {
  const at = { stage: 'message', ref: 'R' } as const
  expect(thresholds({ tag: 'off' })(score(5.9), at).tagged).toBeUndefined()
  expect(thresholds({ quarantine: 2 })(score(3), at)).toMatchObject({ verdict: 'quarantine' })
  expect(thresholds({ tag: 1, quarantine: 2 })(score(1), at)).toMatchObject({ verdict: 'accept', tagged: true })
})

test('a recipient has the thresholds of the most specific entry, and of all what that leaves out', () => {
  const policy = thresholds({
    quarantine: 5,
    recipients: {
      'Bob@Example.org': { quarantine: 10 },
      'example.org': { tag: 'off' },
      '.example.org': { tag: 1 },
      'bücher.example': { reject: 5.5 },
    },
  })
  const verdictOf = (value: number, forwardPath?: string) => {
    const at = { stage: 'message', ref: 'R', ...(forwardPath && { forwardPath }) } as const
    const { verdict, tagged } = policy(score(value), at)
    return tagged ? 'tagged' : verdict
  }
  expect(verdictOf(5, 'bob@example.org')).toBe('tagged')
  expect(verdictOf(10, 'bob@EXAMPLE.ORG')).toBe('quarantine')
  expect(verdictOf(4.5, 'eve@example.org')).toBe('accept')
  expect(verdictOf(5, 'eve@example.org')).toBe('quarantine')
  expect(verdictOf(1, 'eve@a.b.example.org')).toBe('tagged')
  expect(verdictOf(6, 'eve@xn--bcher-kva.example')).toBe('reject')
  expect(verdictOf(6, 'eve@example.net')).toBe('quarantine')
  expect(verdictOf(6)).toBe('quarantine')
})

test.for([
  [{ tag: 7 }, 'thresholds.tag: found 7, expected at most quarantine, which is 6'],
  [{ tag: -1 }, 'thresholds.tag: found -1'],
  [{ tag: 'never' as 'off' }, 'thresholds.tag: found "never"'],
  [{ recipients: { 'a b': {} } }, "thresholds.recipients['a b']"],
  [{ recipients: { 'example.org': { quarantine: 20 } } }, 'thresholds.recipients: found 20, expected less than reject'],
  [{ recipients: { 'example.org': { rejct: 20 } } } as never, "thresholds.recipients['example.org'].rejct"],
] as const)('%j is refused, too', ([options, message]) => {
  expect(() => thresholds(options)).toThrow(message)
})
