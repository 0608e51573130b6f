/** Text is read in the order in which a person sees it. */
import { describe, expect, test } from 'vitest'
import { readHtml } from '../../src/html/read.ts'
import { overridden } from '../../src/html/visible-order.ts'

const visible = async (html: string) => (await readHtml(html)).visible

describe('letters and elements in another order', () => {
  test.for([
    ['<span style="direction:rtl;unicode-bidi:bidi-override">tnuocca ruoy yfireV</span>', 'Verify your account'],
    ['<bdo dir=rtl>tnuocca ruoy</bdo> now', 'your account now'],
    ['<bdo dir="RTL"><b>tnuo</b><i>cca</i></bdo>', 'account'],
    ['<style>.r{unicode-bidi:isolate-override;direction:rtl}</style><p class=r>(won) yap', 'pay (now)'],
    ['<div dir=rtl><span style="unicode-bidi:bidi-override">yap</span></div>', 'pay'],
    ['<bdo dir=rtl>eno<br>owt</bdo>', 'one\ntwo'],
    ['<bdo dir=rtl>ruoy <bdo dir=ltr>bank</bdo> retne</bdo>', 'enter bank your'],
    ['<bdo dir=rtl>ruoy <bdo dir=rtl>knab</bdo> retne</bdo>', 'enter bank your'],
    [
      '<p style="display:flex;flex-direction:row-reverse"><i>account</i><i>your </i><i>verify </i></p>',
      'verify your account',
    ],
    ['<p style="display:flex;flex-flow:row-reverse wrap"><i>rd</i><i>wo</i><i>ss</i><i>Pa</i></p>', 'Password'],
    [
      '<p><b style="float:right">d</b><b style="float:right">r</b><b style="float:right">o</b><b style="float:right">w</b></p>',
      'word',
    ],
    ['<p>Your \u202edrowssap\u202c ends</p>', 'Your \u202epassword\u202c ends'],
  ] as const)('%s', async ([html, expected]) => {
    expect(await visible(html)).toBe(expected)
  })

  test('the text of a link, too', async () => {
    const { references } = await readHtml('<a href="http://a.example/"><bdo dir=rtl>elpmaxe.knab//:sptth</bdo></a>')
    expect(references[0]?.shown).toBe('https://bank.example')
  })
})

describe('honest text stays in its order', () => {
  test.for([
    ['<p dir=rtl>שלום Bob, תודה</p>', 'שלום Bob, תודה'],
    ['<bdo dir=ltr>as it is</bdo>', 'as it is'],
    ['<bdo>as it is</bdo>', 'as it is'],
    ['<p style="unicode-bidi:bidi-override">as it is</p>', 'as it is'],
    ['<p style="unicode-bidi:isolate;direction:rtl">as it is</p>', 'as it is'],
    ['<p><span style="float:right">Invoice 12</span> Dear Bob</p>', 'Invoice 12 Dear Bob'],
    [
      '<div><div style="float:right">The first long column</div><div style="float:right">The second column</div></div>',
      'The first long column\nThe second column',
    ],
    [
      '<div style="display:flex;flex-direction:row-reverse"><div>A picture of us</div><div>Dear Bob, hello</div></div>',
      'Dear Bob, hello\nA picture of us',
    ],
    ['<p style="flex-direction:row"><i>one </i><i>two</i></p>', 'one two'],
  ] as const)('%s', async ([html, expected]) => {
    expect(await visible(html)).toBe(expected)
  })
})

test('overrides in plain text end at the end of a line', () => {
  expect(overridden('a\u202ecb\nde')).toBe('a\u202ebc\nde')
  expect(overridden('plain')).toBe('plain')
})

test('elements in each other that turn the order more often than is followed lose no letter', async () => {
  const found = await visible('<bdo dir=rtl>a<bdo dir=ltr>b'.repeat(1000))
  expect(found.match(/a/g)).toHaveLength(1000)
  expect(found.match(/b/g)).toHaveLength(1000)
})
