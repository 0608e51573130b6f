/** Text that styles hide, in any notation, and honest text that looks alike. */
import { describe, expect, test } from 'vitest'
import { pixels } from '../../src/html/css/length.ts'
import { readHtml } from '../../src/html/read.ts'

const styled = async (style: string) => await readHtml(`<p>Hello <span style='${style}'>secret words</span> Bob</p>`)

describe('hidden', () => {
  test.for([
    ...['font-size:calc(1px - 1px)', 'font-size: calc(2 * (3px - 3px))', 'font-size:min(0px, 12px)', 'font:0/0 a'],
    ...['font-size:clamp(0px, 0px, 1px)', 'font-size:-webkit-calc(10px*0)', '--s:0;font-size:var(--s)'],
    ...['font-size:var(--none, 0)', '--a:var(--b);--b:none;display:var(--a)', 'opacity:calc(0)', 'opacity:2%'],
    ...['transform:scale(0)', 'transform: scale3d(0, 0, 0)', 'transform:matrix(0,0,0,0,0,0)', 'scale:0'],
    ...['transform:rotateX(90deg)', 'transform:rotateY(.25turn)', 'transform:translateX(-9999px)', 'zoom:0.01'],
    ...['transform:translate3d(0,-9999px,0)', 'translate:-9999px 0', '-webkit-transform:scaleX(0)'],
    ...['filter:opacity(0)', 'filter: opacity(1%)', 'filter:alpha(opacity=0)', 'filter:blur(20px)'],
    ...[
      'clip-path:inset(100%)',
      'clip-path:circle(0)',
      'clip-path:polygon(0 0, 0 0, 0 0)',
      'clip:rect(1px,1px,1px,1px)',
    ],
    ...['clip-path:inset(0 60% 0 40%)', 'clip-path:ellipse(0 50%)', 'position:absolute;left:-9999px', 'left:9999px'],
    ...['margin:0 0 0 -9999px', 'inset:-9999px auto auto 0', 'left:-500%', 'left:calc(-100vw - 999px)'],
    ...['text-indent:-9999px', 'text-indent:100%;white-space:nowrap;overflow:hidden', 'letter-spacing:-1em'],
    ...['line-height:0;overflow:hidden', 'max-height:calc(1px*0);overflow:clip', 'content-visibility:hidden'],
    ...['color:rgb(255 255 255)', 'color:hsl(0, 0%, 100%)', 'color:rgb(100%,100%,100%)', 'color:rgb(0 0 0 / 0)'],
    ...['transform:rotate3d(0,1,0,90deg)', 'clip-path:path("M0 0")', 'mask:linear-gradient(transparent,transparent)'],
    ...['margin-inline-start:-9999px', 'block-size:0;overflow:hidden', 'color:hwb(0 100% 0%)', 'color:lab(100% 0 0)'],
    ...['color:hsla(0,0%,0%,0)', '-webkit-text-fill-color:transparent', 'color:#0000', 'color:#00000005'],
  ])('%s', async style => {
    const { visible, hiddenText } = await styled(style)
    expect({ visible, hiddenText }).toEqual({ visible: 'Hello Bob', hiddenText: 'secret words' })
  })

  test.for([
    [':root{--x:0} .a{font-size:var(--x)}', '<p>Hello <b class=a>secret</b></p>'],
    ['.o{--x:none} .a{display:var(--x, inline)}', '<p class=o>Hello <b class=a>secret</b></p>'],
    ['@media screen{.a{display:none}}', '<p>Hello <b class=a>secret</b></p>'],
    ['@media all { .z{color:red} .a{display:none} }', '<p>Hello <b class=a>secret</b></p>'],
    ['.o .a{display:none}', '<p class=o>Hello <i><b class=a>secret</b></i></p>'],
    ['body p > b{display:none}', '<p>Hello <b>secret</b></p>'],
    ['.o *{font-size:0}', '<p>Hello <span class=o><b>secret</b></span></p>'],
    ['.a.b{display:none}', '<p>Hello <b class="b a">secret</b></p>'],
    ['[class~=a]{display:none}', '<p>Hello <b class="z a">secret</b></p>'],
    ['b[data-x^="se" i]{display:none}', '<p>Hello <b data-x=SECRET>secret</b></p>'],
    ['b:not(.z):not(:hover){display:none}', '<p>Hello <b>secret</b></p>'],
    [':is(.y, .a){display:none}', '<p>Hello <b class=a>secret</b></p>'],
    [':where(p b){display:none}', '<p>Hello <b>secret</b></p>'],
    ['img + b{display:none}', '<p>Hello <img src=x><b>secret</b></p>'],
    ['i ~ b{display:none}', '<p>Hello <i></i><u></u><b>secret</b></p>'],
    ['b:nth-child(2n){display:none}', '<p>Hello <i></i><b>secret</b></p>'],
    ['.a{display:none!important}', '<p>Hello <b class=a style="display:inline">secret</b></p>'],
    ['.a{display:none} .a{color:red}', '<p>Hello <b class=a>secret</b></p>'],
    ['b.a{color:red} .o .a{display:none}', '<p class=o>Hello <b class=a>secret</b></p>'],
    ['.\\61 {display:none}', '<p>Hello <b class=a>secret</b></p>'],
    ['.a{disp\\6c ay:n\\6f ne}', '<p>Hello <b class=a>secret</b></p>'],
    ['.o{color:red; & .a{display:none}}', '<p class=o>Hello <b class=a>secret</b></p>'],
    ['.o{.z, .a{display:none}}', '<p class=o>Hello <b class=a>secret</b></p>'],
    ['@media screen and (min-width:1px){.a{display:none}}', '<p>Hello <b class=a>secret</b></p>'],
    ['@supports (display:block){.a{display:none}}', '<p>Hello <b class=a>secret</b></p>'],
    ['@charset "utf-8";@import url(x.css);.a{display:none}', '<p>Hello <b class=a>secret</b></p>'],
    [`/* ${'long '.repeat(3000)} */.a{display:none}`, '<p>Hello <b class=a>secret</b></p>'],
    [`.a{${'color:red;'.repeat(400)}display:none}`, '<p>Hello <b class=a>secret</b></p>'],
    [`${'.r{color:red}'.repeat(3000)}.a{display:none}`, '<p>Hello <b class=a>secret</b></p>'],
    ['.k{display:none}', '<p>Hello <b class="a b c d e f g h i j k">secret</b></p>'],
  ])('by a sheet: %s', async ([sheet, body]) => {
    expect((await readHtml(`<style>${sheet}</style>${body}`)).visible).toBe('Hello')
  })
})

describe('honest sheets hide nothing from every reader', () => {
  test.for([
    '@media print{b{display:none}}',
    '@media (max-width:480px){b{display:none!important}}',
    '@media screen and (min-width:600px){b{display:none}}',
    'b:hover{display:none} b:not(.a){display:none} u + .body b{display:none}',
    '.c .a{display:none} .a .z{font-size:0} p:hover > b{display:none}',
    'b:nth-child(3){display:none} b[title]{display:none} i ~ b{display:none}',
    '@supports (-webkit-overflow-scrolling:touch){b{display:none}}',
    '.a{display:none} p .a{display:inline}',
    '.a{display:none!important} #i.a{display:inline!important}',
  ])('%s', async sheet => {
    const { visible } = await readHtml(`<style>${sheet}</style><body><p>Hello <b class=a id=i>Bob</b></p>`)
    expect(visible).toBe('Hello Bob')
  })

  test('M04 selectors that match late are compared a limited number of times, and the text counts as cut', async () => {
    const rules = Array.from({ length: 400 }, (_, index) => `b ${'b '.repeat(12)}.x${index} b{display:none}`).join('')
    const { cut } = await readHtml(`<style>${rules}</style>${'<b>'.repeat(250)}${'<b></b>'.repeat(20_000)}`)
    expect(cut).toBe(true)
  })

  test('M04 more rules than are read count as cut', async () => {
    expect((await readHtml(`<style>${'.r{color:red}'.repeat(6000)}</style>`)).cut).toBe(true)
  })
})

describe('honest', () => {
  test.for([
    ...['font-size:calc(1em + 2px)', 'font-size:min(18px, 4vw)', 'font-size:clamp(14px, 2vw, 20px)', 'opacity:.8'],
    ...[
      'font:12px/0 Arial',
      'font:bold 10pt/1.5 Arial',
      'transform:scale(.8)',
      'transform:rotate(90deg)',
      'left:-10px',
    ],
    ...['transform:translateX(-50%)', 'filter:grayscale(1)', 'filter:blur(0)', 'filter:contrast(1.2)', 'zoom:1'],
    ...[
      'clip-path:inset(5px)',
      'clip-path:circle(50%)',
      'clip:rect(auto,auto,auto,auto)',
      'margin:0 -20px',
      'scale:1.1',
    ],
    ...['margin:0 auto', 'margin-left:-100%', 'letter-spacing:-1px', 'line-height:0', 'left:100%', 'inset:0'],
    ...['color:rgb(10 20 30)', 'color:hsl(210, 50%, 40%)', '--c:#333;color:var(--c)', 'color:var(--brand, #0a0)'],
    ...['max-height:100px;overflow:hidden', 'direction:ltr', 'float:right', 'display:var(--d)', 'matrix:0'],
  ])('%s', async style => {
    expect((await styled(style)).visible).toBe('Hello secret words Bob')
  })

  test('what a later declaration shows again is shown, though an earlier one has a custom property', async () => {
    const { visible } = await readHtml(
      '<style>.a{--x:1;display:none}</style><p class=a style="display:block">Verify your account</p>',
    )
    expect(visible).toBe('Verify your account')
  })

  test('a block for narrow screens hides nothing on other screens', async () => {
    const { visible } = await readHtml('<style>@media (max-width:600px){.a{display:none}}</style><p class=a>Hello</p>')
    expect(visible).toBe('Hello')
  })
})

describe('a calculated length', () => {
  test.for<readonly [string, number | undefined]>([
    ['calc(1px + 2px * 3)', 7],
    ['calc((1px + 2px) * 3)', 9],
    ['calc(10px / 4)', 2.5],
    ['calc(1em - 16px)', 0],
    ['max(1px, 2px, calc(3px))', 3],
    ['calc(1px / 0)', undefined],
    ['calc(1px + )', undefined],
    ['calc(', undefined],
    ['calc(1px', undefined],
    [`${'calc('.repeat(40)}1px${')'.repeat(40)}`, undefined],
    ['auto', undefined],
  ])('%s', ([value, expected]) => {
    expect(pixels(value)).toBe(expected)
  })
})
