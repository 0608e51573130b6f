/** What a known sender is spared: bounded, named, and nothing of what is certain. */
import { describe, expect, test } from 'vitest'
import { dkim } from '../../../src/facts/dkim/dkim.ts'
import { addressMark } from '../../../src/facts/trust.ts'
import { certainRules } from '../../../src/filters/content/rule-sets.ts'
import { balanceOf, maxDiscountOf, trust } from '../../../src/filters/content/trust.ts'
import { knownSender } from '../../../src/filters/known-sender.ts'
import { type Filter, type Finding, points, postern } from '../../../src/index.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { message } from '../../../src/testing/message.ts'
import { probe } from '../../../src/testing/probe.ts'
import type { Probed } from '../../../src/testing/probed.ts'
import { zone } from '../../../src/testing/zone.ts'
import { send } from '../../support/mail-flow.ts'
import { fc } from '../../support/property.ts'

const certain = certainRules()
const isCertain = (rule: string): boolean => certain.has(rule)
const found = (...charged: readonly (readonly [rule: string, points: number])[]): readonly Finding[] =>
  charged.map(([rule, value]) => points(value, 'why', { rule }))

const spf = { 'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } }
/** Filters that find what stands here, at the message. */
const finding = (...charged: readonly (readonly [rule: string, points: number])[]): readonly Filter[] =>
  charged.map(([rule, value]) => {
    const [name = '', id = ''] = rule.split('/')
    return { name, message: async () => points(value, 'why', { rule: id }) }
  })

/** The score of mail from alice@example.com, to whom our users have written, with what was found. */
async function scoreOfKnown(...charged: readonly (readonly [rule: string, points: number])[]) {
  const filters = [...finding(...charged), knownSender(), trust(certain)]
  const gateway = postern({ name: 'mx.example.org', dns: zone(spf), filters, trustedNetworks: [] })
  await gateway.recordSent({ from: 'bob@example.org', to: ['alice@example.com'] })
  const { outcome } = await send(gateway, { reversePath: 'alice@example.com' })
  await gateway.close()
  return { score: outcome?.score, rules: outcome?.findings.map(({ rule }) => rule) }
}

describe('a mailbox of a correspondent that was taken over', () => {
  test('sends a program: nothing is subtracted from it', async () => {
    expect(await scoreOfKnown(['attachments/program', 8])).toMatchObject({ score: 8 })
    expect((await scoreOfKnown(['attachments/program', 8])).rules).toContain('trust/bound')
  })

  test('poses as the chief: nothing is subtracted', async () => {
    expect(await scoreOfKnown(['impersonation/person', 5])).toMatchObject({ score: 5 })
  })

  test('sends phishing: of the content at most half is subtracted, and at most 3 points', async () => {
    expect(await scoreOfKnown(['links/ip', 3], ['wording/prize', 5])).toMatchObject({ score: 6 })
    expect(await scoreOfKnown(['links/ip', 3], ['attachments/program', 8])).toMatchObject({ score: 9.5 })
  })
})

test('an honest correspondent has the whole discount of known-sender, once', async () => {
  expect(await scoreOfKnown(['headers/date-past', 1], ['html/form', 4])).toMatchObject({ score: 3 })
  expect(await scoreOfKnown(['helo/bare-address', 5])).toMatchObject({ score: 3 })
  expect((await scoreOfKnown(['html/form', 1])).rules).not.toContain('trust/bound')
})

test('whatever is found, discounts leave what is certain, and at least half of the content', () => {
  const rules = ['attachments/program', 'impersonation/person', 'clamav', 'links/ip', 'wording/prize', 'rdns/none']
  const any = fc.tuple(fc.constantFrom(...rules), fc.double({ min: 0, max: 10, noNaN: true }))
  fc.assert(
    fc.property(fc.array(any, { maxLength: 12 }), fc.double({ min: 0, max: 20, noNaN: true }), (list, discount) => {
      const balance = balanceOf([...found(...list), ...found(['reputation/good', -discount])], isCertain)
      const total = balance.certain + balance.content + balance.other
      const least = total - maxDiscountOf(balance)
      expect(balance.discount).toBe(discount === 0 ? 0 : discount)
      expect(least).toBeGreaterThanOrEqual(balance.certain + balance.content / 2 - 0.001)
      expect(least).toBeGreaterThanOrEqual(balance.certain + balance.content - 3 - 0.001)
    }),
  )
})

describe('mail of a list', () => {
  const post = { 'List-Id': '<users.example.com>', 'List-Post': '<mailto:users@lists.example.com>' }
  const signed = [
    dkim,
    { result: 'pass', signatures: [{ domain: 'example.com', result: 'pass' }], ignored: 0 },
  ] as unknown as NonNullable<Probed['facts']>[number]
  const listed: Filter = trust(certain)
  const store = memoryStore()
  const read = async (world: Partial<Probed>, header: Readonly<Record<string, string>> = post, charge = 5) => {
    await store.run([{ op: 'set', key: addressMark('users@lists.example.com'), value: '', ttl: 1_000_000 }])
    const content: Filter = {
      ...listed,
      message: (at, prior) =>
        listed.message?.(at, { ...prior, findings: found(['wording/prize', charge]), score: charge }),
    }
    return await probe(content, { store, message: message({ header }), facts: [signed], ...world })
  }

  test('to which our users write, and whose domain is proven, is spared 2 points', async () => {
    expect(await read({})).toEqual([
      points(-2, 'our users write to the list users@lists.example.com, and its domain is proven', {
        rule: 'trust/list',
      }),
    ])
  })

  test('is spared no more than half of the content', async () => {
    expect(await read({}, post, 4)).toMatchObject([{ points: -2 }])
    expect(await read({}, post, 3.9)).toEqual([])
  })

  test('that nothing proves is spared nothing', async () => {
    expect(await read({ facts: [] })).toEqual([])
  })

  test('to which our users do not write is spared nothing', async () => {
    expect(await read({ store: memoryStore() }, { 'List-Post': '<mailto:other@lists.example.com>' })).toEqual([])
  })

  test('whose address is that for unsubscribing is spared nothing: people write there to end it', async () => {
    expect(await read({}, { ...post, 'List-Unsubscribe': '<mailto:Users@lists.example.com?subject=stop>' })).toEqual([])
  })

  test('cannot borrow the address of a correspondent at a free mail service', async () => {
    const facts = [[dkim, { result: 'pass', signatures: [{ domain: 'gmail.com', result: 'pass' }], ignored: 0 }]]
    await store.run([{ op: 'set', key: addressMark('friend@gmail.com'), value: '', ttl: 1_000_000 }])
    const header = { ...post, 'List-Post': '<mailto:friend@gmail.com>' }
    expect(await read({ facts: facts as unknown as NonNullable<Probed['facts']> }, header)).toEqual([])
  })

  test('with two addresses is spared nothing', async () => {
    expect(await read({}, { 'List-Post': '<mailto:users@lists.example.com>, <mailto:x@evil.example>' })).toEqual([])
  })

  test('cannot borrow the address of another list', async () => {
    const forged = { domain: 'evil.example', result: 'pass' }
    const facts = [[dkim, { result: 'pass', signatures: [forged], ignored: 0 }]] as unknown as Probed['facts']
    expect(await read({ ...(facts && { facts }) })).toEqual([])
  })
})
