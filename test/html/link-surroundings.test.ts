/** Addresses that are written over several links, or over a link and the text around it. */
import { expect, test } from 'vitest'
import { readHtml } from '../../src/html/read.ts'
import { growth } from '../support/cpu.ts'
import { fc, runs } from '../support/property.ts'

const shownIn = async (html: string) => (await readHtml(html)).references.map(({ shown }) => shown)
const ADDRESS = 'https://www.bank.example/login'

test.for<readonly [what: string, html: string, shown: readonly string[]]>([
  ['two links to one target', '<a href=u>h</a><a href=u>ttps://www.bank.example/login</a>', [ADDRESS, ADDRESS]],
  ['two links to two targets', '<a href=u>https://www</a><a href=v>.bank.example/login</a>', [ADDRESS, ADDRESS]],
  [
    'three links',
    '<a href=u>htt</a><a href=v>ps://www.bank</a><a href=w>.example/login</a>',
    [ADDRESS, ADDRESS, ADDRESS],
  ],
  ['text before a link', 'https://www.ba<a href=u>nk.example/login</a>', [ADDRESS]],
  ['text behind a link', '<a href=u>https://www</a>.bank.example/login', [ADDRESS]],
  ['text on both sides', 'see <b>www.</b><a href=u>bank</a><i>.example</i> now', ['www.bank.example']],
  ['text in brackets', '(https://www.<a href=u>bank.example/login</a>)', [ADDRESS]],
  [
    'a hidden span inside',
    '<a href=u>https://www.ba<span style="display:none">x</span>nk.example/login</a>',
    [ADDRESS],
  ],
])('an address of %s is what the links show', async ([, html, shown]) => {
  expect(await shownIn(html)).toEqual(shown)
})

test.for<readonly [what: string, html: string, shown: readonly string[]]>([
  ['a whole address before another', 'https://a.example/<a href=u>www.b.example</a>', ['www.b.example']],
  ['a line end between', 'https://www.ba<br><a href=u>nk.example</a>', ['nk.example']],
  ['a blank between', 'https://www.ba <a href=u>nk.example</a>', ['nk.example']],
  ['a sentence', 'Read <a href=u>here</a>.', ['here']],
  ['a full stop behind', '<a href=u>https://www.bank.example</a>.', ['https://www.bank.example']],
  ['words of a sentence', 'with<a href=u>out</a>.', ['out']],
  ['cells of a table', '<td>www.</td><td><a href=u>bank.example</a></td>', ['bank.example']],
  ['Chinese text before', '请看<a href=u>bank.example</a>', ['bank.example']],
])('with %s each text stands for itself', async ([, html, shown]) => {
  expect(await shownIn(html)).toEqual(shown)
})

test('any pieces of text and links are read without an error, and what a link shows is bounded', async () => {
  const piece = fc.constantFrom(
    'h',
    'ttps://',
    'www.',
    'bank',
    '.example/',
    ' ',
    '<a href=u>',
    '</a>',
    '<br>',
    '<b>',
    '&nbsp;',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async pieces => {
      for (const shown of await shownIn(pieces.join(''))) expect(shown.length).toBeLessThanOrEqual(256)
    }),
    { numRuns: runs(500) },
  )
})

test.for(['www.<a href=u>a</a>', '<a href=u>h</a>', 'x', 'https://', '<a href=u>www.</a>.b'])(
  'M07 a flood of %j is read in time that grows with its length',
  async unit => {
    const read = (length: number) => readHtml(unit.repeat(length / unit.length))
    expect(await growth(read, { small: 60_000, large: 240_000, enough: 12, floor: 4 })).toBeLessThan(12)
  },
)
