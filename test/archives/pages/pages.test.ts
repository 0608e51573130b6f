/** Attached pages as files: charsets, bounds, cost, and any bytes. More with `POSTERN_FUZZ=100000`. */
import { expect, test } from 'vitest'
import { inspector } from '../../../src/archives/inspect.ts'
import { decodePage, expandEntities } from '../../../src/archives/pages/decode.ts'
import { growth } from '../../support/cpu.ts'
import { fc, runs } from '../../support/property.ts'

const { signal } = new AbortController()
const look = (content: string | Buffer, name = 'a.html') => inspector({ signal })(name, Buffer.from(content))

test.for<readonly [what: string, bytes: Buffer, text: string]>([
  ['a mark of UTF-8', Buffer.from('\ufeff<p>é</p>'), '<p>é</p>'],
  ['UTF-8 without a declaration', Buffer.from('<p>é</p>'), '<p>é</p>'],
  ['Windows-1252 without a declaration', Buffer.from('<p>\xe9\x80</p>', 'latin1'), '<p>é€</p>'],
  ['a meta element', Buffer.from('<meta charset=koi8-r><p>\xf0\xc1</p>', 'latin1'), '<meta charset=koi8-r><p>Па</p>'],
  [
    'a declaration of XML',
    Buffer.from('<?xml version="1.0" encoding="iso-8859-5"?>\xbf', 'latin1'),
    '<?xml version="1.0" encoding="iso-8859-5"?>П',
  ],
  ['UTF-16 with a mark', Buffer.from('\ufeff<p>é</p>', 'utf16le'), '<p>é</p>'],
  ['UTF-16 without a mark', Buffer.from('<p>letters</p>', 'utf16le'), '<p>letters</p>'],
  ['UTF-16 from the big end', Buffer.from('\ufeff<p>é</p>', 'utf16le').swap16(), '<p>é</p>'],
  ['ISO-2022-JP', Buffer.from('<meta charset=iso-2022-jp>\x1b$B$"\x1b(B'), '<meta charset=iso-2022-jp>あ'],
  ['UTF-16 that is declared in ASCII', Buffer.from('<meta charset=utf-16><p>x'), '<meta charset=utf-16><p>x'],
])('a page is decoded by %s', ([, bytes, text]) => {
  expect(decodePage(bytes)).toBe(text)
})

test('M13 entities of a document type are replaced, and do not multiply', () => {
  const declared = '<!DOCTYPE svg [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>'
  expect(expandEntities(`${declared}<svg>&b;&amp;</svg>`)).toBe('<svg>xx&amp;</svg>')
  const bomb = `<!DOCTYPE svg [<!ENTITY a "${'x'.repeat(8000)}"><!ENTITY b "${'&a;'.repeat(2000)}">]><svg>`
  expect(expandEntities(bomb + '&b;'.repeat(100_000)).length).toBeLessThan(4_000_000)
})

test('the links of a page are found with what they show, and where it leads by itself', async () => {
  const page =
    '<base href="https://www.example.com/x/"><a href="y"> The <b>plan</b></a><form action="/f"><input name=mail></form><script>location="//go.example.net/"</script>'
  expect((await look(page))?.links).toEqual([
    { url: 'https://www.example.com/f', kind: 'form' },
    { url: 'https://go.example.net/', kind: 'open' },
    { url: 'https://www.example.com/x/y', shown: 'The plan' },
  ])
})

test('the text of a page is found without its code, its title and its styles', async () => {
  const page = '<title>t</title><style>p{}</style><p>Call  us<br>today</p><script>x("no")</script>'
  expect((await look(`<html>${page}`))?.text).toBe('Call us\ntoday')
})

const big = 'x'.repeat(40)
test.for<readonly [what: string, unit: string]>([
  ['minified code', 'function f(e,t){return e.a?t(e[1],"x"):(e=>{e.b=t})(n)}var o={k:1,l:[1,2]};'],
  ['pieces of a text', "d+='QUJDREVGR0g';\n"],
  ['a sum of texts', "'QUJDREVG'+"],
  ['brackets', '[({'],
  ['quotes', '"a'],
  ['slashes', '/a'],
  ['backslashes', '\\'],
  ['templates', '`${a}'],
  ['methods', "'a'.split('').reverse().join('');"],
  ['list items', 'var a=["x"];a[0];'],
  ['decoders', "atob('aHR0cHM6Ly9leGFtcGxlLm9yZy9hYmM=');"],
  ['encoded texts', `x='${Buffer.from(big).toString('base64')}';atob;`],
  ['markup', "document.write('<form action=x>');"],
  ['assignments', 'location=a;'],
])('M04 the cost of %s in a script grows with its length', async ([, unit]) => {
  const read = (size: number) => look(Buffer.from(`<html><script>${unit.repeat(Math.ceil(size / unit.length))}`))
  expect(await growth(read, { small: 131_072, large: 1_048_576, enough: 24, floor: 4 })).toBeLessThan(24)
})

test('any page is inspected, whatever it has', async () => {
  const token = fc.oneof(
    fc.constantFrom(...'<>"\'=&;/!-?[] \n{}()+.,'.split('')),
    fc.constantFrom(
      '<script>',
      '</script>',
      '<svg>',
      '</svg>',
      '<s:script>',
      '<![CDATA[',
      ']]>',
      '<form action=',
      '/>',
    ),
    fc.constantFrom('<input type=', 'password', '<iframe srcdoc="', 'data:text/html,', 'onload="', 'href="javascript:'),
    fc.constantFrom(
      '<meta http-equiv=refresh content="0;url=',
      'https://e.example/',
      '<!DOCTYPE x [<!ENTITY a "',
      '&a;',
    ),
    fc.constantFrom("eval('", "atob('PHNjcmlwdD4=')", 'document.write(', 'location=', '<set attributeName=href to='),
    fc.string({ maxLength: 4, unit: 'binary' }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(token, { maxLength: 50 }),
      fc.constantFrom('a.html', 'a.svg', 'a.xhtml'),
      async (tokens, name) => {
        const found = await look(tokens.join(''), name)
        expect(found?.evidence.some(sentence => sentence.startsWith('it is damaged'))).toBe(false)
      },
    ),
    { numRuns: runs(500) },
  )
})
