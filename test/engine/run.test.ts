/** One stage: its waves, its deadlines, and what ends it. */
import { expect, test, vi } from 'vitest'
import { plan, type Result, type RunOptions, run } from '../../src/engine/run.ts'
import { Scope } from '../../src/engine/scope.ts'
import type { FilterTimings } from '../../src/engine/wave.ts'
import {
  accept,
  allow,
  type Connection,
  defer,
  discard,
  type Filter,
  type Finding,
  points,
  quarantine,
  reject,
} from '../../src/index.ts'
import { clock, type HandClock } from '../../src/testing/clock.ts'
import type { PriorFindings } from '../../src/types.ts'

const DEADLINE_MS = 100

function stage(filters: readonly Filter[], options?: RunOptions, known: object = { client: 'unknown' }) {
  const hand = clock()
  const scope = new Scope<Connection>('connect', undefined, known)
  scope.extend(known)
  const timings: FilterTimings = new Map()
  const waves = plan(filters, 'connect', filter =>
    filter.deadline === undefined ? DEADLINE_MS : Number(filter.deadline),
  )
  const result = run(waves, scope, hand, timings, options)
  return { hand, scope, timings, result }
}
const rules = ({ findings }: Result): readonly (string | undefined)[] => findings.map(({ rule }) => rule)
const never = (): Promise<undefined> => new Promise(() => undefined)
/** One timer serves all deadlines: it comes once more, and finds nothing that waits. */
async function timerEnded(hand: HandClock): Promise<void> {
  await hand.advance(1_000)
  expect(hand.next()).toBeUndefined()
}
/** A promise, and the function that settles it. */
const later = <T>() => Promise.withResolvers<T>()

test('a stage without filters has found nothing, and makes no promise', () => {
  expect(stage([]).result).toEqual({ findings: [] })
  expect(stage([{ name: 'other', helo: () => reject('5.7.1', 'no') }]).result).toEqual({ findings: [] })
})

test('filters that return at once make no promise', () => {
  expect(stage([{ name: 'a', connect: () => points(1, 'one') }]).result).toEqual({
    findings: [points(1, 'one', { rule: 'a' })],
  })
})

test('the waves run in turn, and a filter of the last one sees what the late ones have found', () => {
  const seen: (readonly [name: string, score: number])[] = []
  const filter = (name: string, order?: NonNullable<Filter['order']>): Filter => ({
    name,
    ...(order !== undefined && { order }),
    connect: (_connection, { score }) => {
      seen.push([name, score])
      return points(1, name)
    },
  })
  stage([filter('last', 'last'), filter('late', 'late'), filter('usual'), filter('early', 'early')])
  expect(seen).toEqual([
    ['early', 0],
    ['usual', 1],
    ['late', 2],
    ['last', 3],
  ])
})

test('no late or last filter starts once the points have decided the stage', () => {
  const called = vi.fn()
  const enough: Filter = { name: 'enough', connect: () => points(20, 'enough') }
  const filters = (['late', 'last'] as const).map((order): Filter => ({ name: order, order, connect: called }))
  stage([enough, ...filters], { isDecided: ({ findings }) => findings.length > 0 })
  expect(called).not.toHaveBeenCalled()
})

test('a filter may use `this`', () => {
  const filter = { name: 'a', value: 3, connect: vi.fn() }
  filter.connect.mockImplementation(function (this: typeof filter) {
    return points(this.value, 'three')
  })
  expect(stage([filter as unknown as Filter]).result).toMatchObject({ findings: [{ points: 3 }] })
})

test('a filter has its whole deadline: it is late at the end of it and not a millisecond before', async () => {
  const { hand, result } = stage([{ name: 'slow', connect: never }])
  const settled = vi.fn()
  void Promise.resolve(result).then(settled)
  await hand.advance(DEADLINE_MS - 1)
  expect(settled).not.toHaveBeenCalled()
  await hand.advance(1)
  expect(settled).toHaveBeenCalledWith({
    findings: [{ rule: 'slow/timeout', reason: 'slow did not answer within 100 ms' }],
  })
})

test('a timeout defers where a failure of the filter defers, and ends the stage', async () => {
  const { hand, result } = stage([{ name: 'slow', failure: 'defer', connect: never }])
  await hand.advance(DEADLINE_MS)
  const finding = defer('4.3.0', 'slow did not answer within 100 ms', { rule: 'slow/timeout' })
  expect(await result).toEqual({ findings: [finding], ended: finding })
})

test('an answer after its deadline changes nothing and is counted in no timing', async () => {
  const answer = later<Finding>()
  const [slow, slower] = [later<undefined>(), { name: 'slower', deadline: 300, connect: () => slow.promise } as const]
  const { hand, result, timings } = stage([{ name: 'late', connect: () => answer.promise }, slower])
  await hand.advance(DEADLINE_MS)
  answer.resolve(reject('5.7.1', 'too late'))
  await hand.advance(50)
  slow.resolve(undefined)
  expect(rules(await result)).toEqual(['late/timeout'])
  expect([...timings]).toEqual([
    ['late', { cpu: 0, wait: 100 }],
    ['slower', { cpu: 0, wait: 150 }],
  ])
})

test('an answer after the end of its stage changes nothing, and neither does a rejection', async () => {
  const [answer, failing] = [later<Finding>(), later<Finding>()]
  const { result } = stage([
    { name: 'slow', connect: () => answer.promise },
    { name: 'failing', connect: () => failing.promise },
    { name: 'sure', connect: () => reject('5.7.1', 'no') },
  ])
  const ended = await result
  answer.resolve(points(3, 'too late'))
  failing.reject(new Error('too late'))
  await new Promise(resolve => setImmediate(resolve))
  expect(rules(ended)).toEqual(['sure'])
})

test('a deadline that passes after an answer changes nothing', async () => {
  const answer = later<Finding>()
  const other = later<undefined>()
  const { hand, result } = stage([
    { name: 'a', connect: () => answer.promise },
    { name: 'b', deadline: 1_000, connect: () => other.promise },
  ])
  answer.resolve(points(1, 'in time'))
  await hand.advance(DEADLINE_MS + 1)
  other.resolve(undefined)
  expect(rules(await result)).toEqual(['a'])
  await timerEnded(hand)
})

test('when a stage has ended, the shared timer comes once more and no timer is left', async () => {
  const { hand, result } = stage([
    { name: 'slow', connect: never },
    { name: 'sure', connect: async () => reject('5.7.1', 'no') },
  ])
  await result
  await timerEnded(hand)
})

test.for([
  ['reject', reject('5.7.1', 'why')],
  ['defer', defer('4.7.1', 'why')],
  ['discard', discard('why')],
] as const)('%s ends the stage: no later filter starts', ([, finding]) => {
  const after = vi.fn()
  const { result } = stage([
    { name: 'a', connect: () => finding },
    { name: 'b', connect: after },
    { name: 'c', order: 'late', connect: after },
  ])
  expect(result).toEqual({ findings: [{ ...finding, rule: 'a' }], ended: { ...finding, rule: 'a' } })
  expect(after).not.toHaveBeenCalled()
})

test.for([
  ['quarantine', quarantine('why')],
  ['accept', accept('why')],
  ['points', points(100, 'why')],
] as const)('%s does not end the stage', ([, finding]) => {
  const after = vi.fn()
  stage([
    { name: 'a', connect: () => finding },
    { name: 'b', connect: after },
    { name: 'c', order: 'late', connect: after },
  ])
  expect(after).toHaveBeenCalledTimes(2)
})

test('an accept and a refusal in the same tick: both are found, and the refusal ends the stage', async () => {
  const blocker = later<void>()
  const { result } = stage([
    { name: 'friend', connect: () => blocker.promise.then(() => accept('known')) },
    { name: 'virus', connect: () => blocker.promise.then(() => reject('5.7.1', 'malware')) },
  ])
  blocker.resolve()
  const found = await result
  expect(rules(found)).toEqual(['friend', 'virus'])
  expect(found.ended?.rule).toBe('virus')
})

test('an accept and points in the same tick: both are found, and the stage ends with the accept', async () => {
  const { result } = stage([
    { name: 'evidence', connect: async () => points(20, 'bad') },
    { name: 'friend', connect: async () => accept('known') },
  ])
  const found = await result
  expect(rules(found)).toEqual(['evidence', 'friend'])
  expect(found.ended).toMatchObject({ rule: 'friend', verdict: 'accept' })
})

test('a late filter does not start where the stage is decided, and the policy sees an accept', () => {
  const expensive = vi.fn()
  const isDecided = vi.fn(({ ended }: Result) => ended === undefined)
  const filters = (first: Filter): readonly Filter[] => [first, { name: 'scan', order: 'late', connect: expensive }]
  stage(filters({ name: 'a', connect: () => points(20, 'bad') }), { isDecided })
  expect(expensive).not.toHaveBeenCalled()
  stage(filters({ name: 'a', connect: () => accept('known') }), { isDecided })
  expect(expensive).toHaveBeenCalledTimes(1)
  expect(isDecided).toHaveBeenCalledTimes(2)
})

test('nothing is decided before the first wave: a late filter alone always starts', () => {
  const expensive = vi.fn()
  stage([{ name: 'scan', order: 'late', connect: expensive }], { isDecided: () => true })
  expect(expensive).toHaveBeenCalledTimes(1)
})

test('only before a late wave it is asked whether the stage is decided', () => {
  const isDecided = vi.fn(() => true)
  const next = vi.fn()
  stage(
    [
      { name: 'a', order: 'early', connect: () => points(20, 'bad') },
      { name: 'b', connect: next },
    ],
    { isDecided },
  )
  expect(isDecided).not.toHaveBeenCalled()
  expect(next).toHaveBeenCalledTimes(1)
})

test('a late filter that finds nothing leaves the very result that was judged before it', () => {
  let judged: Result | undefined
  const isDecided = (result: Result): boolean => {
    judged = result
    return false
  }
  const filters = (finding: Finding | undefined): readonly Filter[] => [
    { name: 'a', connect: () => points(1, 'one') },
    { name: 'scan', order: 'late', connect: () => finding },
  ]
  expect(stage(filters(undefined), { isDecided }).result).toBe(judged)
  const { result } = stage(filters(points(1, 'two')), { isDecided })
  expect(result).not.toBe(judged)
  expect(rules(result as Result)).toEqual(['a', 'scan'])
})

test('a filter knows the findings and the rounded score of earlier stages and waves', () => {
  const seen: (readonly [score: number, rules: readonly (string | undefined)[]])[] = []
  const look = (_: unknown, { score, findings }: PriorFindings): void => {
    seen.push([score, findings.map(({ rule }) => rule)])
  }
  const earlier = [{ findings: [points(0.1, 'before', { rule: 'x' }), accept('no points', { rule: 'y' })] }]
  stage(
    [
      { name: 'a', order: 'early', connect: () => [points(0.2, 'one'), quarantine('two', { rule: 'z' })] },
      { name: 'b', connect: look },
      { name: 'c', order: 'early', connect: look },
    ],
    { earlier },
  )
  expect(seen).toEqual([
    [0.1, ['x', 'y', 'a', 'a/z']],
    [0.3, ['x', 'y', 'a', 'a/z']],
  ])
})

test.for([
  ['unknown', undefined, ['identity', 'content', 'always']],
  ['trusted', undefined, ['content', 'always']],
  ['unknown', 'alice', ['content', 'always']],
] as const)('a client that is %s, with the user %s: %j run', ([client, user, expected]) => {
  const { result } = stage(
    [
      { name: 'identity', checks: 'identity', connect: () => points(1, 'ran') },
      { name: 'content', checks: 'content', connect: () => points(1, 'ran') },
      { name: 'always', connect: () => points(1, 'ran') },
    ],
    {},
    { client, ...(user !== undefined && { user }) },
  )
  expect(rules(result as Result)).toEqual(expected)
})

test('a sender that an earlier stage or wave has allowed is exempt from all checks', () => {
  const check: Filter = { name: 'content', checks: 'content', connect: () => points(1, 'ran') }
  expect(stage([check], { isAllowed: true }).result).toEqual({ findings: [] })
  const { result } = stage([{ name: 'list', order: 'early', connect: () => allow('known') }, check])
  expect(rules(result as Result)).toEqual(['list'])
})

test('when the scope ends the stage ends, and a filter that still works is aborted', async () => {
  let signal: AbortSignal | undefined
  const next = vi.fn()
  const { scope, result, hand } = stage([
    {
      name: 'slow',
      connect: connection => {
        signal = connection.signal
        return never()
      },
    },
    { name: 'scan', order: 'late', connect: next },
  ])
  scope.end()
  expect(await result).toEqual({ findings: [] })
  expect(signal?.aborted).toBe(true)
  expect(next).not.toHaveBeenCalled()
  await timerEnded(hand)
})

test('a signal that is first read after the wave is aborted already', async () => {
  let view: Connection | undefined
  const { result } = stage([
    {
      name: 'a',
      connect: connection => {
        view = connection
      },
    },
  ])
  await result
  expect(view?.signal.aborted).toBe(true)
})

test('a filter that throws and a filter that rejects are failures, and both have a timing', async () => {
  const { result, timings } = stage([
    {
      name: 'throws',
      connect: () => {
        throw new Error('at once')
      },
    },
    {
      name: 'rejects',
      failure: 'defer',
      connect: async () => Promise.reject(new Error('later')),
    },
  ])
  expect((await result).findings).toEqual([
    { rule: 'throws/failed', reason: 'throws failed: at once' },
    defer('4.3.0', 'rejects failed: later', { rule: 'rejects/failed' }),
  ])
  expect([...timings.keys()]).toEqual(['throws', 'rejects'])
})

test('a reason is cut at 300 characters of the error', () => {
  const { result } = stage([
    {
      name: 'a',
      connect: () => {
        throw new Error('x'.repeat(301))
      },
    },
  ])
  expect((result as Result).findings[0]?.reason).toBe(`a failed: ${'x'.repeat(300)}`)
})

test('a transform changes findings, drops them, and its own mistakes are failures of the filter', () => {
  const filters: readonly Filter[] = [{ name: 'a', connect: () => points(1, 'one') }]
  const transformed = (transform: (finding: Finding) => Finding | undefined) =>
    (stage(filters, { transform }).result as Result).findings
  expect(transformed(finding => ({ ...finding, points: 2 }))).toEqual([points(2, 'one', { rule: 'a' })])
  expect(transformed(() => undefined)).toEqual([])
  expect(transformed(finding => ({ ...finding, points: Number.NaN }))).toMatchObject([
    points(1, 'one', { rule: 'a' }),
    { rule: 'a/failed' },
  ])
  expect(
    transformed(() => {
      throw new Error('broken')
    }),
  ).toMatchObject([points(1, 'one', { rule: 'a' }), { rule: 'a/failed', reason: 'a failed: broken' }])
})
