/**
 * Redirectors: each row of the table, and targets that are hidden in other addresses. More with `POSTERN_FUZZ=100000`.
 */
import { expect, test } from 'vitest'
import { readAddress } from '../../src/links/address.ts'
import { KINDS, REDIRECTORS, SOURCES } from '../../src/links/redirector-table.ts'
import { unwrap, unwrapUrl } from '../../src/links/redirectors.ts'
import { growth } from '../support/cpu.ts'
import { fc, runs } from '../support/property.ts'

const rows = REDIRECTORS.trim()
  .split('\n')
  .map(line => line.split(' '))

const hostOf = (pattern: string): string => pattern.replace(/^\./, 'a.').replace(/\.\*$/, '.co.uk')

test('the table has a host, a path, a target, a kind and a source in each row, and no row twice', () => {
  expect(rows.length).toBeGreaterThan(100)
  for (const row of rows) {
    expect(row).toHaveLength(5)
    expect(KINDS).toContain(row[3])
    expect(SOURCES).toContain(row[4])
    expect(row[1]).toMatch(/^\//)
  }
  expect(new Set(rows.map(row => row.slice(0, 3).join(' '))).size).toBe(rows.length)
})

const parameters = rows
  .filter(([, , how = '']) => !how.startsWith('@'))
  .flatMap(([host = '', path = '', how = '', kind = '']) => {
    const [names = '', encoding = ''] = how.split(':')
    const start = `https://${hostOf(host)}${path}${path.includes('?') ? '&' : '?'}zz=1&`
    return names.split(',').map(name => [`${start}${name}=`, encoding, kind] as const)
  })

test.for(parameters)('%s leads on to its target, with and without a scheme %s', ([start, encoding, kind]) => {
  if (encoding === 'base64') {
    const code = Buffer.from('https://a.example.net/x').toString('base64url')
    expect(unwrapUrl(`${start}${code}`)).toEqual({ target: 'https://a.example.net/x', kind })
    return
  }
  expect(unwrapUrl(`${start}https%3A%2F%2Fa.example.net%2Fx`)).toEqual({ target: 'https://a.example.net/x', kind })
  expect(unwrapUrl(`${start}a.example.net/x`)).toEqual({ target: 'https://a.example.net/x', kind })
  expect(unwrapUrl(`${start}//a.example.net/x`)?.kind).toBe(kind)
})

test.for<[address: string, target: string, kind: string]>([
  ['https://google.de/amp/s/a.example/x', 'https://a.example/x', 'open'],
  ['https://www.bing.com/ck/a?!&&p=1&u=a1aHR0cHM6Ly9hLmV4YW1wbGUv&ntb=1', 'https://a.example/', 'open'],
  ['https://adclick.g.doubleclick.net/pcs/click?xai=A&adurl=//a.example/login', '//a.example/login', 'open'],
  ['https://ad.doubleclick.net/ddm/clk/1;2;t;tag_for=;%3Fhttps://a.example/x', 'https://a.example/x', 'open'],
  ['https://www.youtube.com/redirect?event=video&q=a.example%2Fx', 'https://a.example/x', 'open'],
  ['https://www.deviantart.com/users/outgoing?https://a.example/x', 'https://a.example/x', 'open'],
  ['https://ib.adnxs.com/getuid?https://a.example/x', 'https://a.example/x', 'open'],
  ['https://tap-rt-prod1-t.campaign.adobe.com/r/?id=h9,c1&p1=a.example//90/x', 'https://a.example//90/x', 'open'],
  ['https://urldefense.com/v3/__https:/a.example/*x__;Iw!!A!B$', 'https://a.example/#x', 'protection'],
  ['https://urldefense.com/v3/__https://a.example/**Bx__;IyEk!!A!B$', 'https://a.example/#!$x', 'protection'],
  ['https://urldefense.us/v3/__https://a.example/b__;!!x', 'https://a.example/b', 'protection'],
  [
    'https://urldefense.proofpoint.com/v2/url?u=https-3A__a-2Db.example_c-3Fd-3D1&d=x',
    'https://a-b.example/c?d=1',
    'protection',
  ],
  ['https://protect-eu.mimecast.com/s/AbC?domain=a.example', 'https://a.example', 'protection'],
  ['https://url.uk.m.mimecastprotect.com/s/AbC?domain=a.example', 'https://a.example', 'protection'],
  ['https://secure-web.cisco.com/1AbC-x/https%3A%2F%2Fa.example%2Fx', 'https://a.example/x', 'protection'],
  [
    'https://eu-west-1.protection.sophos.com/?d=b.example&u=aHR0cHM6Ly9hLmV4YW1wbGUveA==&p=m&i=x',
    'https://a.example/x',
    'protection',
  ],
  ['https://eu-west-1.protection.sophos.com?d=a.example&p=m', 'https://a.example', 'protection'],
  ['https://url.avanan.click/v2/r01/___https://a.example/x___.YXAzOm', 'https://a.example/x', 'protection'],
  ['https://url.us.avanan.click/v2/___https://a.example/x___.YXAzOm', 'https://a.example/x', 'protection'],
  [
    'https://imsva91-ctp.trendmicro.com:443/wis/clicktime/v1/query?url=https%3a%2f%2fa.example',
    'https://a.example',
    'protection',
  ],
  ['https://x.r.us-east-1.awstrack.me/L0/https:%2F%2Fa.example%2Fx/1/0100', 'https://a.example/x', 'counter'],
  ['https://x1.mjt.lu/lnk/AMw/2/cSx/aHR0cHM6Ly9hLmV4YW1wbGUveA', 'https://a.example/x', 'counter'],
  ['https://open.example/r?u=aHR0cHM6Ly9hLmV4YW1wbGUveA', 'https://a.example/x', 'encoded'],
  ['https://www.amazon-adsystem.com/x/c/Qa/https://a.example/x', 'https://a.example/x', 'counter'],
  ['https://web.archive.org/web/20200101000000/http://a.example/', 'http://a.example/', 'copy'],
  ['https://web.archive.org/web/2020id_/a.example/', 'https://a.example/', 'copy'],
])('%s leads on to %s through a redirector that is known', ([address, target, kind]) => {
  expect(unwrapUrl(address)).toEqual({ target, kind })
})

const base64 = (text: string) => Buffer.from(text).toString('base64')
const hex = (text: string) => Buffer.from(text).toString('hex')

test.for<[address: string, target: string | undefined]>([
  ['https://open.example/r?u=https%253A%252F%252Fa.example%252Fx', 'https://a.example/x'],
  ['https://open.example/r?u=%2568%2574%2574%2570%2573%253A%252F%252Fa.example', 'https://a.example'],
  ['https://open.example/r?u=https:a.example/x', 'https:a.example/x'],
  ['https://open.example/r?u=/%5Ca.example/x', '/\\a.example/x'],
  [`https://open.example/r?u=${base64('https://a.example/x?y=1')}`, 'https://a.example/x?y=1'],
  [`https://open.example/r?u=${base64('www.a.example/x')}`, 'http://www.a.example/x'],
  [`https://open.example/r?u=${hex('https://a.example/x')}`, 'https://a.example/x'],
  [`https://open.example/r/${base64('https://a.example/x')}/1`, 'https://a.example/x'],
  [`https://open.example/#${base64('https://a.example/x')}`, 'https://a.example/x'],
  ['https://open.example/#/go?to=https://a.example/x&z=1', 'https://a.example/x'],
  ['https://open.example/go/https://a.example/x?y=1', 'https://a.example/x?y=1'],
  ['https://open.example/go/https:/a.example/x', 'https://a.example/x'],
  ['https://open.example/go/https%3A%2F%2Fa.example%2Fx', 'https://a.example/x'],
  ['https://open.example/?https://a.example/x?y=1', 'https://a.example/x?y=1'],
  ['https://open.example/?u=http%3A%2F%2F%5B2001%3Adb8%3A%3A1%5D%2F', 'http://[2001:db8::1]/'],
  ['ms-word:ofe|u|https://a.example/x.dotm', 'https://a.example/x.dotm'],
  ['ms-appinstaller:?source=https://a.example/x.msix', 'https://a.example/x.msix'],
  ['view-source:https://a.example/x', 'https://a.example/x'],
  ['data:text/html,<a href="https://a.example/">', undefined],
  ['mailto:a@b.example?body=https://a.example/', undefined],
  ['https://www.example.org/http/2', undefined],
  ['https://www.example.org/docs/https-explained', undefined],
  ['https://www.example.org/search?q=https', undefined],
  ['https://www.google.com/search?q=how+to+cook', undefined],
  ['https://www.google.com/url?q=/settings', undefined],
  ['https://www.youtube.com/attribution_link?a=x&u=%2Fwatch%3Fv%3Dabc', undefined],
  ['https://www.linkedin.com/authwall?sessionRedirect=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fx', undefined],
  ['https://medium.com/m/global-identity-2?redirectUrl=https%3A%2F%2Fmedium.com%2Fx', undefined],
  ['https://translate.goog/', undefined],
  ['https://google.evil.example/url?q=words', undefined],
])('the address in %s is %s', ([address, target]) => {
  expect(unwrapUrl(address)?.target).toBe(target)
})

test('M07 what leads on is found in any address without an error, and nothing is given that is no address', () => {
  const known = fc.constantFrom(...rows.map(([host = '', path = '']) => `https://${hostOf(host)}${path}`))
  const start = fc.oneof(known, fc.constantFrom('https://a.example/', 'ms-word:', 'file://', 'search-ms:'))
  const piece = fc.oneof(
    fc.constantFrom(
      '?u=',
      '&url=',
      '?q=',
      '#',
      '%2f',
      '%25',
      '//',
      'https:',
      'aHR0c',
      '68747470',
      '__',
      '___',
      '/v3/__',
    ),
    fc.constantFrom('a.example', '*', '**A', ';', '!!', '%', '|', '\\', '=', 'www.', '/RU=', '/L0/', '/c/s/'),
    fc.string({ maxLength: 4, unit: 'binary' }),
  )
  fc.assert(
    fc.property(start, fc.array(piece, { maxLength: 12 }), (begin, rest) => {
      const address = readAddress(begin + rest.join(''))
      if (address === undefined) return
      const found = unwrap(address)
      expect(found).toEqual(unwrapUrl(address.url))
      if (found !== undefined) expect(found.target).toMatch(/^(?:https?:|[/\\]{2})/i)
    }),
    { numRuns: runs(300) },
  )
})

test.for(['?u=', '&', '%25', 'https://', 'aHR0c', '/https:', '*', '__;', '___', '/L0/', '=', '#', 'a.'])(
  'M07 an address of many %j is read in time that grows with its length',
  async unit => {
    const address = (length: number) =>
      `https://urldefense.com/v3/__https://a.example/${unit.repeat(length / unit.length)}`
    const many = (length: number) => {
      for (let round = 0; round < 50; round++) unwrapUrl(address(length))
    }
    expect(await growth(many, { small: 1000, large: 4000, enough: 12, floor: 4 })).toBeLessThan(12)
  },
)
