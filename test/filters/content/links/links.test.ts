/** Links that lie, links to strange places: each rule with what fires it and what just does not. */
import { expect, test } from 'vitest'
import { type LinksRule, links } from '../../../../src/filters/content/links/links.ts'
import { PosternError } from '../../../../src/model/errors.ts'
import { points, quarantine } from '../../../../src/model/finding.ts'
import { message } from '../../../../src/testing/message.ts'
import { probe } from '../../../../src/testing/probe.ts'
import { link, page, type RuleCase, tryRules } from '../../../support/rule-cases.ts'

const cases: Readonly<Record<LinksRule, RuleCase>> = {
  'links/mismatch': {
    fires: link('https://evil.example.com/x', 'https://www.bank.example.net/login'),
    reason: 'a link shows “https://www.bank.example.net/login” and leads to “evil.example.com”',
    spares: link('https://click.counter.example.com/x', 'https://www.example.org/offers'),
  },
  'links/spoofed-brand': {
    fires: link('https://evil.example.com/x', 'www.paypal.com/signin'),
    reason: 'a link shows an address of “www.paypal.com” and leads to “evil.example.com”',
    spares: link('https://www.paypal.com/signin', 'www.paypal.com/signin'),
  },
  'links/look-alike': {
    fires: link('https://paypa1.com/signin'),
    reason: 'the host “paypa1.com” resembles the name of PayPal',
    spares: link('https://www.paypal.com/signin'),
  },
  'links/look-alike-protected': {
    fires: link('https://mycompnay.example.com/'),
    reason: 'the host “mycompnay.example.com” resembles the protected domain mycompany.net',
    spares: link('https://intern.mycompany.net/'),
  },
  'links/confusable': {
    fires: link('https://xn--80ak6aa92e.com/'),
    reason: 'the host “аррӏе.com” has letters that look like other letters',
    spares: link('https://xn--bcher-kva.example.com/'),
  },
  'links/userinfo': {
    fires: link('https://www.example.org@evil.example.com/'),
    reason: 'the host “evil.example.com” comes after a user name in the URL',
    spares: link('https://evil.example.com/@www.example.org'),
  },
  'links/ip': {
    fires: link('http://198.51.100.7/'),
    reason: 'a link leads to the address “198.51.100.7”',
    spares: link('http://192.168.1.1/'),
  },
  'links/obfuscated-ip': {
    fires: link('http://0xc6336407/'),
    reason: 'the host “198.51.100.7” is an address in an unusual notation',
    spares: link('http://198.51.100.7/'),
  },
  'links/encoded-host': {
    fires: link('http://%65vil.example.com/'),
    reason: 'the host “evil.example.com” is encoded in the URL',
    spares: link('http://evil.example.com/%65'),
  },
  'links/malformed-url': {
    fires: link('https:\\\\evil.example.com/'),
    reason: 'the host “evil.example.com” is in a URL with tabs, line ends or backslashes',
    spares: link('https://evil.example.com/a\\b'),
  },
  'links/port': {
    fires: link('https://example.com:8444/'),
    reason: 'a link leads to port 8444 of “example.com”',
    spares: link('https://example.com:8443/'),
  },
  'links/script': {
    fires: link('javascript:alert(1)'),
    reason: 'a link contains a script or a page: “javascript:alert(1)”',
    spares: page('<img src="data:image/png;base64,iVBORw0KGgo=">'),
  },
  'links/free-host': {
    fires: link('https://shop-login.pages.dev/'),
    reason: 'a link leads to free hosting: “shop-login.pages.dev”',
    spares: page('<img src="https://storage.googleapis.com/brand/logo.png"><a href="https://example.org">us</a>'),
  },
  'links/only-free-host': {
    fires: link('https://bit.ly/3x'),
    reason: 'every link leads to free hosting or through a shortener: “bit.ly”',
    spares: page('<a href="https://bit.ly/3x">one</a> <a href="https://example.org/">two</a>'),
  },
  'links/ipfs-gateway': {
    fires: link('https://ipfs.io/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG'),
    reason: 'a link leads through an IPFS gateway: “ipfs.io”',
    spares: link('https://example.com/ipfs/about'),
  },
  'links/shortener': {
    fires: link('https://tinyurl.com/x'),
    reason: 'a link goes through the shortener “tinyurl.com”',
    spares: link('https://my-tinyurl.example.com/x'),
  },
  'links/dynamic-dns': {
    fires: link('http://box.duckdns.org/'),
    reason: 'the host “box.duckdns.org” is under a dynamic DNS service',
    spares: link('http://duckdns.example.com/'),
  },
  'links/cheap-tld': {
    fires: link('https://parcels.top/'),
    reason: 'the host “parcels.top” is under a cheap TLD that is often abused',
    spares: { text: 'Edit the file sendmail.cf and send it to me.\n' },
  },
  'links/open-redirect': {
    fires: link('https://www.google.com/url?q=https://evil.example.com/'),
    reason: 'a link goes through “www.google.com” to “evil.example.com”',
    spares: link('https://www.google.com/url?q=https://www.example.org/'),
  },
  'links/single-host': {
    fires: link('https://elsewhere.example.com/'),
    reason: 'every link leads to “elsewhere.example.com”, which is not the author’s',
    spares: page('<a href="https://elsewhere.example.com/">one</a> <a href="https://www.example.org/">two</a>'),
  },
  'links/random-host': {
    fires: link('https://xkqwjrtb.com/'),
    reason: 'the host name “xkqwjrtb.com” looks random',
    spares: link('https://lists.freshrpms.net/'),
  },
  'links/recipient-in-url': {
    fires: link(`https://evil.example.com/#${Buffer.from('bob@example.net').toString('base64')}`),
    reason: 'a link to “evil.example.com” contains the recipient’s address',
    spares: link('https://news.example.com/unsubscribe?email=bob@example.net'),
  },
  'links/program': {
    fires: link('https://files.example.com/update.msi'),
    reason: 'a link leads to a program: “https://files.example.com/update.msi”',
    spares: link('https://files.example.com/update.msi.html'),
  },
  'links/login-url': {
    fires: link('https://evil.example.com/webmail/verify'),
    reason: 'a URL has words of a login: “https://evil.example.com/webmail/verify”',
    spares: link('https://www.example.org/login'),
  },
}

tryRules<LinksRule>(options => links({ protect: ['mycompany.net'], ...options }), cases, {
  'links/look-alike': 'A22 a host that looks like that of a well-known company is found',
  'links/look-alike-protected': 'A22 a host that looks like a protected domain is found',
  'links/confusable': 'A22 a host in look-alike letters is found',
})

test('rules of one group cost at most its cap, and their points add up', async () => {
  const found = await probe(links(), {
    message: message(
      page(
        '<a href="https://paypal.example.top/">a</a> <a href="https://xn--80ak6aa92e.com/">www.paypal.com</a> <a href="https://evil.example.com">https://bank.example.net</a>',
      ),
    ),
  })
  const deceptive = found.filter(({ rule }) => /mismatch|spoofed|look-alike|confusable/.test(rule ?? ''))
  expect(deceptive.map(({ rule, points }) => [rule, points])).toEqual([
    ['links/mismatch', 2],
    ['links/spoofed-brand', 3],
    ['links/look-alike', 2],
    ['links/confusable', undefined],
  ])
  expect(deceptive.reduce((sum, { points = 0 }) => sum + points, 0)).toBe(7)
})

test('the operator sets what a rule leads to; points above the cap lift the cap', async () => {
  const world = { message: message(link('https://evil.example.com/x', 'https://www.bank.example.net/a')) }
  const reason = 'a link shows “https://www.bank.example.net/a” and leads to “evil.example.com”'
  const rule = 'links/mismatch'
  expect(await probe(links({ points: { [rule]: 9 } }), world)).toEqual([points(9, reason, { rule })])
  expect(await probe(links({ points: { [rule]: 'quarantine' } }), world)).toEqual([quarantine(reason, { rule })])
  expect(await probe(links({ points: { [rule]: 'off' } }), world)).toEqual([])
})

test('an id that is none, or a price that is none, is named when the filter is built', () => {
  const wrong = { 'links/mismach': 1, 'links/port': 'much' } as unknown as Partial<Record<LinksRule, number>>
  expect(() => links({ points: wrong })).toThrow(PosternError)
  expect(() => links({ points: wrong })).toThrow(
    /links\.points\['links\/mismach'\].*\n.*links\.points\['links\/port'\]/,
  )
})

test('evidence is cut and escaped', async () => {
  const found = await probe(links({ points: { 'links/mismatch': 1 } }), {
    message: message(link('https://evil.example.com/', `https://bank.example.net/&#x202e;${'x'.repeat(90)}`)),
  })
  expect(found.map(({ reason }) => reason)).toEqual([
    `a link shows “https://bank.example.net/\\u{202e}${'x'.repeat(34)}…” and leads to “evil.example.com”`,
  ])
})

test('P07 what our own users send is looked at as well: an account may be stolen', async () => {
  const sent = message(link('http://198.51.100.7/'))
  expect((await probe(links(), { user: 'alice', message: sent })).map(({ rule }) => rule)).toEqual(['links/ip'])
})
