/** Codes that are drawn in characters, cells and SVG, in the ways of attackers and of libraries. */
import { renderSVG } from 'uqr'
import { expect, test } from 'vitest'
import { drawnInPage, drawnInText } from '../../src/codes/drawn/page.ts'
import { loadZxing } from '../../src/codes/zxing.ts'
import { growth } from '../support/cpu.ts'
import { modulesOf } from '../support/pictures.ts'
import { fc, runs as runsOfTest } from '../support/property.ts'

type Modules = readonly (readonly boolean[])[]

const TARGET = 'https://www.example.net/sign-in'
const zxing = await loadZxing()

async function read(html: string): Promise<readonly string[]> {
  const found = await Promise.all((await drawnInPage(html)).map(picture => zxing(picture, ['QRCode'])))
  return [...new Set(found.flat().map(({ text }) => text))]
}

const runs = (row: readonly boolean[]): readonly { readonly d: boolean; readonly n: number }[] => {
  const found: { d: boolean; n: number }[] = []
  for (const d of row) {
    const last = found.at(-1)
    if (last?.d === d) last.n += 1
    else found.push({ d, n: 1 })
  }
  return found
}
const colour = (dark: boolean): string => (dark ? '#000000' : '#ffffff')

const styles: Readonly<Record<string, (modules: Modules) => string>> = {
  'cells with bgcolor': modules =>
    `<table cellspacing=0 cellpadding=0>${modules.map(r => `<tr>${r.map(d => `<td width=4 height=4 bgcolor="${colour(d)}"></td>`).join('')}</tr>`).join('')}</table>`,
  'cells without end tags': modules =>
    `<table>${modules.map(r => `<tr>${r.map(d => `<td width=4 height=4 bgcolor="${colour(d)}">`).join('')}`).join('')}</table>`,
  'cells with a style': modules =>
    `<table style="border-collapse:collapse">${modules.map(r => `<tr>${r.map(d => `<td style="width:5px;height:5px;background-color:${d ? 'rgb(0,0,0)' : '#fff'}"></td>`).join('')}</tr>`).join('')}</table>`,
  'cells with a blank': modules =>
    `<table>${modules.map(r => `<tr>${r.map(d => `<td style="background:${colour(d)};width:6px;height:6px;font-size:1px">&nbsp;</td>`).join('')}</tr>`).join('')}</table>`,
  'dark cells alone in a table with a size': modules =>
    `<table width=200 height=200>${modules.map(r => `<tr>${r.map(d => `<td${d ? ' bgcolor=black' : ''}></td>`).join('')}</tr>`).join('')}</table>`,
  'cells that span columns': modules =>
    `<table>${modules
      .map(
        r =>
          `<tr height=5>${runs(r)
            .map(({ d, n }) => `<td colspan=${n} width=${5 * n} bgcolor=${colour(d)}></td>`)
            .join('')}</tr>`,
      )
      .join('')}</table>`,
  'cells with classes': modules =>
    `<style>.q td{width:4px;height:4px}.q .b{background:#000} td.w{background:white}</style><table class=q>${modules.map(r => `<tr>${r.map(d => `<td class=${d ? 'b' : 'w'}></td>`).join('')}</tr>`).join('')}</table>`,
  'rows of divs': modules =>
    `<div>${modules.map(r => `<div style="height:4px;display:flex">${r.map(d => `<div style="width:4px;height:4px;background:${colour(d)}"></div>`).join('')}</div>`).join('')}</div>`,
  'inline blocks': modules =>
    `<div style="line-height:4px;font-size:0">${modules.map(r => r.map(d => `<span style="display:inline-block;width:4px;height:4px;background:${colour(d)}"></span>`).join('') + '<br>').join('')}</div>`,
  'floats that wrap': modules =>
    `<div style="width:${modules.length * 4}px">${modules.map(r => r.map(d => `<div style="float:left;width:4px;height:4px;background:${colour(d)}"></div>`).join('')).join('')}</div>`,
  'a grid': modules =>
    `<div style="display:grid;grid-template-columns:repeat(${modules.length},4px);grid-auto-rows:4px">${modules.map(r => r.map(d => `<i style="background:${colour(d)}"></i>`).join('')).join('')}</div>`,
  'a grid of fractions': modules =>
    `<div style="display:grid;width:300px;grid-template-columns:repeat(${modules.length},1fr)">${modules.map(r => r.map(d => `<div style="${d ? 'background:#111' : ''}"></div>`).join('')).join('')}</div>`,
  'a grid of placed cells': modules =>
    `<div style="display:grid;grid-template-columns:repeat(${modules.length},4px)">${modules.flatMap((r, y) => r.flatMap((d, x) => (d ? [`<b style="grid-area:${y + 1}/${x + 1};background:#000"></b>`] : []))).join('')}</div>`,
  'boxes at positions': modules =>
    `<div style="position:relative;height:200px">${modules.flatMap((r, y) => r.flatMap((d, x) => (d ? [`<div style="position:absolute;left:${x * 4}px;top:${y * 4}px;width:4px;height:4px;background:#000"></div>`] : []))).join('')}</div>`,
  'cells with gaps': modules =>
    `<table cellspacing=1 style="border-spacing:1px">${modules.map(r => `<tr>${r.map(d => `<td width=4 height=4 bgcolor="${colour(d)}"></td>`).join('')}</tr>`).join('')}</table>`,
  'cells of padding': modules =>
    `<table>${modules.map(r => `<tr>${r.map(d => `<td style="padding:2px;background:${colour(d)}"></td>`).join('')}</tr>`).join('')}</table>`,
  'cells with shares of the width': modules =>
    `<table style="width:300px">${modules.map(r => `<tr style="height:9px">${r.map(d => `<td style="width:${(100 / modules.length).toFixed(2)}%;background:${colour(d)}"></td>`).join('')}</tr>`).join('')}</table>`,
  'divs in cells': modules =>
    `<table>${modules.map(r => `<tr>${r.map(d => `<td><div style="width:4px;height:4px;background:${colour(d)}"></div></td>`).join('')}</tr>`).join('')}</table>`,
  'cells of low contrast': modules =>
    `<table bgcolor="#777">${modules.map(r => `<tr>${r.map(d => `<td width=4 height=4 bgcolor="${d ? '#555' : '#777'}"></td>`).join('')}</tr>`).join('')}</table>`,
  'inverted cells': modules =>
    `<table>${modules.map(r => `<tr>${r.map(d => `<td width=4 height=4 bgcolor="${colour(!d)}"></td>`).join('')}</tr>`).join('')}</table>`,
  'coloured cells': modules =>
    `<table>${modules.map(r => `<tr>${r.map(d => `<td width=4 height=4 bgcolor="${d ? 'navy' : '#ffe0c0'}"></td>`).join('')}</tr>`).join('')}</table>`,
  'blanks with coloured backgrounds': modules =>
    `<div style="font-family:monospace">${modules
      .map(
        r =>
          runs(r)
            .map(({ d, n }) => `<span style="background:${colour(d)}">${'&nbsp;&nbsp;'.repeat(n)}</span>`)
            .join('') + '<br>',
      )
      .join('')}</div>`,
  'coloured blocks': modules =>
    `<pre>${modules
      .map(r =>
        runs(r)
          .map(({ d, n }) => `<span style="color:${colour(d)}">${'██'.repeat(n)}</span>`)
          .join(''),
      )
      .join('\n')}</pre>`,
  'blocks in pre': modules => `<pre>\n${modules.map(r => r.map(d => (d ? '██' : '  ')).join('')).join('\n')}</pre>`,
  'blocks as entities': modules =>
    `<p>${modules.map(r => r.map(d => (d ? '&#9608;&#9608;' : '&nbsp;&nbsp;')).join('')).join('<br>\r\n')}</p>`,
  'lines of blocks': modules =>
    modules.map(r => `<div>${r.map(d => (d ? '██' : '&nbsp;&nbsp;')).join('')}</div>`).join('\n'),
  'SVG of uqr': () => renderSVG(TARGET),
  'rectangles of SVG': modules =>
    `<svg viewBox="0 0 99 99"><rect width="99" height="99" fill="#fff"/>${modules.flatMap((r, y) => r.flatMap((d, x) => (d ? [`<rect x="${x * 3}" y="${y * 3}" width="3" height="3"/>`] : []))).join('')}</svg>`,
  'a path of SVG': modules =>
    `<svg><path fill="#fff" d="M0 0h99v99H0z"/><path d="${modules
      .map((r, y) => {
        let o = '',
          x = 0
        for (const { d, n } of runs(r)) {
          if (d) o += `M${x} ${y}h${n}v1h-${n}z`
          x += n
        }
        return o
      })
      .join('')}"/></svg>`,
  'strokes of SVG': modules =>
    `<svg viewBox="0 0 33 33" shape-rendering="crispEdges"><path fill="#ffffff" d="M0 0h33v33H0z"/><path stroke="#000000" d="${modules
      .map((r, y) => {
        let o = `M0 ${y + 0.5}`
        for (const { d, n } of runs(r)) {
          o += (d ? 'h' : 'm') + n + (d ? '' : ' 0')
        }
        return o
      })
      .join('')}"/></svg>`,
  'SVG that is turned by 45 degrees': modules =>
    `<svg><g transform="rotate(45)">${modules.flatMap((r, y) => r.flatMap((d, x) => (d ? [`<rect x="${x * 3}" y="${y * 3}" width="3" height="3"/>`] : []))).join('')}</g></svg>`,
  'SVG that is turned by 30 degrees': modules =>
    `<svg><g transform="rotate(30)">${modules.flatMap((r, y) => r.flatMap((d, x) => (d ? [`<rect x="${x * 3}" y="${y * 3}" width="3" height="3"/>`] : []))).join('')}</g></svg>`,
  'SVG that is turned by 10 degrees': modules =>
    `<svg><g transform="rotate(10)">${modules.flatMap((r, y) => r.flatMap((d, x) => (d ? [`<rect x="${x * 3}" y="${y * 3}" width="3" height="3"/>`] : []))).join('')}</g></svg>`,
  'shapes of SVG that are used again': modules =>
    `<svg><defs><rect id="a" width="3" height="3"/></defs>${modules.flatMap((r, y) => r.flatMap((d, x) => (d ? [`<use xlink:href="#a" x="${x * 3}" y="${y * 3}"/>`] : []))).join('')}</svg>`,
}

const inPage = (html: string): string =>
  `<html><body><div style="width:600px;background:#eef"><p>Hello Bob</p><table><tr><td bgcolor=#ccc>Head</td></tr><tr><td>${html}</td></tr><tr><td>Foot</td></tr></table></div></body></html>`

test.for(Object.entries(styles))(
  'M14 a code is read that is drawn as %s, with and without a quiet zone',
  async ([, draw]) => {
    for (const border of [0, 4]) {
      const html = draw(modulesOf(TARGET, border))
      expect(await read(html)).toEqual([TARGET])
      expect(await read(inPage(html))).toEqual([TARGET])
    }
  },
)

const half = (modules: Modules): readonly string[] =>
  modules.flatMap((row, y) =>
    y % 2 === 1
      ? []
      : [row.map((up, x) => (up ? (modules[y + 1]?.[x] ? '█' : '▀') : modules[y + 1]?.[x] ? '▄' : ' ')).join('')],
  )
const signs = (dark: string, light: string) => (modules: Modules) =>
  modules.map(row => row.map(isDark => (isDark ? dark : light)).join(''))

const texts: Readonly<Record<string, (modules: Modules) => readonly string[]>> = {
  'half blocks': half,
  'one block a module': signs('█', ' '),
  'two blocks a module': signs('██', '  '),
  'blocks and shades': signs('██', '░░'),
  'inverted blocks': signs('  ', '██'),
  'signs and blanks': signs('##', '  '),
  'ones and zeros': signs('1', '0'),
  'squares of emoji': signs('⬛', '⬜'),
  'lines without blanks at their ends': modules => signs('██', '  ')(modules).map(line => line.trimEnd()),
}

test.for(Object.entries(texts))('M14 a code is read that is drawn in a plain text in %s', async ([, draw]) => {
  const text = `Hello Bob,\r\n\r\nscan this:\r\n\r\n${draw(modulesOf(TARGET)).join('\r\n')}\r\n\r\nThe desk\r\n`
  const found = await Promise.all(drawnInText(text).map(picture => zxing(picture, ['QRCode'])))
  expect(found.flat().map(({ text }) => text)).toEqual([TARGET])
})

test('two codes in one page are both read', async () => {
  const [one, two] = [`${TARGET}/1`, `${TARGET}/2`]
  const table = styles['cells with bgcolor'] ?? (() => '')
  const html = `<table><tr><td>${table(modulesOf(one))}</td><td>${table(modulesOf(two))}</td></tr></table>`
  expect((await read(html)).toSorted()).toEqual([one, two])
})

test('a page of text, a table of figures and a calendar are no drawings', async () => {
  const figures = `<table>${'<tr><td bgcolor=#eee>12</td><td>7</td></tr>'.repeat(200)}</table>`
  const calendar = `<table>${`<tr>${'<td bgcolor="#ddd">1</td>'.repeat(7)}</tr>`.repeat(6)}</table>`
  for (const html of [`<p>${'word '.repeat(5000)}</p>`, figures, calendar]) expect(await drawnInPage(html)).toEqual([])
  expect(drawnInText(`${'-'.repeat(70)}\n${'word '.repeat(12)}\n`.repeat(40))).toEqual([])
})

test('M14 whatever a page holds, it is read in linear time and nothing throws', async () => {
  const pages = Object.values(styles).map(draw => draw(modulesOf(TARGET)))
  const piece = fc.oneof(
    fc
      .constantFrom(...pages)
      .chain(page =>
        fc.tuple(fc.nat(page.length), fc.nat(page.length)).map(([a, b]) => page.slice(Math.min(a, b), Math.max(a, b))),
      ),
    fc.constantFrom(
      '<svg><use href="#a" id=a>',
      '<table><tr><td colspan=9999 rowspan=9999>',
      '<g transform="scale(1e300)">',
    ),
    fc.string({ maxLength: 20 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 4 }), async pieces => {
      for (const picture of await drawnInPage(pieces.join(''))) {
        if (picture.kind !== 'gray') throw new Error('a drawing is grey')
        expect(picture.bytes).toHaveLength(picture.width * picture.height)
        expect(picture.width).toBeLessThanOrEqual(1000)
      }
    }),
    { numRuns: runsOfTest(100) },
  )
})

test.for<readonly [string, (count: number) => string]>([
  ['cells', count => `<table>${`<tr>${'<td bgcolor=#000></td><td></td>'.repeat(20)}</tr>`.repeat(count / 20)}</table>`],
  [
    'spans over all rows',
    count => `<table>${`<tr>${'<td rowspan=400 bgcolor=#000></td>'.repeat(20)}</tr>`.repeat(count / 20)}</table>`,
  ],
  ['nested boxes', count => '<div style="background:#000;width:3px"><i></i>'.repeat(count)],
  ['shapes', count => `<svg>${'<path d="M0 0h9v9h-9z"/><circle r=5 />'.repeat(count)}</svg>`],
  [
    'shapes that refer to each other',
    count =>
      `<svg>${'<g id=a><use href="#b"/><use href="#b"/></g><g id=b><use href="#a"/><use href="#a"/></g>'.repeat(count / 10)}</svg>`,
  ],
  ['a long path', count => `<svg><path d="${'M0 0h9v9h-9z'.repeat(count)}"/></svg>`],
  ['rules', count => `<style>${'.a{width:4px}'.repeat(count)}</style>${'<td class="a b c d e f"></td>'.repeat(count)}`],
])('M15 %s cost no more than twelve times as much where there are four times as many', async ([, make]) => {
  const sizes = { small: make(2000), large: make(8000) }
  expect(await growth(drawnInPage, { ...sizes, enough: 12, floor: 10 })).toBeLessThan(12)
})
