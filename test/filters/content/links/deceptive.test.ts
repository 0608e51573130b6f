import { expect, test } from 'vitest'
import { organisationOf } from '../../../../src/dns/organisation.ts'
import { mayBeOwned } from '../../../../src/filters/content/links/deceptive.ts'
import { brands, isOwnedBy } from '../../../../src/links/brands.ts'

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
