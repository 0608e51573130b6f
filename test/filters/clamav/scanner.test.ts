/** Whatever a scanner does, there is a verdict in time. */
import { expect, test } from 'vitest'
import { guardedScanner, type ScannerOptions } from '../../../src/filters/clamav/scanner.ts'
import { clean, type Scan, unknown } from '../../../src/filters/clamav/verdict.ts'
import { type HandClock, handClock } from '../../support/hand-clock.ts'
import { scannable } from './scannable.ts'

const usual: ScannerOptions = { deadline: 30_000, concurrency: 2, maxQueue: 1, maxSize: 100, failures: 3, retry: 1_000 }
const good: Scan = async () => clean
const down: Scan = async () => unknown('refused', 'nobody is there')
const hangs: Scan = () => new Promise(() => undefined)
/** Lets all that can run now run. */
const settled = () => new Promise(resolve => setImmediate(resolve))

async function afterDeadline<T>(clock: HandClock, promise: Promise<T>): Promise<T> {
  await settled()
  clock.pass(usual.deadline)
  return await promise
}

test('a verdict is handed on', async () => {
  expect(await guardedScanner(good, usual)(scannable('x'))).toEqual(clean)
})

test('D01 a scanner that never settles is unknown at the deadline, and its signal aborts', async () => {
  const clock = handClock()
  let told = false
  const scan: Scan = message => {
    message.signal.addEventListener('abort', () => {
      told = true
    })
    return hangs(message)
  }
  const verdict = await afterDeadline(clock, guardedScanner(scan, usual)(scannable('x', { clock })))
  expect(verdict).toEqual(unknown('timeout', 'the scanner gave no answer within 30000 ms'))
  expect(told).toBe(true)
})

test('D01 a scanner that throws is unknown', async () => {
  const scan: Scan = async () => {
    throw new Error('out of memory')
  }
  expect(await guardedScanner(scan, usual)(scannable('x'))).toEqual(
    unknown('error', 'the scanner failed: out of memory'),
  )
})

test('D03 a message larger than the limit is never sent', async () => {
  let asked = 0
  const scan: Scan = async () => {
    asked += 1
    return clean
  }
  const verdict = await guardedScanner(scan, usual)(scannable('x'.repeat(101)))
  expect(verdict).toEqual(unknown('size-limit', 'the message has 101 bytes; at most 100 are scanned'))
  expect(asked).toBe(0)
})

test('beyond the scans at once and those that wait, the answer is busy at once', async () => {
  const clock = handClock()
  const scan = guardedScanner(hangs, usual)
  const started = [1, 2, 3].map(() => scan(scannable('x', { clock })))
  expect(await scan(scannable('x', { clock }))).toEqual(
    unknown('busy', '2 messages are being scanned and 1 wait already'),
  )
  const verdicts = await afterDeadline(clock, Promise.all(started))
  expect(verdicts.map(verdict => verdict.kind === 'unknown' && verdict.cause)).toEqual([
    'timeout',
    'timeout',
    'timeout',
  ])
})

test('the turn of a scan that hung is given back', async () => {
  const clock = handClock()
  let scanner = hangs
  const scan = guardedScanner(
    message =>
      Promise.race([scanner(message), new Promise<never>((_, no) => message.signal.addEventListener('abort', no))]),
    { ...usual, concurrency: 1 },
  )
  await afterDeadline(clock, scan(scannable('x', { clock })))
  scanner = good
  expect(await scan(scannable('x', { clock }))).toEqual(clean)
})

test('a client who left is no failure of the scanner', async () => {
  const clock = handClock()
  let scanner = hangs
  const scan = guardedScanner(message => scanner(message), { ...usual, failures: 1 })
  const leaver = new AbortController()
  const left = scan(scannable('x', { clock, signal: leaver.signal }))
  await settled()
  leaver.abort()
  expect(await left).toEqual(unknown('aborted', 'the answer is not needed any more'))
  scanner = good
  expect(await scan(scannable('x', { clock }))).toEqual(clean)
  expect(await scan(scannable('x', { clock, signal: leaver.signal }))).toEqual(
    unknown('aborted', 'the answer is not needed any more'),
  )
})

test('D02 after failures in a row the scanner is not asked, and it is asked again as soon as it answers a PING', async () => {
  const clock = handClock()
  let [scanner, there, asked] = [down, false, 0]
  const scan = guardedScanner(
    message => {
      asked += 1
      return scanner(message)
    },
    { ...usual, ping: async () => there },
  )
  const causes: string[] = []
  for (let count = 0; count < 10; count += 1) {
    const verdict = await scan(scannable('x', { clock }))
    causes.push(verdict.kind === 'unknown' ? verdict.cause : verdict.kind)
  }
  expect(causes).toEqual([...Array(3).fill('refused'), ...Array(7).fill('breaker-open')])
  expect(asked).toBe(3)
  scanner = good
  there = true
  clock.pass(1_000)
  expect(await scan(scannable('x', { clock }))).toEqual(clean)
})

test('D02 messages on which a healthy scanner fails do not stop honest mail', async () => {
  const clock = handClock()
  const scan = guardedScanner(message => (message.size > 1 ? down(message) : good(message)), {
    ...usual,
    ping: async () => true,
  })
  for (let count = 0; count < 20; count += 1) await scan(scannable('evil', { clock }))
  expect(await scan(scannable('x', { clock }))).toEqual(clean)
})
