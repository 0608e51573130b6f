/** Which links are the author’s: of the same organisation, or of the brand that the author belongs to. */
import { expect, test } from 'vitest'
import type { Link } from '../../../src/facts/links.ts'
import { isOfAuthor, leadsToAuthor } from '../../../src/filters/content/own-links.ts'
import { brandNames } from '../../../src/filters/rules/brand-names.ts'

const brands = await brandNames()
const seen = (domain: string) => ({ brands, from: { display: '', local: 'x', domain, organisation: domain } })
const links = (...domains: readonly string[]) => domains.map(domain => ({ domain }) as Link)

test.for([
  ['larch.example', 'larch.example', true],
  ['facebookmail.com', 'facebook.com', true],
  ['sharepointonline.com', 'sharepoint.com', true],
  ['larch.example', 'facebook.com', false],
  ['facebookmail.com', 'paypal.com', false],
  ['facebookmail-login.example', 'facebook.com', false],
  ['outlook.com', 'sharepoint.com', false],
] as const)('of an author in %s, a link to %s is their own: %s', ([from, domain, expected]) => {
  expect(isOfAuthor({ domain }, seen(from))).toBe(expected)
  expect(leadsToAuthor({ ...seen(from), clicks: links('elsewhere.example', domain) })).toBe(expected)
})
