import { expect, test } from 'vitest'
import { organisationOf } from '../../../../src/dns/organisation.ts'
import { links } from '../../../../src/filters/content/links/links.ts'
import { brands, isOwnedBy, mayBeOwned } from '../../../../src/links/brands.ts'
import { message } from '../../../../src/testing/message.ts'
import { probe } from '../../../../src/testing/probe.ts'

test('every domain that a brand owns is looked for among the brands', () => {
  let owned = 0
  for (const brand of brands)
    for (const own of brand.owns)
      for (const first of ['', 'a.', 'x', 'shop-'])
        for (const last of ['', '.com', '.co.uk', '-mail.com', 'inc.org', 'x.com', '.xyz']) {
          // Links show organisational domains.
          const domain = organisationOf(`${first}${own}${last}`)
          if (domain.startsWith('.') || !isOwnedBy(brand, domain)) continue
          owned++
          if (!mayBeOwned(domain)) expect.unreachable(`${brand.name} owns ${domain}`)
        }
  expect(owned).toBeGreaterThan(1000)
  expect(mayBeOwned('bank17.example')).toBe(false)
  expect(mayBeOwned('')).toBe(false)
})

test.for<readonly [what: string, text: string, found: boolean]>([
  ['a bank’s address before another target', 'https://www.paypal.com/invoice/8812\n<https://evil.example.com/a>', true],
  ['an address before the same', 'www.paypal.com <https://www.paypal.com/>', false],
  ['two addresses in a list', 'https://www.paypal.com/a\nhttps://other.example.com/a', false],
])('plain text with %s in angle brackets', async ([, text, found]) => {
  const rules = (await probe(links(), { message: message({ text: `${text}\n` }) })).map(({ rule }) => rule)
  expect(rules.includes('links/mismatch')).toBe(found)
})
