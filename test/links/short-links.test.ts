/** Short links: their targets come from the store, which others fill, and meet every rule for links. */
import { expect, test } from 'vitest'
import { links as linksFact } from '../../src/facts/links.ts'
import { links, saveShortLinks } from '../../src/filters/index.ts'
import { PosternError } from '../../src/model/errors.ts'
import type { Store } from '../../src/model/store.ts'
import { memoryStore } from '../../src/store/index.ts'
import { message } from '../../src/testing/message.ts'
import { ask, probe } from '../../src/testing/probe.ts'
import { link } from '../support/rule-cases.ts'

const SHORT = 'https://bit.ly/3x'

/** Counts the lists that are run. */
function counted(): { readonly store: Store; readonly runs: () => number } {
  const store = memoryStore()
  let runs = 0
  const run: Store['run'] = async operations => {
    runs++
    return await store.run(operations)
  }
  return {
    store: { ...store, run },
    runs: () => runs,
  }
}

test('the target of a short link that the store knows is a link, and meets the rules', async () => {
  const store = memoryStore()
  const world = { store, message: message(link(SHORT)) }
  const rulesNow = async () => (await probe(links(), world)).map(({ rule }) => rule)
  expect(await rulesNow()).not.toContain('links/ip')
  await saveShortLinks(store, [{ url: 'http://bit.ly/3x', target: 'https://198.51.100.9/login' }])
  expect(await rulesNow()).toEqual(expect.arrayContaining(['links/ip', 'links/shortener', 'links/login-url']))
  const { all, domains } = await ask(linksFact, world)
  expect(all.map(({ host, via, viaKind, redirects }) => ({ host, via, viaKind, redirects }))).toEqual([
    { host: 'bit.ly', redirects: 'shortener' },
    { host: '198.51.100.9', via: 'bit.ly', viaKind: 'shortener' },
  ])
  expect(domains).toContain('198.51.100.9')
  await saveShortLinks(store, [{ url: SHORT }])
  expect(await rulesNow()).not.toContain('links/ip')
})

test('a target that is the author’s own makes the short link honest', async () => {
  const store = memoryStore()
  const one = link(SHORT, 'our offers', { from: 'Anna <anna@example.org>' })
  const rulesNow = async () => (await probe(links(), { store, message: message(one) })).map(({ rule }) => rule)
  expect(await rulesNow()).toContain('links/only-free-host')
  await saveShortLinks(store, [{ url: SHORT, target: 'https://www.example.org/offers' }])
  expect(await rulesNow()).toEqual(['links/shortener'])
})

test('the store is asked once for all short links of a message, and not for a message without them', async () => {
  const { store, runs } = counted()
  await ask(linksFact, { store, message: message({ text: 'see https://example.org/a\n' }) })
  expect(runs()).toBe(0)
  await ask(linksFact, { store, message: message({ text: 'https://bit.ly/1 https://bit.ly/2 https://t.co/3\n' }) })
  expect(runs()).toBe(1)
})

test('a store that fails leaves short links as they are', async () => {
  const store = { ...memoryStore(), run: async () => await Promise.reject(new Error('away')) } as Store
  const { all } = await ask(linksFact, { store, message: message({ text: `${SHORT}\n` }) })
  expect(all.map(({ host }) => host)).toEqual(['bit.ly'])
})

test('short links that lead to each other end', async () => {
  const store = memoryStore()
  await saveShortLinks(store, [
    { url: 'https://bit.ly/1', target: 'https://bit.ly/2' },
    { url: 'https://bit.ly/2', target: 'https://bit.ly/1' },
  ])
  const { all } = await ask(linksFact, { store, message: message({ text: 'https://bit.ly/1 https://bit.ly/2\n' }) })
  expect(all.length).toBeLessThan(20)
})

test.for([
  [{ url: 'https://example.org/a', target: 'https://example.net/' }, 'links[0].url'],
  [{ url: 'bit.ly/3x', target: 'https://example.net/' }, 'links[0].url'],
  [{ url: SHORT, target: 'example.net' }, 'links[0].target'],
  [{ url: SHORT, target: 'javascript:alert(1)' }, 'links[0].target'],
] as const)('%j is refused with the reason', async ([one, path]) => {
  const error = await saveShortLinks(memoryStore(), [one]).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(PosternError)
  expect(String((error as Error).message)).toContain(path)
})
