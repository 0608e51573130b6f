/** The short ways of the link reader beside the long ones. More with `POSTERN_FUZZ=100000`. */
import { expect, test } from 'vitest'
import { linksOf } from '../../src/facts/link-reader.ts'
import type { Reference } from '../../src/html/reading.ts'
import { readAddress, readAnyAddress } from '../../src/links/address.ts'
import { unwrap, unwrapUrl } from '../../src/links/redirectors.ts'
import { fc, runs } from '../support/property.ts'

const numRuns = runs(5000)

const host = fc.oneof(
  fc.constantFrom('a.example', 'www.google.com', 'google.com', 'x.cdn.ampproject.org', 'urldefense.com', 'A.example'),
  fc.constantFrom(
    '192.0.2.1',
    '0x7f.1',
    'a.b.c1',
    'a.1c',
    'xn--bcher-kva.example',
    'localhost',
    'a..b',
    '-a-.b-',
    'a.co.uk.',
  ),
  fc.constantFrom(
    'web.archive.org',
    'x.translate.goog',
    'www.bing.com',
    'u@a.example',
    'a.example:80',
    'ab--c.example',
  ),
)
const piece = fc.oneof(
  fc.constantFrom(
    '/',
    '//',
    '/.',
    '/..',
    '/./',
    '/%2e%2e/',
    '?',
    '&',
    '=',
    '#',
    '%',
    '%2f',
    '%3a',
    '//b.example',
    "'",
    '^',
  ),
  fc.constantFrom('/url?q=http://b.example/', '?u=https%3A%2F%2Fb.example', '#https://b.example', '/amp/s/b.example/c'),
  fc.constantFrom(
    '?x=%2f%2fb.example',
    '/v3/__http://b.example__;',
    '/RU=http/',
    'a',
    '\\',
    ' ',
    '\t',
    'é',
    '"',
    '|',
    '[.]',
  ),
  fc.string({ maxLength: 3, unit: 'binary' }),
)
const scheme = fc.constantFrom('http://', 'https://', 'HTTP://', 'hxxp://', '//', 'ftp://', 'mailto:', 'http:/', '')
const target = fc
  .tuple(scheme, host, fc.array(piece, { maxLength: 5 }))
  .map(([start, name, path]) => `${start}${name}${path.join('')}`)

test('an address in the simple form is what a parser makes of it', () => {
  fc.assert(
    fc.property(target, text => {
      const address = readAddress(text)
      expect(address).toEqual(readAnyAddress(text))
      if (address) expect(unwrap(address)).toEqual(unwrapUrl(address.url))
    }),
    { numRuns },
  )
})

test.for(Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code)))(
  'the character %j in a path, a parameter and a host is read as by a parser',
  char => {
    for (const text of [`http://a.example/b${char}c`, `http://a.example/?b${char}c`, `http://a${char}b.example/c`]) {
      expect(readAddress(text)).toEqual(readAnyAddress(text))
    }
  },
)

test('references that differ in anything are links, and equal ones are one', () => {
  const reference = fc.record<Reference>({
    from: fc.constantFrom('href', 'src', 'text'),
    element: fc.constantFrom('a', 'img', ''),
    target: fc.constantFrom('http://a.example/', 'http://a.example/?u=http://b.example/', 'HTTP://A.example', '#x'),
    shown: fc.constantFrom('', 'x', 'www.b.example'),
    hidden: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(reference, { maxLength: 20 }), references => {
      const html = { references, hiddenText: '', script: '' }
      const section = { path: '1', kind: 'html' as const, inline: true, visible: '', html: html as never }
      const { all } = linksOf({ sections: [section], cut: false }, '')
      const keys = all.map(({ from, url, shown, hidden, via }) => JSON.stringify([from, url, shown, hidden, via]))
      expect(new Set(keys).size).toBe(keys.length)
      const expected = references.flatMap(({ target, from, shown, hidden }) => {
        const first = readAnyAddress(target)
        const second = first && readAnyAddress(unwrapUrl(first.url)?.target ?? '')
        return [first, second].flatMap((address, index) =>
          address ? [JSON.stringify([from, address.url, shown, hidden, index > 0 ? first?.host : undefined])] : [],
        )
      })
      expect(keys).toEqual([...new Set(expected)])
    }),
    { numRuns: runs(500) },
  )
})
