/** Links behind redirectors meet the rules as others do, and what mail filters rewrite costs nothing. */
import { expect, test } from 'vitest'
import { links } from '../../../../src/filters/content/links/links.ts'
import { message } from '../../../../src/testing/message.ts'
import { probe } from '../../../../src/testing/probe.ts'
import { link } from '../../../support/rule-cases.ts'

const redirected = (target: string, start = 'https://www.google.com/url?q=') =>
  link(`${start}${encodeURIComponent(target)}`)
const rulesOf = async (one: Parameters<typeof message>[0], forwardPaths: readonly string[] = []) =>
  (await probe(links(), { forwardPaths, message: message(one) })).map(({ rule }) => rule)

test.for<readonly [rule: string, target: string]>([
  ['links/ip', 'http://198.51.100.7/'],
  ['links/obfuscated-ip', 'http://0xc6336407/'],
  ['links/userinfo', 'https://www.example.org@evil.example.com/'],
  ['links/port', 'https://example.com:8444/'],
  ['links/look-alike', 'https://paypa1.com/signin'],
  ['links/confusable', 'https://xn--80ak6aa92e.com/'],
  ['links/free-host', 'https://shop-login.pages.dev/'],
  ['links/only-free-host', 'https://shop-login.pages.dev/'],
  ['links/shortener', 'https://tinyurl.com/x'],
  ['links/cheap-tld', 'https://parcels.top/'],
  ['links/dynamic-dns', 'http://box.duckdns.org/'],
  ['links/random-host', 'https://xkqwjrtb.com/'],
  ['links/program', 'https://files.example.com/update.msi'],
  ['links/single-host', 'https://elsewhere.example.com/'],
  ['links/login-url', 'https://evil.example.com/webmail/verify'],
  ['links/recipient-in-url', 'https://evil.example.com/#bob@example.net'],
])('%s is found behind redirectors as without them', async ([rule, target]) => {
  const wrapped = 'https://eur01.safelinks.protection.outlook.com/?data=bob%40example.net&url='
  for (const one of [link(target), redirected(target), redirected(target, wrapped)])
    expect(await rulesOf(one, ['bob@example.net'])).toContain(rule)
})

test('a target in base64 behind another site is an open redirect, but not in a newsletter or at the author’s site', async () => {
  const code = Buffer.from('https://elsewhere.example.com/x').toString('base64url')
  const url = `https://open.example.net/r?u=${code}`
  expect(await rulesOf(link(url))).toContain('links/open-redirect')
  const honest = [
    link(url, 'more', { header: { 'List-Unsubscribe': '<https://example.org/u>' } }),
    link(`https://click.example.org/r?u=${code}`, 'more', { from: 'Anna <anna@example.org>' }),
    link(`https://x1.mjt.lu/lnk/AMw/2/cSx/${code}`),
    link('https://open.example.net/r?u=https%3A%2F%2Felsewhere.example.com%2Fx'),
  ]
  for (const one of honest) expect(await rulesOf(one)).not.toContain('links/open-redirect')
})

test.for([
  'https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa&data=05%7C02%7Cbob%40example.net%7C0',
  'https://urldefense.com/v3/__https://example.org/a__;!!A-bC!dEf$',
  'https://urldefense.proofpoint.com/v2/url?u=https-3A__example.org_a&d=DwMFaQ&r=bob%40example.net',
  'https://protect-eu.mimecast.com/s/AbCdE?domain=example.org',
  'https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fexample.org%2fa&c=E,1,x&typo=1',
  'https://secure-web.cisco.com/1AbC/https%3A%2F%2Fexample.org%2Fa',
])('a link that a mail filter has rewritten costs no more than without: %s', async url => {
  const one = { from: 'Anna <anna@example.org>' }
  const rules = await rulesOf(link(url, 'the minutes', one), ['bob@example.net'])
  expect(rules).toEqual(await rulesOf(link('https://example.org/a', 'the minutes', one), ['bob@example.net']))
})
