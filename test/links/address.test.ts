import { expect, test } from 'vitest'
import { readAddress } from '../../src/links/address.ts'
import { mixesScripts, skeleton } from '../../src/links/confusables.ts'

test('an address is read as a browser reads it', () => {
  expect(readAddress('HTTPS://WWW.Example.co.uk:443/a%20b?c#d')).toEqual({
    url: 'https://www.example.co.uk/a%20b?c#d',
    scheme: 'https',
    host: 'www.example.co.uk',
    domain: 'example.co.uk',
    anomalies: [],
  })
})

test.for<[target: string, host: string, anomalies: readonly string[]]>([
  ['http://192.0.2.1/', '192.0.2.1', ['ip']],
  ['http://3221225985/', '192.0.2.1', ['ip', 'obfuscated-ip']],
  ['http://0xC0.0.2.1/', '192.0.2.1', ['ip', 'obfuscated-ip']],
  ['http://0300.0.02.01/', '192.0.2.1', ['ip', 'obfuscated-ip']],
  ['http://192.0.513/', '192.0.2.1', ['ip', 'obfuscated-ip']],
  ['http://[2001:db8::1]/', '[2001:db8::1]', ['ip']],
  ['http://bank.example@evil.example/', 'evil.example', ['userinfo']],
  ['http://a.example:8080/', 'a.example', ['port']],
  ['http://аррӏе.com/', 'xn--80ak6aa92e.com', ['punycode', 'confusable']],
  ['http://xn--80ak6aa92e.com/', 'xn--80ak6aa92e.com', ['punycode', 'confusable']],
  ['http://pаypal.com/', 'xn--pypal-4ve.com', ['punycode', 'mixed-script', 'confusable']],
  ['http://münchen.de/', 'xn--mnchen-3ya.de', ['punycode', 'confusable']],
  ['http://日本.jp/', 'xn--wgv71a.jp', ['punycode']],
  ['ht\ntp://a.exa\tmple/', 'a.example', ['malformed']],
  ['http:\\\\a.example\\b', 'a.example', ['malformed']],
  ['http://a%2Eexample/', 'a.example', ['encoded-host']],
  ['http://ａ.example/', 'a.example', ['encoded-host']],
  ['http://a。example/', 'a.example', ['encoded-host']],
  ['hxxps://a[.]example/', 'a.example', ['defanged']],
  ['//a.example/', 'a.example', []],
  ['mailto:Bob <bob@Example.org>?subject=x', '', []],
  ['mailto:bob@Example.org?subject=x', 'example.org', []],
  ['javascript:alert(1)', '', []],
  ['file://a.example/b', 'a.example', []],
  ['file:///\\\\192.0.2.1\\b!c', '192.0.2.1', []],
  ['\\\\a.example@SSL@8443\\b', 'a.example', []],
  ['file:///etc/motd', '', []],
  ['file:///C:\\a', '', []],
  ['file://C:/a', '', []],
  ['data:text/html,x', '', []],
])('%j leads to %s', ([target, host, anomalies]) => {
  expect(readAddress(target)).toMatchObject({ host, anomalies })
})

test.for(['', '#top', 'page.html', 'cid:image@example.org', 'http://', 'http://a b/', 'http://[::1/', 'about:blank'])(
  '%j leads nowhere outside of the message',
  target => {
    expect(readAddress(target)).toBeUndefined()
  },
)

test('what is relative leads on from the base', () => {
  expect(readAddress('page.html', 'http://a.example/dir/')).toMatchObject({ url: 'http://a.example/dir/page.html' })
  expect(readAddress('page.html', 'no address')).toBeUndefined()
  for (const target of ['http://a.example/b', 'HTTP://a.example/b']) {
    expect(readAddress(target, 'no address')).toMatchObject({ url: 'http://a.example/b' })
  }
})

test('what is longer than any address is cut', () => {
  expect(readAddress(`http://a.example/${'x'.repeat(1_000_000)}`)?.url.length).toBe(4096)
})

test.for<[name: string, looks: string | undefined]>([
  ['example.com', undefined],
  ['аррӏе.com', 'apple.com'],
  ['gооgle.com', 'google.com'],
  ['münchen.de', 'munchen.de'],
  ['wikipediа.org', 'wikipedia.org'],
  ['日本.jp', undefined],
])('%s looks like %s', ([name, looks]) => {
  expect(skeleton(name)).toBe(looks)
})

test.for<[name: string, mixes: boolean]>([
  ['example.com', false],
  ['münchen.de', false],
  ['пример.рф', false],
  ['пример.com', false],
  ['pаypal.com', true],
  ['αpple.com', true],
  ['日本語にほんごabc.jp', false],
  ['日本語привет.jp', true],
])('%s mixes scripts: %s', ([name, mixes]) => {
  expect(mixesScripts(name)).toBe(mixes)
})
