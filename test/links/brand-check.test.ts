/** The tables of brands, and the command that checks them against the DNS. */
import { expect, test } from 'vitest'
import { brandProblems } from '../../scripts/brands.ts'
import { brandOf, brands, isOwnedBy } from '../../src/links/brands.ts'
import { looksLikeBrand } from '../../src/links/look-alike.ts'
import type { Resolver } from '../../src/model/resolver.ts'
import { zone } from '../../src/testing/zone.ts'

const brand = (owns: readonly string[]) => {
  const [first] = brands
  if (!first) throw new Error('no brands')
  return { ...first, name: 'Larchfield', owns }
}

test('an entry that sends and receives no mail is found', async () => {
  const dns = zone({
    'larch.com': { MX: [{ exchange: 'mx.larch.com', priority: 1 }] },
    'field.de': { TXT: ['v=spf1 -all'] },
    'news.larch.net': { TXT: ['nothing'] },
    larchfield: { NS: ['ns.example'] },
  })
  const owns = ['larch', 'field', 'gone', 'news.larch.net', '.larchfield', '.larch', 'larch-']
  expect(await brandProblems([brand(owns)], dns)).toEqual([
    {
      brand: 'Larchfield',
      entry: 'gone',
      problem: 'no-mail',
      text: expect.stringMatching(/^gone under \d+ TLDs has neither an MX nor an SPF record$/),
    },
    {
      brand: 'Larchfield',
      entry: 'news.larch.net',
      problem: 'no-mail',
      text: 'news.larch.net has neither an MX nor an SPF record',
    },
    { brand: 'Larchfield', entry: '.larch', problem: 'not-delegated', text: 'the TLD .larch is not delegated' },
  ])
})

test('where the DNS has no answer nothing is wrong yet', async () => {
  const dns: Resolver = { resolve: async () => ({ kind: 'failure', cause: 'timeout', detail: '' }) }
  expect((await brandProblems([brand(['larch.com', '.larch'])], dns)).map(({ problem }) => problem)).toEqual([
    'unknown',
    'unknown',
  ])
})

test('the tables have each brand once, with words and domains', () => {
  expect(new Set(brands.map(({ name }) => name)).size).toBe(brands.length)
  for (const { name, words, owns, customers } of brands) {
    expect([name, words.every(word => word.length >= 2), owns.length > 0]).toEqual([name, true, true])
    for (const entry of [...owns, ...customers]) expect(entry).toMatch(/^\.?[a-z0-9-]+(?:\.[a-z0-9-]+)*-?$/)
  }
})

test('the pages of customers contain the name of a brand by nature', () => {
  for (const host of ['pmd.github.io', 'tenant.onmicrosoft.com', 'shop.azurewebsites.net'])
    expect(looksLikeBrand(host)).toBeUndefined()
  expect(looksLikeBrand('github.io.example.com')?.brand.name).toBe('GitHub')
})

test.for([
  ['news.apple', 'Apple'],
  ['mail.signin.aws', 'Amazon'],
  ['accounts.google', 'Google'],
  ['intl.paypal.com', 'PayPal'],
  ['paypal.co.uk', 'PayPal'],
  ['paypal.support', undefined],
  ['paypal.xyz', undefined],
  ['tenant.onmicrosoft.com', undefined],
  ['bucket.s3.amazonaws.com', undefined],
] as const)('%s is of %s', ([domain, name]) => {
  expect(brandOf(domain)?.name).toBe(name)
  for (const one of brands) expect(isOwnedBy(one, domain) && name === undefined).toBe(false)
})
