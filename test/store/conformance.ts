/** What every store must do: one suite, run against each of them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Entry, Operation, Store } from '../../src/model/store.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'

export interface OpenedStore {
  readonly store: Store
  /** Another access to the same entries: a second client, a second process, or the same store. */
  readonly other: Store
  /** Lets time pass. @default really waits */
  readonly pass?: (ms: number) => void
  readonly close: () => Promise<void> | void
}

const MINUTE = 60_000
const DAY = 86_400_000

/** Registers the suite for one store, opened once. */
export function conforms(title: string, open: () => Promise<OpenedStore>): void {
  describe(`${title} conforms`, () => {
    let opened: OpenedStore
    let made = 0
    beforeAll(async () => {
      opened = await open()
    }, INSTALL_TIMEOUT)
    afterAll(async () => {
      await opened?.close()
    }, MINUTE)

    const run = async <const O extends readonly Operation[]>(...operations: O) => await opened.store.run(operations)
    const one = async <const O extends Operation>(operation: O) => (await opened.store.run([operation]))[0]
    const pass = async (ms: number) => {
      if (opened.pass) opened.pass(ms)
      else await sleep(ms)
    }
    const fresh = () => {
      made += 1
      return `key ${made} ${process.pid}`
    }
    const lasts = MINUTE

    /** Ends within `most`, and was not made long ago. */
    const endsWithin = (most: number) => expect.toSatisfy((end: number) => end <= most && end > most - 30_000)

    test('a value that is set is got, until it is deleted', async () => {
      const key = fresh()
      expect(await one({ op: 'get', key })).toBeUndefined()
      expect(await one({ op: 'set', key, value: 'one', ttl: lasts })).toEqual({
        value: 'one',
        endsIn: endsWithin(lasts),
      })
      expect(await one({ op: 'get', key })).toEqual({ value: 'one', endsIn: endsWithin(lasts) })
      expect(await run({ op: 'delete', key }, { op: 'delete', key }, { op: 'get', key })).toEqual([
        true,
        false,
        undefined,
      ])
    })

    test('what is written by one store is read by the other', async () => {
      const key = fresh()
      await one({ op: 'set', key, value: 'here', ttl: lasts })
      expect((await opened.other.run([{ op: 'get', key }]))[0]).toMatchObject({ value: 'here' })
      expect((await opened.other.run([{ op: 'delete', key }]))[0]).toBe(true)
      expect(await one({ op: 'get', key })).toBeUndefined()
    })

    test('a value is set again with a time that begins anew', async () => {
      const key = fresh()
      await one({ op: 'set', key, value: 'one', ttl: 10 * DAY })
      expect(await one({ op: 'set', key, value: 'two', ttl: lasts })).toEqual({
        value: 'two',
        endsIn: endsWithin(lasts),
      })
      expect(await one({ op: 'get', key })).toEqual({ value: 'two', endsIn: endsWithin(lasts) })
    })

    test('what is added stands if nothing stood there', async () => {
      const key = fresh()
      const first = await one({ op: 'add', key, value: 'one', ttl: lasts })
      expect(first).toEqual({ value: 'one', endsIn: endsWithin(lasts), added: true })
      const second = await one({ op: 'add', key, value: 'two', ttl: DAY })
      expect(second).toEqual({ value: 'one', endsIn: endsWithin(lasts), added: false })
    })

    test('a count begins its time when it is new and keeps its end when it grows', async () => {
      const key = fresh()
      expect(await one({ op: 'increment', key, by: 3, ttl: lasts })).toEqual({ count: 3, endsIn: endsWithin(lasts) })
      expect(await one({ op: 'increment', key, by: 4, ttl: DAY })).toEqual({ count: 7, endsIn: endsWithin(lasts) })
      expect(await one({ op: 'increment', key, by: -9, ttl: DAY })).toEqual({ count: -2, endsIn: endsWithin(lasts) })
      expect(await one({ op: 'get', key })).toEqual({ value: '-2', endsIn: endsWithin(lasts) })
    })

    test('by 0 only looks, and makes nothing', async () => {
      const key = fresh()
      expect(await one({ op: 'increment', key, by: 0, ttl: lasts })).toEqual({ count: 0, endsIn: lasts })
      expect(await one({ op: 'get', key })).toBeUndefined()
      await one({ op: 'increment', key, by: 5, ttl: lasts })
      expect(await one({ op: 'increment', key, by: 0, ttl: DAY })).toEqual({ count: 5, endsIn: endsWithin(lasts) })
    })

    test('counts stay whole numbers, however large', async () => {
      const key = fresh()
      const most = Number.MAX_SAFE_INTEGER
      await one({ op: 'increment', key, by: most - 1, ttl: lasts })
      for (const by of [1, 1, most])
        expect(await one({ op: 'increment', key, by, ttl: lasts })).toMatchObject({ count: most })
      expect(await one({ op: 'increment', key, by: -1, ttl: lasts })).toMatchObject({ count: most - 1 })
    })

    test('a count goes on from a value that is a number, and begins where a value is none', async () => {
      const [number, word] = [fresh(), fresh()]
      await run({ op: 'set', key: number, value: '7', ttl: lasts }, { op: 'set', key: word, value: 'seven', ttl: DAY })
      expect(await one({ op: 'increment', key: number, by: 1, ttl: DAY })).toEqual({
        count: 8,
        endsIn: endsWithin(lasts),
      })
      expect(await one({ op: 'increment', key: word, by: 1, ttl: lasts })).toEqual({
        count: 1,
        endsIn: endsWithin(lasts),
      })
    })

    test('a swap happens if what is expected stands there', async () => {
      const key = fresh()
      const swap = (expected: string | undefined, value: string, time = lasts) =>
        one({ op: 'compareAndSet', key, expected, value, ttl: time })
      expect(await swap('one', 'two')).toBe(false)
      expect(await swap(undefined, 'one')).toBe(true)
      expect(await swap(undefined, 'two')).toBe(false)
      expect(await swap('', 'two')).toBe(false)
      expect(await swap('one', '', DAY)).toBe(true)
      expect(await one({ op: 'get', key })).toEqual({ value: '', endsIn: endsWithin(DAY) })
      expect(await swap('', 'three')).toBe(true)
    })

    test('of many who swap at once, one does', async () => {
      const key = fresh()
      const stores = [opened.store, opened.other]
      const tries = Array.from({ length: 40 }, (_, index) => {
        const operation = { op: 'compareAndSet', key, expected: undefined, value: `${index}`, ttl: lasts } as const
        return stores[index % 2]?.run([operation])
      })
      const won = (await Promise.all(tries)).map(answers => answers?.[0])
      expect(won.filter(Boolean)).toHaveLength(1)
      expect(await one({ op: 'get', key })).toMatchObject({ value: `${won.indexOf(true)}` })
    })

    test('of many who count at once, none is lost', async () => {
      const key = fresh()
      const stores = [opened.store, opened.other]
      await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          stores[index % 2]?.run([{ op: 'increment', key, by: 1, ttl: lasts }]),
        ),
      )
      expect(await one({ op: 'get', key })).toMatchObject({ value: '200' })
    })

    test('sums add up, each by itself, and only look when nothing is added', async () => {
      const key = fresh()
      const add = (...amounts: number[]) => one({ op: 'decayingAdd', key, amounts, halfLife: 0, ttl: lasts })
      expect(await add(0, 0)).toEqual([0, 0])
      expect(await one({ op: 'get', key })).toBeUndefined()
      expect(await add(1, 0.5)).toEqual([1, 0.5])
      expect(await add(0.1, -2)).toEqual([1.1, -1.5])
      expect(await add(0, 0)).toEqual([1.1, -1.5])
      expect(await add(0, 0, 0)).toEqual([1.1, -1.5, 0])
      expect(await add(1e21, 1e-9)).toEqual([1e21 + 1.1, 1e-9 - 1.5])
      expect(await one({ op: 'get', key })).toMatchObject({ value: expect.any(String), endsIn: endsWithin(lasts) })
    })

    test('sums fade by half in each half-life', async () => {
      const key = fresh()
      const halfLife = 200
      const add = async (amount: number) => {
        const began = performance.now()
        const [sum = Number.NaN] = await one({ op: 'decayingAdd', key, amounts: [amount], halfLife, ttl: lasts })
        return { began, sum, ended: performance.now() }
      }
      const first = await add(1_024)
      expect(first.sum).toBe(1_024)
      await pass(300)
      const second = await add(0)
      const least = opened.pass ? 300 : second.began - first.ended
      const most = opened.pass ? 300 : second.ended - first.began
      // The store's clock and ours may each be a few milliseconds coarse.
      expect(second.sum).toBeLessThanOrEqual(1_024 * 2 ** (-(least - 5) / halfLife))
      expect(second.sum).toBeGreaterThanOrEqual(1_024 * 2 ** (-(most + 5) / halfLife))
      if (opened.pass) expect(second.sum).toBeCloseTo(1_024 * 2 ** -1.5, 6)
    })

    test("sums' time begins anew with each that is added, not with a look", async () => {
      const key = fresh()
      const add = (amount: number, time: number) =>
        one({ op: 'decayingAdd', key, amounts: [amount], halfLife: DAY, ttl: time })
      await add(1, DAY)
      await add(0, 2 * DAY)
      expect(await one({ op: 'get', key })).toMatchObject({ endsIn: endsWithin(DAY) })
      await add(1, 2 * DAY)
      expect(await one({ op: 'get', key })).toMatchObject({ endsIn: endsWithin(2 * DAY) })
    })

    test('sums begin where something else stands, and something else in the place of sums', async () => {
      const key = fresh()
      await one({ op: 'set', key, value: '5', ttl: lasts })
      expect(await one({ op: 'decayingAdd', key, amounts: [2], halfLife: 0, ttl: lasts })).toEqual([2])
      expect(await one({ op: 'increment', key, by: 1, ttl: lasts })).toMatchObject({ count: 1 })
    })

    test('what is no number adds nothing', async () => {
      const key = fresh()
      const [nan, infinity] = [Number.NaN, Number.POSITIVE_INFINITY]
      expect(await one({ op: 'decayingAdd', key, amounts: [nan, infinity, 1], halfLife: nan, ttl: lasts })).toEqual([
        0, 0, 1,
      ])
      const other = fresh()
      expect(await one({ op: 'increment', key: other, by: 1.9, ttl: lasts })).toMatchObject({ count: 1 })
      expect(await one({ op: 'increment', key: other, by: nan, ttl: lasts })).toMatchObject({ count: 1 })
    })

    test('what has reached its end is gone for every operation', async () => {
      const keys = Array.from({ length: 6 }, fresh)
      const [get = '', add = '', increment = '', swap = '', decaying = '', taken = ''] = keys
      await run(...keys.map(key => ({ op: 'set', key, value: '9', ttl: 50 }) as const))
      await one({ op: 'decayingAdd', key: decaying, amounts: [9], halfLife: 0, ttl: 50 })
      await pass(60)
      const answers = await run(
        { op: 'get', key: get },
        { op: 'add', key: add, value: 'new', ttl: lasts },
        { op: 'increment', key: increment, by: 1, ttl: lasts },
        { op: 'compareAndSet', key: swap, expected: undefined, value: 'new', ttl: lasts },
        { op: 'decayingAdd', key: decaying, amounts: [1], halfLife: 0, ttl: lasts },
        { op: 'delete', key: taken },
      )
      expect(answers).toMatchObject([undefined, { value: 'new', added: true }, { count: 1 }, true, [1], false])
    })

    test.for([0, Number.POSITIVE_INFINITY])('what lasts %d lasts for ever', async forever => {
      const keys = Array.from({ length: 4 }, fresh)
      const [set = '', add = '', increment = '', decaying = ''] = keys
      const answers = await run(
        { op: 'set', key: set, value: 'a', ttl: forever },
        { op: 'add', key: add, value: 'a', ttl: forever },
        { op: 'increment', key: increment, by: 1, ttl: forever },
        { op: 'decayingAdd', key: decaying, amounts: [1], halfLife: forever, ttl: forever },
      )
      expect(answers).toEqual([{ value: 'a' }, { value: 'a', added: true }, { count: 1 }, [1]])
      const held = await run(...keys.map(key => ({ op: 'get', key }) as const))
      expect((held as readonly Entry[]).map(entry => [typeof entry?.value, entry && 'endsIn' in entry])).toEqual(
        keys.map(() => ['string', false]),
      )
      expect(await one({ op: 'increment', key: increment, by: 1, ttl: lasts })).toEqual({ count: 2 })
    })

    test.for([25, 100, 400])('D07 what lasts %i days ends then', async days => {
      const key = fresh()
      expect(await one({ op: 'increment', key, by: 1, ttl: days * DAY })).toEqual({
        count: 1,
        endsIn: endsWithin(days * DAY),
      })
      expect(await one({ op: 'increment', key, by: 1, ttl: days * DAY })).toEqual({
        count: 2,
        endsIn: endsWithin(days * DAY),
      })
      if (!opened.pass) return
      await pass(days * DAY - 1_000)
      expect(await one({ op: 'increment', key, by: 1, ttl: 1 })).toMatchObject({
        count: 3,
        endsIn: endsWithin(1_000),
      })
      await pass(1_000)
      expect(await one({ op: 'get', key })).toBeUndefined()
    })

    test('a list is done in its order, and answered in its order', async () => {
      const keys = Array.from({ length: 50 }, fresh)
      const counted = await run(
        ...keys.map((key, index) => ({ op: 'increment', key, by: index + 1, ttl: lasts }) as const),
      )
      expect(counted.map(answer => 'count' in answer && answer.count)).toEqual(keys.map((_, index) => index + 1))
      const key = fresh()
      const answers = await run(
        { op: 'add', key, value: '1', ttl: lasts },
        { op: 'increment', key, by: 1, ttl: lasts },
        { op: 'compareAndSet', key, expected: '2', value: '3', ttl: lasts },
        { op: 'get', key },
        { op: 'delete', key },
        { op: 'get', key },
      )
      expect(answers).toMatchObject([{ added: true }, { count: 2 }, true, { value: '3' }, true, undefined])
      expect(await run()).toEqual([])
    })

    test.for([
      ['an empty text', ''],
      ['a NUL', 'a\0b'],
      ['line ends', 'a\r\nb\n'],
      ['what is not ASCII', 'почта@пример.рф 邮件 😀'],
      ['braces and quotes', '{a}{b}\'"`$1;--'],
      ['64 KB', 'v'.repeat(65_536)],
    ] as const)('%s is a key and a value as any other', async ([, text]) => {
      const key = `${fresh()} ${text}`
      expect(await one({ op: 'set', key, value: text, ttl: lasts })).toMatchObject({ value: text })
      expect(await one({ op: 'get', key })).toMatchObject({ value: text })
      expect(await one({ op: 'compareAndSet', key, expected: text, value: 'other', ttl: lasts })).toBe(true)
      expect(await one({ op: 'get', key: `${key}.` })).toBeUndefined()
      expect(await one({ op: 'delete', key })).toBe(true)
    })

    test('keys that look alike are distinguished', async () => {
      const base = fresh()
      const alike = ['', '\0', ' ', 'a', 'A', '\uFFFD', '\uD800', 'e\u0301', '\u00E9', 'k'.repeat(200), 'k'.repeat(201)]
      for (const [index, end] of alike.entries())
        await one({ op: 'set', key: base + end, value: `${index}`, ttl: lasts })
      const held = await run(...alike.map(end => ({ op: 'get', key: base + end }) as const))
      expect((held as readonly Entry[]).map(({ value }) => value)).toEqual(alike.map((_, index) => `${index}`))
    })
  })
}
