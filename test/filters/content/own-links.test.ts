/** Which links are the author’s: of the same organisation, or of the brand that the author belongs to. */
import { expect, test } from 'vitest'
import { isOfAuthor, leadsToAuthor } from '../../../src/filters/content/own-links.ts'

const author = (domain: string) => ({ display: '', local: 'x', domain, organisation: domain })

test.for([
  ['larch.example', 'larch.example', true],
  ['facebookmail.com', 'facebook.com', true],
  ['sharepointonline.com', 'sharepoint.com', true],
  ['larch.example', 'facebook.com', false],
  ['facebookmail.com', 'paypal.com', false],
  ['facebookmail-login.example', 'facebook.com', false],
  ['outlook.com', 'sharepoint.com', false],
] as const)('of an author in %s, a link to %s is their own: %s', ([from, domain, expected]) => {
  expect(isOfAuthor({ domain }, author(from))).toBe(expected)
  expect(leadsToAuthor([{ domain: 'elsewhere.example' }, { domain }], author(from))).toBe(expected)
})
