/** Which links are the author’s: of the same organisation, or of the brand that the author belongs to. */
import { expect, test } from 'vitest'
import type { Link } from '../../../src/facts/links.ts'
import { endsOf, isOfAuthor, leadsToAuthor } from '../../../src/filters/content/own-links.ts'
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

const link = (host: string, rest: Partial<Link> = {}) =>
  ({ host, domain: host.split('.').slice(-2).join('.'), ...rest }) as Link

test('a redirector of others gives way to its target, and the author’s own stays in place of it', () => {
  const clicks = [
    link('www.google.com', { redirects: 'open' }),
    link('a.example', { via: 'www.google.com' }),
    link('click.larch.example', { redirects: 'other' }),
    link('b.example', { via: 'click.larch.example', redirects: 'other' }),
    link('c.example', { via: 'b.example' }),
    link('d.example'),
  ]
  const ends = endsOf({ ...seen('larch.example'), clicks })
  expect(ends.map(({ host }) => host)).toEqual(['a.example', 'click.larch.example', 'd.example'])
  const direct = [link('d.example')]
  expect(endsOf({ ...seen('larch.example'), clicks: direct })).toBe(direct)
})
