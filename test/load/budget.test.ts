/** One budget for scanner, parse threads and disk while the load is red. */
import { expect, test } from 'vitest'
import { Spool } from '../../src/engine/spool.ts'
import { SpoolBudget } from '../../src/engine/spool-budget.ts'
import { guardedScanner } from '../../src/filters/clamav/scanner.ts'
import { clean, type ScanVerdict } from '../../src/filters/clamav/verdict.ts'
import { OVER_BUDGET, withinBudget } from '../../src/load/budget.ts'
import { loadMeter } from '../../src/load/meter.ts'
import { parse } from '../../src/mime/parse.ts'
import { clock } from '../../src/testing/clock.ts'
import { scannable } from '../filters/clamav/scannable.ts'
import { fc, runs } from '../support/property.ts'

function meterAt(busy: number) {
  const hand = clock()
  const load = loadMeter({ clock: hand, process: { busy: () => busy, memory: () => 0.1, descriptors: () => 1 } })
  load.now()
  hand.pass(10_000)
  return { load, hand }
}

const letter = 'Content-Type: text/plain\r\n\r\nHello\r\n'
const message = (load: ReturnType<typeof loadMeter>) => ({ ...scannable(letter), load })
const scanned = { deadline: 30_000, concurrency: 2, maxQueue: 8, maxSize: 1_000, failures: 3, retry: 1_000 }

/** Scans that run until they are let go. */
function scanner() {
  const { promise, resolve } = Promise.withResolvers<ScanVerdict>()
  return { scan: guardedScanner(() => promise, scanned), end: () => resolve(clean) }
}

/** Bytes in a temporary file of a spool that keeps nothing in memory. */
async function write(load: ReturnType<typeof loadMeter>, bytes: number): Promise<Spool> {
  const spool = new Spool({ memory: 0, budget: new SpoolBudget({ files: 10, disk: 100, load }) })
  await spool.write(Buffer.alloc(bytes))
  return spool
}

const read = (load: ReturnType<typeof loadMeter>) =>
  parse(message(load), { signal: new AbortController().signal, inline: 0 })

test('under red, what scanner and disk have is not left for parse threads, and none of them gets more', async () => {
  const { load } = meterAt(1)
  expect(load.level).toBe('red')
  const { scan, end } = scanner()
  const running = Array.from({ length: 5 }, () => scan(message(load)))
  const spool = await write(load, 50)
  expect(await read(load)).toEqual({ kind: 'busy', reason: OVER_BUDGET })
  expect(await scan(message(load))).toEqual({ kind: 'unknown', cause: 'busy', detail: OVER_BUDGET })
  await expect(spool.write(Buffer.alloc(1))).rejects.toMatchObject({ code: 'ENOSPC', message: OVER_BUDGET })
  end()
  expect(await Promise.all(running)).toEqual(Array.from({ length: 5 }, () => clean))
  expect((await read(load)).kind).toBe('parsed')
  await spool.close()
})

test('while the load is not red each has its own bound, and all may be full together', async () => {
  const { load } = meterAt(0.8)
  expect(load.level).toBe('amber')
  const { scan, end } = scanner()
  const running = Array.from({ length: 10 }, () => scan(message(load)))
  const spool = await write(load, 100)
  expect((await read(load)).kind).toBe('parsed')
  end()
  expect(await Promise.all(running)).toEqual(Array.from({ length: 10 }, () => clean))
  await spool.close()
})

test('work that fails is given back like work that ends', async () => {
  const { load } = meterAt(1)
  const fails = () => Promise.reject(new Error('no'))
  for (let time = 0; time < 100; time += 1)
    await expect(withinBudget(load, 0.9, fails, () => undefined)).rejects.toThrow('no')
  expect(load.hasBudget(1)).toBe(true)
})

test('in any order of beginnings and ends under red, the work together never exceeds one bound', () => {
  const events = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 200 })
  fc.assert(
    fc.property(events, shares => {
      const { load } = meterAt(1)
      const open: number[] = []
      for (const share of shares) {
        if (share >= 0 && load.hasBudget(share)) {
          open.push(share)
          load.adjust('work', share)
        } else if (share < 0) load.adjust('work', -(open.shift() ?? 0))
        expect(open.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(1 + 1e-9)
      }
    }),
    { numRuns: runs(100) },
  )
})
