/** An author's organisation that is new to the site: little evidence, and only where the store can know. */
import { expect, test } from 'vitest'
import { reputation } from '../../../src/filters/reputation/reputation.ts'
import { type Filter, postern, reject } from '../../../src/index.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { clock } from '../../../src/testing/clock.ts'
import { zone } from '../../../src/testing/zone.ts'
import { send } from '../../support/mail-flow.ts'

const DAY = 86_400_000

function world(options: Parameters<typeof reputation>[0] = {}) {
  const hand = clock()
  const store = memoryStore({ clock: hand })
  const spam: Filter = {
    name: 'spam',
    message: async ({ header }) => (header.get('subject') === 'spam' ? [reject('5.7.1', 'spam')] : []),
  }
  const gateway = postern({
    filters: [spam, reputation(options)],
    dns: zone({}),
    clock: hand,
    store,
    name: 'mx.example.org',
  })
  const from = async (domain: string, subject = 'Hello') => {
    const message = `From: Alice <alice@${domain}>\r\nSubject: ${subject}\r\n\r\nHello, Bob!\r\n`
    const { outcome } = await send(gateway, { message })
    return (outcome?.findings ?? []).filter(({ rule }) => rule === 'reputation/new-domain')
  }
  return { clock: hand, from }
}

test('a domain that first writes today costs little, and nothing tomorrow', async () => {
  const { clock: hand, from } = world()
  await from('example.net')
  await hand.advance(8 * DAY)
  expect(await from('news.example.com')).toEqual([
    expect.objectContaining({ points: 0.5, reason: 'the first message of example.com arrived today' }),
  ])
  expect(await from('example.com')).toHaveLength(1)
  expect(await from('example.net')).toEqual([])
  await hand.advance(DAY)
  expect(await from('www.example.com')).toEqual([])
})

test('a store that is younger than a week knows no new domain', async () => {
  const { clock: hand, from } = world()
  await from('example.net')
  await hand.advance(7 * DAY - 1000)
  expect(await from('example.com')).toEqual([])
})

test('a domain whose mail was refused stays new', async () => {
  const { clock: hand, from } = world()
  await from('example.net')
  await hand.advance(8 * DAY)
  await from('example.com', 'spam')
  await hand.advance(2 * DAY)
  expect(await from('example.com')).toHaveLength(1)
})

test('a domain is remembered for as long as it writes', async () => {
  const { clock: hand, from } = world()
  await from('example.net')
  for (let month = 0; month < 12; month++) {
    await hand.advance(100 * DAY)
    expect(await from('example.net')).toEqual([])
  }
  await hand.advance(181 * DAY)
  expect(await from('example.net')).toHaveLength(1)
})

test('with 0 points nothing is looked up', async () => {
  const { clock: hand, from } = world({ newDomain: 0 })
  await from('example.net')
  await hand.advance(8 * DAY)
  expect(await from('example.com')).toEqual([])
})
