/** Campaigns: texts that are seen often from senders that nothing proves. */
import { expect, test } from 'vitest'
import { identities } from '../../../src/facts/identities.ts'
import { bulk } from '../../../src/filters/content/bulk.ts'
import { PosternError } from '../../../src/model/errors.ts'
import { points } from '../../../src/model/finding.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { clock } from '../../../src/testing/clock.ts'
import { message } from '../../../src/testing/message.ts'
import { probe } from '../../../src/testing/probe.ts'
import type { Probed } from '../../../src/testing/probed.ts'

const text = (name: string, amount: number): string =>
  `Dear ${name}, the board of our company has decided that you will get a share of ${amount} dollars from the fund that nobody has claimed since the autumn. Please answer soon, so that the papers can be prepared by our lawyer.\n`
const proof = (author?: string) =>
  [identities, { ip: '192.0.2.1', network: '192.0.2.0/24', dkim: [], ...(author !== undefined && { author }) }] as const
const unproven = [proof()]
const hand = clock()
const world = (store: Probed['store'], body: string, facts: Probed['facts'] = unproven): Probed => ({
  clock: hand,
  reversePath: 'a@b.example',
  ...(store && { store }),
  facts,
  message: message({ text: body }),
})

test('similar texts from unauthenticated senders cost points', async () => {
  const store = memoryStore({ clock: hand })
  const filter = bulk({ threshold: 5 })
  for (let copy = 1; copy < 5; copy += 1)
    expect(await probe(filter, world(store, text(`Name${copy}`, copy * 100)))).toEqual([])
  expect(await probe(filter, world(store, text('Bob', 777)))).toEqual([
    points(2, 'a text like this one was received 5 times from unauthenticated senders', { rule: 'bulk/campaign' }),
  ])
})

test('the reason names an identical text', async () => {
  const store = memoryStore({ clock: hand })
  const filter = bulk({ threshold: 2, points: 3 })
  await probe(filter, world(store, text('Bob', 1)))
  expect(await probe(filter, world(store, text('Bob', 2)))).toEqual([
    points(3, 'the same text was received 2 times from unauthenticated senders', { rule: 'bulk/campaign' }),
  ])
})

test('an authenticated newsletter is neither counted nor reported', async () => {
  const store = memoryStore({ clock: hand })
  const filter = bulk({ threshold: 2 })
  const proven = [proof('news.example.com')]
  for (let copy = 0; copy < 5; copy += 1) expect(await probe(filter, world(store, text('Bob', 1), proven))).toEqual([])
  expect(await probe(filter, world(store, text('Bob', 1)))).toEqual([])
})

test('texts are forgotten after a while', async () => {
  const store = memoryStore({ clock: hand })
  const filter = bulk({ threshold: 2, within: '1h' })
  await probe(filter, world(store, text('Bob', 1)))
  await hand.advance(3_600_001)
  expect(await probe(filter, world(store, text('Bob', 1)))).toEqual([])
})

test('a very short text is not counted', async () => {
  const store = memoryStore({ clock: hand })
  const filter = bulk({ threshold: 2 })
  await probe(filter, world(store, 'Thank you!\n'))
  expect(await probe(filter, world(store, 'Thank you!\n'))).toEqual([])
})

test('wrong numbers are refused when the filter is built', () => {
  expect(() => bulk({ threshold: 1 })).toThrow(PosternError)
})
