import { expect, test } from 'vitest'
import { unwrapUrl } from '../../src/links/redirectors.ts'
import { addressesIn, shownUrl } from '../../src/links/scan.ts'
import { growth } from '../support/cpu.ts'

const found = (text: string) => Array.from(addressesIn(text, 100), ({ target }) => target)

test.for<[text: string, targets: readonly string[]]>([
  ['see http://a.example/b?c=d, and more', ['http://a.example/b?c=d']],
  ['(see http://a.example/b)', ['http://a.example/b']],
  ['http://a.example/b_(c) and', ['http://a.example/b_(c)']],
  ['<http://a.example/>', ['http://a.example/']],
  ['"https://a.example/x"!', ['https://a.example/x']],
  ['www.example.org.', ['http://www.example.org']],
  ['go to example.com/path now', ['http://example.com/path']],
  ['visit example.com today', ['http://example.com']],
  ['hxxp://a[.]example/x', ['hxxp://a[.]example/x']],
  ['mailto:bob@example.org', ['mailto:bob@example.org']],
  ['请看http://a.example/x。谢谢', ['http://a.example/x']],
  ['请看http://a.example/x。www', ['http://a.example/x']],
  ['http://a。example/x', ['http://a。example/x']],
  ['请看https://a.example。谢谢', ['https://a.example']],
  ['go to parcel-claim.sbs/login now', ['http://parcel-claim.sbs/login']],
  ['go to microsoft-verify.tech now', ['http://microsoft-verify.tech']],
  ['go to parcels.bradesco/claim now', ['http://parcels.bradesco/claim']],
  ['go to parcels.com.ua now', ['http://parcels.com.ua']],
  ['see file://fs.example.org/a.txt', ['file://fs.example.org/a.txt']],
  ['README.md main.py bench.sh invoice.zip Makefile.am libx-12.so ftp-stress.sh vec.nr java.util.zip?', []],
  ['stream.name waker.work os.path.join kobj.sd java.lang.Thread.run configure.ac it ended.Then', []],
  ['bob@example.com report.doc e.g. i.e. 1.2.3', []],
  ['a/b.com x=c.com d.com@e', []],
])('in %j the addresses are %j', ([text, targets]) => {
  expect(found(text)).toEqual(targets)
})

test('no more are given than asked for', () => {
  expect(Array.from(addressesIn('http://a.example/ '.repeat(1000), 10))).toHaveLength(10)
})

test.for<[shown: string, claimed: string | undefined]>([
  ['https://bank.example/login', 'https://bank.example/login'],
  ['www.bank.example', 'http://www.bank.example'],
  ['bank.com', 'http://bank.com'],
  ['www.bank.example (secure)', 'http://www.bank.example'],
  ['https://bank.example/a – sign in', 'https://bank.example/a'],
  ['bank.com is down', undefined],
  ['bank.com (secure)', 'http://bank.com'],
  ['→ bank.com', undefined],
  ['«bank.com»', 'http://bank.com'],
  ['Sign in at https://bank.example/login to continue', 'https://bank.example/login'],
  ['Sign in (www.bank.example).', 'http://www.bank.example'],
  ['https://medium.com/@anna/a', 'https://medium.com/@anna/a'],
  ['https://www.bank.example@evil.example/', undefined],
  ['www.bank.example@evil.example', undefined],
  ['ｗｗｗ．ｂａｎｋ．ｅｘａｍｐｌｅ', 'http://www.bank.example'],
  ['www。bank。example', 'http://www.bank.example'],
  ['https://www.b\u200bank.exam\u00adple/', 'https://www.bank.example/'],
  ['hxxps://www.bank.example', 'hxxps://www.bank.example'],
  ['README.md', undefined],
  ['main.py', undefined],
  ['ftp-stress.sh', undefined],
  ['Click here', undefined],
  ['bob@bank.com', undefined],
  ['Invoice.pdf', undefined],
  ['', undefined],
])('%j claims to lead to %s', ([shown, claimed]) => {
  expect(shownUrl(shown)).toBe(claimed)
})

test.for<[address: string, target: string | undefined]>([
  ['https://www.google.com/url?q=http%3A%2F%2Fa.example%2F&sa=D', 'http://a.example/'],
  ['https://www.google.com/url?sa=t&url=http%3A%2F%2Fa.example%2F', 'http://a.example/'],
  ['https://www.google.com/amp/s/a.example/x', 'https://a.example/x'],
  ['https://a-example.cdn.ampproject.org/c/s/a.example/x', 'https://a.example/x'],
  ['https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2F&data=x', 'https://a.example/'],
  ['https://urldefense.proofpoint.com/v2/url?u=http-3A__a.example_b&d=x', 'http://a.example/b'],
  ['https://urldefense.com/v3/__https://a.example/b__;!!x', 'https://a.example/b'],
  ['https://www.bing.com/ck/a?!&u=a1aHR0cDovL2EuZXhhbXBsZS8', 'http://a.example/'],
  ['https://r.search.yahoo.com/_ylt=x/RU=http%3a%2f%2fa.example%2f/RK=2', 'http://a.example/'],
  ['https://web.archive.org/web/2020/http://a.example/', 'http://a.example/'],
  ['https://a--b-example.translate.goog/x', 'https://a-b.example/x'],
  ['https://open.example/go?to=https%3A%2F%2Fa.example%2F', 'https://a.example/'],
  ['https://open.example/go?to=//a.example/', '//a.example/'],
  ['https://open.example/go?to=https%3A%2F%2Fopen.example%2Fx', undefined],
  ['https://open.example/?q=words', undefined],
  ['https://open.example/r?u=aHR0cHM6Ly8yMDMuMC4xMTMuOS9sb2dpbg', 'https://203.0.113.9/login'],
  ['https://open.example/r?u=aHR0c', undefined],
  ['https://www.tiktok.com/link/v2?aid=1&target=a.example/login', 'https://a.example/login'],
  ['mailto:a@example.org', undefined],
])('%s leads on to %s', ([address, target]) => {
  expect(unwrapUrl(address)?.target).toBe(target)
})

test.for([
  'a',
  'a.',
  'a-',
  '.',
  'www.',
  'http://',
  '((',
  'a.com',
  '))',
  'h',
  'mailto:',
  'a.b.',
  '(a.qq',
  '(a.com',
  'ftp://',
])('M07 a flood of %j is looked through in time that grows with its length', async unit => {
  const sizes = { small: unit.repeat(100_000 / unit.length), large: unit.repeat(400_000 / unit.length) }
  const scan = (text: string) => Array.from(addressesIn(text, 500))
  expect(await growth(scan, { ...sizes, enough: 12, floor: 4 })).toBeLessThan(12)
})
