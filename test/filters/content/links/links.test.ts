/** Links that lie, links to strange places: each rule with what fires it and what just does not. */
import { createHash } from 'node:crypto'
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
    spares: { text: 'Disk full, see http://198.51.100.7:10051/zabbix/tr_events.php and http://192.168.1.1/\n' },
  },
  'links/rented-host': {
    fires: link('http://ec2-198-51-100-7.us-east-2.compute.amazonaws.com/pay'),
    reason: 'a link leads to the rented machine “ec2-198-51-100-7.us-east-2.compute.amazonaws.com”',
    spares: link('http://test-75.southcentralus.cloudapp.azure.com/log', 'log', {
      header: { 'List-Id': '<a.example.org>' },
    }),
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
  'links/needless-encoding': {
    fires: link('https://click.example.com/go?to=%68%74%74%70%3A%2F%2Fevil.example.com'),
    reason:
      'letters of the URL are percent-encoded without need: “https://click.example.com/go?to=%68%74%74%70%3A%2F%2Fevil.example.com”',
    spares: link('https://click.example.com/go?to=http%3A%2F%2Fexample.org%2Fb%C3%BCcher%20%26%20mehr'),
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
    reason: 'a link contains a script, a page or a program: “javascript:alert(1)”',
    spares: page('<img src="data:image/png;base64,iVBORw0KGgo=">'),
  },
  'links/system-handler': {
    fires: link('search-ms:query=invoice&crumb=location:\\\\evil.example.com@SSL\\share'),
    reason: 'a link starts a program of the system: “search-ms:query=invoice&crumb=location:\\\\evil.example.com@SS…”',
    spares: link('ms-settings:windowsupdate'),
  },
  'links/office-scheme': {
    fires: link('ms-word:nft|u|https://evil.example.com/a.dotm'),
    reason: 'a link makes Office open a document from “evil.example.com”',
    spares: link('ms-word:ofe|u|https://larch.sharepoint.com/sites/a/b.docx'),
  },
  'links/remote-file': {
    fires: link('file:///\\\\198.51.100.9\\share\\a.rtf'),
    reason: 'a file on the server “198.51.100.9” is linked',
    spares: page('<a href="\\\\fs1.larch.local\\plans">plans</a> <img src="file:///C:/Users/anna/logo.png">'),
  },
  'links/file-moniker': {
    fires: link('file:///\\\\198.51.100.9\\share\\a.rtf!x'),
    reason: 'a link to a file has an exclamation mark: “file://198.51.100.9/share/a.rtf!x”',
    spares: link('file:///home/anna/hello!.txt'),
  },
  'links/free-host': {
    fires: link('https://shop-login.pages.dev/'),
    reason: 'a link leads to free hosting: “shop-login.pages.dev”',
    spares: page('<img src="https://storage.googleapis.com/brand/logo.png"><a href="https://example.org">us</a>'),
  },
  'links/shared-host': {
    fires: link('https://sites.google.com/view/anna'),
    reason: 'a link leads to shared hosting: “sites.google.com”',
    spares: link('https://anna.github.io/notes', 'notes', { header: { 'List-Id': '<users.example.org>' } }),
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
    spares: page('<a href="https://my-tinyurl.example.com/x">a</a> <a href="https://photos.app.goo.gl/Xa82">b</a>'),
  },
  'links/dynamic-dns': {
    fires: link('http://box.duckdns.org/'),
    reason: 'the host “box.duckdns.org” is under a dynamic DNS service',
    spares: link('https://www.duckdns.org/about'),
  },
  'links/cheap-tld': {
    fires: link('https://parcels.top/'),
    reason: 'the host “parcels.top” is under a cheap TLD that is often abused',
    spares: { from: 'Nora <nora@beta.top>', text: 'Edit the file sendmail.cf, then join: https://app.beta.top/join\n' },
  },
  'links/abused-tld': {
    fires: link('https://parcel-4471.info/pay'),
    reason: 'the host “parcel-4471.info” is under a TLD with much abuse',
    spares: link('https://www.fahrplan.info/a', 'here', { from: 'Bahn <news@bahn-larch.info>' }),
  },
  'links/open-redirect': {
    fires: link('https://www.google.com/url?q=https://evil.example.com/'),
    reason: 'a link goes through “www.google.com” to “evil.example.com”',
    spares: link('https://www.google.com/url?q=https://evil.example.com/', 'here', {
      from: 'Google Alerts <googlealerts-noreply@google.com>',
    }),
  },
  'links/single-host': {
    fires: link('https://elsewhere.example.com/'),
    reason: 'every link leads to “elsewhere.example.com”, which is not the author’s',
    spares: link('https://larch.us12.list-manage.com/track/click?u=4f2a', 'Read more'),
  },
  'links/random-host': {
    fires: link('https://xkqwjrtb.com/'),
    reason: 'the host name “xkqwjrtb.com” looks random',
    spares: link('https://www.nmtbmedia.com/', 'here', { from: 'AJ <aj@nmtbmedia.com>' }),
  },
  'links/recipient-in-url': {
    fires: link(`https://evil.example.com/#${Buffer.from('bob@example.net').toString('base64')}`),
    reason: 'a link to “evil.example.com” contains the recipient’s address (in base64)',
    spares: link('https://lists.example.com/mailman/options/staff/bob@example.net'),
  },
  'links/recipient-in-query': {
    fires: link('https://evil.example.com/claim?id=4&email=bob%40example.net'),
    reason: 'a parameter of a link to “evil.example.com” is the recipient’s address (plain)',
    spares: link('https://news.example.com/unsubscribe?email=bob@example.net'),
  },
  'links/unfilled-field': {
    fires: link('https://track.example.com/[url]'),
    reason: 'the link “https://track.example.com/[url]” is a field that was not filled',
    spares: { text: 'Ask https://api.example.com/users/{id} for one user.\n' },
  },
  'links/reply-button': {
    fires: link('mailto:helpdesk.8812@gmail.com?subject=Not%20me', 'Report the user'),
    reason: 'the link “Report the user” writes to “helpdesk.8812@gmail.com”',
    spares: link('mailto:anna.larch@gmail.com', 'anna.larch@gmail.com'),
  },
  'links/program': {
    fires: link('https://files.example.com/update.msi'),
    reason: 'a link leads to a program: “https://files.example.com/update.msi”',
    spares: link('https://cdn.example.com/debian-13-netinst.iso', 'here', {
      header: { 'List-Id': '<debian-cd.example.com>' },
    }),
  },
  'links/program-as-document': {
    fires: link('https://files.example.com/4471.zip', 'Invoice 4471.pdf'),
    reason:
      'a document is announced, and a link leads to a program or an archive: “https://files.example.com/4471.zip”',
    spares: link('https://files.example.com/photographs.zip', 'all photographs'),
  },
  'links/login-url': {
    fires: link('https://evil.example.com/webmail/verify'),
    reason: 'a URL has words of a login: “https://evil.example.com/webmail/verify”',
    spares: page(
      [1, 2, 3, 4, 5, 6, 7].map(at => `<a href="https://news.example.com/${at}/login">story ${at}</a>`).join(' '),
    ),
  },
}

tryRules<LinksRule>(options => links({ protect: ['mycompany.net'], ...options }), cases, {
  'links/look-alike': 'A22 a host that looks like that of a well-known company is found',
  'links/look-alike-protected': 'A22 a host that looks like a protected domain is found',
  'links/confusable': 'A22 a host in look-alike letters is found',
})

test.for<readonly [string, string]>([
  ['of another person, in hexadecimal', `https://evil.example.com/${Buffer.from('jim@example.com').toString('hex')}`],
  ['in the path, in hexadecimal', `https://evil.example.com/${Buffer.from('bob@example.net').toString('hex')}`],
  ['after the #, plain', 'https://evil.example.com/portal#bob@example.net'],
  [
    'inside of other text in base64',
    `https://evil.example.com/x/${Buffer.from('mail=bob@example.net&a=1').toString('base64url')}`,
  ],
  ['as a hash', `https://evil.example.com/u/${createHash('sha256').update('bob@example.net').digest('hex')}`],
])('the recipient’s address in a URL is found %s', async ([, url]) => {
  const world = { forwardPaths: ['bob@example.net'], message: message(link(url)) }
  const found = await probe(links({ points: { 'links/recipient-in-url': 1 } }), world)
  expect(found.map(({ rule }) => rule)).toContain('links/recipient-in-url')
})

test.for<readonly [string, string]>([
  ['the Message-ID of an archive', 'https://lore.example.com/all/20230405-bob@example.net-1'],
  ['a digest', `https://example.com/commit/${createHash('sha1').update('a@b').digest('hex')}`],
  ['a longer address', 'https://evil.example.com/jim.bob@example.net'],
  ['a longer domain', 'https://evil.example.com/bob@example.net.test'],
  ['the author’s own site', 'https://www.example.org/account/bob@example.net'],
])('%s is not taken for the recipient’s address', async ([, url]) => {
  const world = { forwardPaths: ['bob@example.net'], message: message(link(url)) }
  const found = await probe(links({ points: { 'links/recipient-in-url': 1, 'links/recipient-in-query': 1 } }), world)
  expect(found.filter(({ rule }) => rule?.startsWith('links/recipient'))).toEqual([])
})

test('rules of one group cost at most its cap, and their points add up', async () => {
  const points = { 'links/mismatch': 2, 'links/spoofed-brand': 3, 'links/look-alike': 2 } as const
  const found = await probe(links({ points }), {
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
  expect((await probe(links(), { user: 'alice', message: sent })).map(({ rule }) => rule)).toContain('links/ip')
})
