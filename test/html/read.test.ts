import { expect, test } from 'vitest'
import { readHtml } from '../../src/html/read.ts'
import type { Hiding } from '../../src/html/reading.ts'

test('a page shows its text, its blocks on their own lines and its entities decoded', async () => {
  const { visible, hidden, counts, cut } = await readHtml(
    '<html><body><h1>Hello</h1><p>one  two\nthree<br>four &amp; &uuml;<td>five</td><script>var x = "no"</script><style>p{color:red}</style></body></html>',
  )
  expect(visible).toBe('Hello\none two three\nfour & ü\nfive')
  expect(Object.values(hidden)).toEqual([0, 0, 0, 0, 0])
  expect(counts).toMatchObject({ elements: 8, scripts: 1, comments: 0 })
  expect(cut).toBe(false)
})

test.for<[how: Hiding, html: string]>([
  ['not-displayed', '<p style="display:none">gone</p>'],
  ['not-displayed', '<p style="DISPLAY : none !important">gone</p>'],
  ['not-displayed', '<p style="visibility:hidden">gone</p>'],
  ['not-displayed', '<p style="opacity:0">gone</p>'],
  ['not-displayed', '<p style="mso-hide:all">gone</p>'],
  ['not-displayed', '<p hidden>gone</p>'],
  ['not-displayed', '<div style="display:none"><p style="display:block">gone</p></div>'],
  ['not-displayed', '<style>.x, #y { display: none }</style><p class="a x">gone</p>'],
  ['not-displayed', '<style>p.x{visibility:hidden}</style><p class=x>gone</p>'],
  ['tiny', '<p style="font-size:0">gone</p>'],
  ['tiny', '<p style="font-size:1px">gone</p>'],
  ['tiny', '<p style="font-size:calc(100px - 100px)">gone</p>'],
  ['off-page', '<p style="transform:scale(0);position:absolute">gone</p>'],
  ['tiny', '<p style="font:1px Arial">gone</p>'],
  ['same-colour', '<p style="color:#fff">gone</p>'],
  ['same-colour', '<p style="color:white">gone</p>'],
  ['same-colour', '<font color="#FFFFFE">gone</font>'],
  ['same-colour', '<td bgcolor=black><font color="#000">gone</font></td>'],
  ['same-colour', '<p style="color:rgba(9,9,9,0)">gone</p>'],
  ['same-colour', '<p style="color:transparent">gone</p>'],
  ['off-page', '<p style="position:absolute;left:-9999px">gone</p>'],
  ['off-page', '<p style="max-height:0;overflow:hidden">gone</p>'],
  ['off-page', '<p style="text-indent:-5000px">gone</p>'],
  ['unshown-element', '<template>gone</template>'],
])('text hidden as %s by %s is separate from visible text and counted', async ([how, html]) => {
  const reading = await readHtml(`<p>seen${html}<p>seen too`)
  expect(reading.visible.replace(/\s+/g, ' ')).toBe('seen seen too')
  expect(reading.hiddenText).toBe('gone')
  expect(reading.hidden).toMatchObject({ [how]: 4 })
  expect(Object.values(reading.hidden).reduce((sum, count) => sum + count)).toBe(4)
})

test.for([
  '<td style="font-size:0"><p style="font-size:14px">seen</p></td>',
  '<p style="font-size:calc(10px + 4px)">seen</p>',
  '<p style="transform:scale(0.9)">seen</p>',
  '<td bgcolor="#000"><font color=white>seen</font></td>',
  '<td style="background:url(x.png)"><font color=white>seen</font></td>',
  '<body background="x.png"><font color=white>seen</font></body>',
  '<style>@media (max-width:600px){.x{display:none}}</style><p class=x>seen</p>',
  '<p style="visibility:hidden"><b style="visibility:visible">seen</b></p>',
  '<p style="display:none">seen?<p>seen',
  '<noscript>seen</noscript>',
])('text as in honest mail is visible: %s', async html => {
  expect((await readHtml(html)).visible).toBe('seen')
})

test('white space that fills up previews is not hidden text', async () => {
  const { hidden } = await readHtml(`<div style="display:none">${'&nbsp;&zwnj;&#847;'.repeat(100)}</div>`)
  expect(hidden['not-displayed']).toBe(0)
})

test('references are listed with their element and their visible text', async () => {
  const { references } = await readHtml(
    '<base href="http://a.example/"><a href="http://b.example/?a=1&amp;b=2"> click <b>here</b></a><img src=c.png srcset="d.png 1x, e.png 2x">' +
      '<form action=f><button formaction=g></form><td background=h style="background:url(\'i\')"><meta http-equiv="Refresh" content="0; URL=j">' +
      '<style>@import "k"; p{background:url( l )}</style><object data=m></object><p style="display:none"><a href=n>hidden</a></p><a href=o>open',
  )
  const shown = references.map(({ from, element, target }) => `${element} ${from} ${target}`)
  expect(shown).toEqual([
    'base base http://a.example/',
    'a href http://b.example/?a=1&b=2',
    'img src c.png',
    'img srcset d.png',
    'img srcset e.png',
    'form action f',
    'button action g',
    'td background h',
    'td style i',
    'meta refresh j',
    'style style k',
    'style style l',
    'object data m',
    'a href n',
    'a href o',
  ])
  expect(references[1]).toMatchObject({ shown: 'click here', hidden: false })
  expect(references[13]).toMatchObject({ shown: 'hidden', hidden: true })
  expect(references[14]).toMatchObject({ shown: 'open' })
})

test('elements, attributes and entities are counted', async () => {
  const { counts, script } = await readHtml(
    '<!-- note --><img src=a width=1 height=1><img src=b width=600><form><input type=PASSWORD></form><iframe></iframe>' +
      '<script>atob("x")</script><body onload=x()>&#65;&#x42;&#67 &amp;<embed src=x>',
  )
  expect(counts).toEqual({
    elements: 8,
    comments: 1,
    commentText: 6,
    images: 2,
    trackers: 1,
    forms: 1,
    passwords: 1,
    fields: 1,
    emptyCells: 0,
    scripts: 1,
    frames: 1,
    handlers: 1,
    embeds: 1,
    needlessEntities: 3,
    commentsInWords: 0,
    elementsInWords: 0,
  })
  expect(script).toBe('atob("x")')
})

test('an address that is shown by two links to one place, or around hidden text, is read as a reader sees it', async () => {
  const shownIn = async (html: string) => (await readHtml(html)).references.map(({ shown }) => shown)
  const to = 'http://b.example/'
  expect(await shownIn(`<a href="${to}">h</a><a href="${to}">ttps://www.a.example/</a>`)).toEqual([
    'https://www.a.example/',
    'https://www.a.example/',
  ])
  expect(await shownIn(`<a href="${to}">http:/<i style="display:none">x</i>/a.example</a>`)).toEqual([
    'http://a.example',
  ])
  expect(await shownIn(`<a href="${to}">h</a> or <a href="${to}">ttp</a>`)).toEqual(['h', 'ttp'])
  expect(await shownIn(`<a href="${to}">one</a><a href="${to}">two</a>`)).toEqual(['one', 'two'])
})

test('comments and elements inside of words are counted, and between words they are not', async () => {
  const { counts } = await readHtml('<p>Pay<!-- -->Pal, Goo<span></span>gle, App<i style="display:none">x</i>le</p>')
  expect([counts.commentsInWords, counts.elementsInWords]).toEqual([1, 2])
  const honest = await readHtml(
    '<p>one<br>two <b>three</b>, four<!-- --> five</p><td>six</td><td>seven</td>日<b>本</b>',
  )
  expect([honest.counts.commentsInWords, honest.counts.elementsInWords]).toEqual([0, 0])
})

test('text beyond the limit is not read, and the result is marked as cut', async () => {
  const { visible, cut } = await readHtml('x'.repeat(1000), 100)
  expect([visible.length, cut]).toEqual([100, true])
})

test('it makes no difference where the text is cut into slices', async () => {
  const filler = 'word '.repeat(3276)
  for (const tail of [
    '<a href="http://a.example/">b</a>',
    '&amp;&#65;&copy;',
    '<!-- c --><p style="display:none">d</p>',
  ]) {
    for (let shift = 0; shift < 40; shift++) {
      const { visible, ...rest } = await readHtml(filler.slice(shift) + tail)
      const alone = await readHtml(tail)
      expect(visible.endsWith(alone.visible)).toBe(true)
      expect({ ...rest, visible: '' }).toEqual({ ...alone, visible: '' })
    }
  }
})
