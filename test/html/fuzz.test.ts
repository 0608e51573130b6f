/** Pages and texts that no person would write. More with `POSTERN_FUZZ=100000`. */
import { expect, test } from 'vitest'
import { linksOf } from '../../src/facts/link-reader.ts'
import { readHtml } from '../../src/html/read.ts'
import { readAddress } from '../../src/links/address.ts'
import { unwrapUrl } from '../../src/links/redirectors.ts'
import { fc, runs } from '../support/property.ts'

const numRuns = runs(500)

const token = fc.oneof(
  fc.constantFrom('<', '>', '"', "'", '=', '&', ';', '/', '!', '--', ' ', '\n', '{', '}', '@media', 'url(', ')'),
  fc.constantFrom('a', 'p', 'div', 'style', 'script', 'title', 'table', 'td', 'template', 'base', 'meta', 'img'),
  fc.constantFrom('href', 'style', 'class', 'hidden', 'color', 'bgcolor', 'http-equiv', 'content', 'srcset', 'onload'),
  fc.constantFrom(
    '<a href="http://',
    '</a>',
    '<p style="display:none',
    '<style>.x{',
    '</style>',
    '<!--',
    '-->',
    'http://',
  ),
  fc.constantFrom('&amp', '&#x', '&#1114112;', '&#55296;', '&#0;', '&notin;', '0', '1px', '#fff', 'none', 'x', '%'),
  fc.string({ maxLength: 5, unit: 'binary' }),
)
const page = fc.array(token, { maxLength: 60 }).map(tokens => tokens.join(''))

test('any page is read, and its visible and hidden text are no longer than the page', async () => {
  await fc.assert(
    fc.asyncProperty(page, async html => {
      const reading = await readHtml(html)
      // An entity may stand for two characters that are shorter than its name; nothing else grows.
      expect(reading.visible.length).toBeLessThanOrEqual(2 * html.length)
      expect(reading.references.length).toBeLessThanOrEqual(html.length)
      expect(JSON.parse(JSON.stringify(reading))).toEqual(reading)
      const { all } = linksOf(
        { sections: [{ path: '', kind: 'html', inline: true, visible: reading.visible, html: reading }], cut: false },
        html,
      )
      for (const { url, host } of all) {
        expect(url.length).toBeLessThanOrEqual(4096)
        expect(host).toBe(host.toLowerCase())
      }
    }),
    { numRuns },
  )
})

test('any text is one address or none, and reading it again changes nothing', () => {
  const part = fc.oneof(
    fc.constantFrom(
      'http',
      'https',
      'hxxp',
      'mailto',
      'data',
      ':',
      '/',
      '//',
      '\\',
      '@',
      '.',
      '%',
      '[',
      ']',
      '?',
      '#',
      ':80',
    ),
    fc.constantFrom('0x7f', '127', '1', 'xn--', 'а', 'example', 'com', '。', '\t', 'u=', 'www.google.com/url?q='),
    fc.string({ maxLength: 4, unit: 'binary' }),
  )
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 15 }).map(parts => parts.join('')),
      target => {
        const address = readAddress(target)
        unwrapUrl(target)
        if (!address || address.url.length === 4096) return
        expect(readAddress(address.url)).toMatchObject({ url: address.url, host: address.host })
      },
    ),
    { numRuns },
  )
})
