/** No message makes us ask for ever. */
import { describe, expect, test } from 'vitest'
import { withBudget } from '../../src/dns/budget.ts'
import type { Answer, Purpose, Records, Resolver } from '../../src/model/resolver.ts'
import { zone } from '../../src/testing/zone.ts'
import { handClock } from '../support/hand-clock.ts'

const name = (index: number) => `n${index}.example`
const ask = (dns: Resolver, from: number, to: number) =>
  Promise.all(Array.from({ length: to - from }, (_, index) => dns.resolve(name(from + index), 'A')))
const spent = (answers: readonly Answer<unknown>[]) =>
  answers.filter(answer => answer.kind === 'failure' && answer.cause === 'budget').length

/** Answers each question when the test says so. */
const silent = (): Resolver & { readonly answer: () => void } => {
  const waiting: (() => void)[] = []
  return {
    answer: () => {
      for (const settle of waiting.splice(0)) settle()
    },
    resolve: <T extends keyof Records>() =>
      new Promise<Answer<Records[T]>>(resolve => waiting.push(() => resolve({ kind: 'nodata' }))),
  }
}

describe('a budget', () => {
  test('A17 a message asks 30 questions, and what it asks beyond them fails without being asked', async () => {
    const dns = zone({})
    const answers = await ask(withBudget(dns, { clock: handClock() }), 0, 111)
    expect([dns.asked.length, spent(answers)]).toEqual([30, 81])
    expect(answers[30]).toEqual({
      kind: 'failure',
      cause: 'budget',
      detail: 'the transaction has asked its 30 questions',
    })
  })

  test('A17 a message waits five seconds for DNS in all, then every question fails at once as a time-out', async () => {
    const clock = handClock()
    const slow = silent()
    const budget = withBudget(slow, { clock })
    const late = { kind: 'failure', cause: 'timeout', detail: 'DNS took more than 5000 ms for one transaction' }
    const first = budget.resolve('a.example', 'TXT')
    clock.pass(3_000)
    slow.answer()
    expect(await first).toEqual({ kind: 'nodata' })
    clock.pass(60_000) // the body arrives meanwhile: no time of DNS
    const second = [budget.resolve('b.example', 'TXT'), budget.resolve('c.example', 'TXT')]
    clock.pass(1_999)
    expect(await Promise.race([...second, 'still waiting'])).toBe('still waiting')
    clock.pass(1)
    expect(await Promise.all(second)).toEqual([late, late])
    expect(await budget.resolve('d.example', 'TXT')).toEqual(late)
    budget.renew()
    const third = budget.resolve('d.example', 'TXT')
    slow.answer()
    expect(await third).toEqual({ kind: 'nodata' })
  })

  test('a question that this transaction has asked already is free', async () => {
    const dns = zone({ 'n0.example': { A: '192.0.2.1' } })
    const budget = withBudget(dns, { questions: 2, clock: handClock() })
    await ask(budget, 0, 2)
    expect(await budget.resolve('N0.example.', 'A')).toEqual({ kind: 'answer', records: ['192.0.2.1'] })
    expect(spent(await ask(budget, 2, 3))).toBe(1)
  })

  test('a new transaction has its share again, and a session has its own limit for each minute', async () => {
    const dns = zone({})
    const clock = handClock()
    const budget = withBudget(dns, { questions: 10, session: 25, clock })
    const refused: number[] = []
    for (let transaction = 0; transaction < 4; transaction += 1) {
      budget.renew()
      refused.push(spent(await ask(budget, 100 * transaction, 100 * transaction + 10)))
    }
    expect([refused, dns.asked.length]).toEqual([[0, 0, 5, 10], 25])
    await clock.advance(60_000)
    budget.renew()
    expect(spent(await ask(budget, 500, 510))).toBe(0)
  })

  test('what SPF and everything else have used up is left for the keys and the policy of the author', async () => {
    const dns = zone({})
    const budget = withBudget(dns, { clock: handClock() })
    const many = (purpose: Purpose | undefined, count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          budget.resolve(`${purpose ?? 'other'}${index}.example`, 'TXT', purpose && { purpose }),
        ),
      )
    for (const purpose of ['spf', 'spf-helo', undefined] as const) expect(spent(await many(purpose, 100))).toBe(70)
    expect(spent(await many('dkim', 5))).toBe(0)
    expect(spent(await many('arc', 11))).toBe(0)
    // RFC 9989 §4.10: the climb asks eight names at most.
    expect(spent(await many('dmarc', 8))).toBe(0)
    expect(spent(await many('dmarc-sender', 8))).toBe(0)
    expect(dns.asked.length).toBe(122)
  })

  test.for<Purpose>(['spf', 'spf-helo', 'dmarc-sender'])(
    'slow servers of the sender (%s) leave time for the keys and the policy of the author',
    async purpose => {
      const clock = handClock()
      const slow = silent()
      const budget = withBudget(slow, { clock })
      const late = budget.resolve('slow.example', 'TXT', { purpose })
      clock.pass(5_000)
      expect(await late).toMatchObject({ cause: 'timeout' })
      const dns = zone({})
      const within = withBudget(
        { resolve: (name, type, options) => (options?.purpose === purpose ? slow : dns).resolve(name, type) },
        { clock },
      )
      const first = within.resolve('slow.example', 'TXT', { purpose })
      clock.pass(3_500)
      expect(await first).toMatchObject({ cause: 'timeout' })
      expect(await within.resolve('_dmarc.example', 'TXT', { purpose: 'dmarc' })).toEqual({ kind: 'nxdomain' })
    },
  )

  test('what was asked before a transaction, and is not answered yet, takes none of its time', async () => {
    const clock = handClock()
    const slow = silent()
    const budget = withBudget(slow, { clock })
    const before = budget.resolve('helo.example', 'A')
    budget.renew()
    clock.pass(5_000)
    expect(await before).toMatchObject({ cause: 'timeout' })
    const policy = budget.resolve('_dmarc.example', 'TXT', { purpose: 'dmarc' })
    clock.pass(4_999)
    slow.answer()
    expect(await policy).toEqual({ kind: 'nodata' })
  })

  test('what the resolver remembers costs nothing', async () => {
    const dns = zone({})
    const remembered: Resolver = { resolve: dns.resolve, known: () => ({ kind: 'nodata' }) }
    const answers = await ask(withBudget(remembered, { questions: 2, clock: handClock() }), 0, 50)
    expect([spent(answers), dns.asked.length]).toEqual([0, 0])
  })

  test('A01 a name that cannot be asked costs neither a question nor a share', async () => {
    const dns = zone({})
    const budget = withBudget(dns, { questions: 1, clock: handClock() })
    expect(await budget.resolve('evil\0.example', 'A')).toMatchObject({ kind: 'failure', cause: 'bad-name' })
    expect(spent(await ask(budget, 0, 1))).toBe(0)
    expect(dns.asked).toEqual(['n0.example A'])
  })

  test('a resolver that breaks its word and rejects is a failure', async () => {
    const broken: Resolver = { resolve: () => Promise.reject(new Error('out of order')) }
    expect(await withBudget(broken, { clock: handClock() }).resolve('a.example', 'A')).toEqual({
      kind: 'failure',
      cause: 'servfail',
      detail: 'Error: out of order',
    })
  })
})
