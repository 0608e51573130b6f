/** A real clamd goes away under traffic, or stops answering, and comes back. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { clamav } from '../../../src/filters/clamav/clamav.ts'
import type { Filter } from '../../../src/model/filter.ts'
import { clock } from '../../../src/testing/clock.ts'
import { probe } from '../../../src/testing/probe.ts'
import { type RealClamd, startClamd } from '../../support/clamd.ts'
import { eicar } from '../../support/eicar.ts'
import { falseClamd, lives } from '../../support/false-clamd.ts'
import { full } from '../../support/full.ts'
import { isBefore } from '../../support/order.ts'
import { INSTALL_TIMEOUT } from '../../support/services.ts'

const DEADLINE = 1_500
const RECOVERY = 5_000
const clean = 'From: alice@example.org\n\nhello\n'
const infected = `From: mallory@example.org\n\n${eicar}\n`

/** What became of messages: `passed` without a finding, `refused` as infected, or `failed` for a cause. */
interface Tally {
  passed: number
  refused: number
  /** Infected, and passed all the same. */
  missed: number
  causes: Map<string, number>
  /** Those that were answered after a timer that ends behind the deadline. */
  late: number
}

/** Fifty messages a second, every second one infected, until `ended`. */
async function traffic(filter: Filter, ended: () => boolean): Promise<Tally> {
  const tally: Tally = { passed: 0, refused: 0, missed: 0, causes: new Map(), late: 0 }
  const one = async (message: string) => {
    const judged = probe(filter, { message })
    if (!(await isBefore(DEADLINE + 2_000, judged))) tally.late += 1
    const [finding] = await judged
    if (finding?.verdict === 'defer') {
      const [, cause = 'none'] = /^clamav failed: not scanned \(([a-z-]+)\)/.exec(finding.reason) ?? []
      tally.causes.set(cause, (tally.causes.get(cause) ?? 0) + 1)
    } else if (finding?.verdict === 'reject') tally.refused += 1
    else if (message === infected) tally.missed += 1
    else tally.passed += 1
  }
  const running: Promise<void>[] = []
  for (let count = 0; !ended(); count += 1) {
    running.push(one(count % 2 === 0 ? clean : infected))
    await sleep(20)
  }
  await Promise.all(running)
  return tally
}

const during = async (filter: Filter, ms: number): Promise<Tally> => {
  let isOver = false
  setTimeout(() => {
    isOver = true
  }, ms)
  return await traffic(filter, () => isOver)
}

/** Settles when a message is clean again. */
async function recovery(filter: Filter): Promise<void> {
  while ((await probe(filter, { message: clean })).length > 0) await sleep(20)
}

const outages: Readonly<Record<string, { begin: (clamd: RealClamd) => unknown; end: (clamd: RealClamd) => unknown }>> =
  {
    'is killed': { begin: clamd => clamd.kill(), end: clamd => clamd.start() },
    'stops answering': { begin: clamd => clamd.signal('SIGSTOP'), end: clamd => clamd.signal('SIGCONT') },
  }

test.concurrent.for(Object.entries(outages))(
  'D02 while clamd %s at 50 messages a second nothing passes unscanned, and within five seconds of its return all is well',
  { timeout: INSTALL_TIMEOUT },
  async ([, { begin, end }], { expect }) => {
    await using clamd = await startClamd()
    const filter = clamav({ socket: clamd.socket, deadline: DEADLINE, concurrency: 5 })

    const before = await during(filter, 500)
    expect(before).toMatchObject({ missed: 0, causes: new Map() })
    expect(before.passed).toBeGreaterThan(0)
    expect(before.refused).toBeGreaterThan(0)

    await begin(clamd)
    const down = await during(filter, full ? 60_000 : 10_000)
    expect(down).toMatchObject({ passed: 0, refused: 0, missed: 0 })
    expect(down.causes.get('breaker-open')).toBeGreaterThan(0)
    expect(down.late).toBe(0)

    await end(clamd)
    expect(await isBefore(RECOVERY, recovery(filter))).toBe(true)
    expect(await during(filter, 500)).toMatchObject({ missed: 0, causes: new Map() })
  },
)

test('D02 in sixty seconds without clamd, by the clock of the filter, none of 3,000 messages passes', async () => {
  await using clamd = await falseClamd({ connected: socket => socket.resetAndDestroy() })
  const { host, port } = clamd
  const hand = clock()
  const filter = clamav({ host, port, deadline: DEADLINE })
  const judged = async () => {
    const [finding] = await probe(filter, { message: clean, clock: hand })
    hand.pass(20)
    return finding?.verdict
  }
  const verdicts = new Set<string | undefined>()
  for (let count = 0; count < 3_000; count += 1) verdicts.add(await judged())
  expect([...verdicts]).toEqual(['defer'])
  // Five messages found out, and then a PING each second.
  expect(clamd.seen()).toBeLessThanOrEqual(5 + 60 + 1)

  clamd.become(lives('stream: OK\0'))
  const back = hand.monotonic()
  while ((await judged()) === 'defer' && hand.monotonic() < back + 2 * RECOVERY);
  expect(hand.monotonic() - back).toBeLessThan(RECOVERY)
  expect(await judged()).toBeUndefined()
})
