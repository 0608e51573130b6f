import { beforeAll, expect, test } from 'vitest'
import { text } from '../../src/facts/text.ts'
import { readHtml } from '../../src/html/read.ts'
import { ask } from '../../src/testing/probe.ts'
import { longestStretch } from '../support/cpu.ts'

const SIZE = 524_288
const rep = (unit: string, size = SIZE) => unit.repeat(Math.ceil(size / unit.length)).slice(0, size)

const shapes: readonly (readonly [name: string, html: string])[] = [
  ['spans', rep('<span>a</span>')],
  ['elements that are never closed', rep('<b>')],
  ['end tags that close nothing', rep('</p>')],
  ['depth, and end tags that reach for it', rep('<a>', SIZE / 2) + rep('</b>', SIZE / 2)],
  ['tables in tables', rep('<table><tr><td>')],
  ['angle brackets', rep('<')],
  ['beginnings of comments', rep('<!--')],
  ['one comment of dashes', `<!--${rep('-')}`],
  ['ampersands', rep('&')],
  ['entities', rep('&amp;')],
  ['entities that nearly are', rep('&CounterClockwiseContourIntegra')],
  ['attributes without end', `<a ${rep('a=b ')}`],
  ['many attributes', rep('<a a=1 b=2 c=3 d=4>')],
  ['an attribute of half a megabyte', `<a href="${rep('x')}">`],
  ['an attribute of entities', `<a href="${rep('&amp;')}">`],
  ['styles', rep('<p style="font-size:0;color:#fff;display:none">x')],
  ['a sheet of braces', `<style>${rep('{')}`],
  ['a sheet of media rules', `<style>${rep('@media{')}`],
  ['many sheets', rep('<style>a{color:red}</style>')],
  ['a sheet of addresses', `<style>${rep('url( ')}`],
  ['classes', `<style>${rep('.a{display:none}', 50_000)}</style>${rep('<p class="a b c d e f g h">x')}`],
  ['links', rep('<a href=http://a.b/>x</a>')],
  ['sets of images', rep('<img srcset="a,b,c,d,e,f,g,h">')],
  ['scripts', rep('<script>a</script>')],
  ['titles that are not closed', `<title>${rep('&<')}`],
  ['blanks', rep(' \n')],
  ['overrides in overrides', rep('<bdo dir=rtl>a<bdo dir=ltr>b')],
  ['one override', `<bdo dir=rtl>${rep('ab ')}`],
  ['floats', `<p>${rep('<b style="float:right">a</b>')}`],
  ['reversed rows', rep('<p style="flex-direction:row-reverse"><i>a</i>')],
  [
    'calculated lengths',
    Array.from({ length: 5000 }, (_, at) => `<p style="left:calc(${'('.repeat(40)}${at}px">x`).join(''),
  ],
  [
    'custom properties',
    Array.from({ length: 5000 }, (_, at) => `<p style="--v${at}:var(--v${at - 1});left:var(--v${at})">x`).join(''),
  ],
  [
    'transforms',
    Array.from({ length: 3000 }, (_, at) => `<p style="transform:${'scale(1) '.repeat(30)}${at}">x`).join(''),
  ],
  ['right-to-left overrides', rep('\u202eab')],
]

beforeAll(async () => {
  for (const [, html] of shapes) await readHtml(html.slice(0, 20_000))
})

test.for(shapes)('M04 half a megabyte of %s does not block the event loop for 50 ms of CPU', async ([, html]) => {
  // Of CPU: that the machine gives its processors to others is not our doing.
  expect(await longestStretch(() => readHtml(html))).toBeLessThan(50)
})

test.for(shapes.filter((_, index) => index % 5 === 0))(
  'M04 of a message of eight megabytes of %s half a megabyte is read, and the loop is not held',
  async ([, html]) => {
    const message = Buffer.from(`Content-Type: text/html\r\n\r\n${html.repeat(16)}`)
    const longest = await longestStretch(async () => expect((await ask(text, { message })).cut).toBe(true))
    expect(longest).toBeLessThan(50)
  },
)
