/** The reader of styles beside a slower one, and counts of characters beside the patterns that they replace. */
import { expect, test } from 'vitest'
import { isSame } from '../../src/html/css/colour.ts'
import { visibleLength } from '../../src/html/read.ts'
import { parseStyle } from '../../src/html/style.ts'
import { fc, runs } from '../support/property.ts'
import { parseStyleSlowly } from '../support/slow-style.ts'

const numRuns = runs(3000)

const names = (
  'color background-color background background-image font-size font visibility display mso-hide opacity overflow ' +
  'height max-height width max-width left top right margin-left margin-top text-indent clip clip-path transform padding'
).split(' ')
const value = fc.constantFrom(
  ...['none', 'all', 'hidden', 'visible', 'collapse', '0', '1px', '-9999px', '0.01', '16pt', 'bold 1px Arial', '2em'],
  ...['#fff', 'white', '#ffffff00', 'rgb(255, 255, 255)', 'rgba(0,0,0,0)', 'url(x)', 'linear-gradient(a)', 'inherit'],
  ...[
    'rect(0 0 0 0)',
    'inset(50%)',
    'scale(0)',
    'calc(9px - 9px)',
    'red !important',
    '/* a */ 0',
    '',
    'constructor',
    'NONE',
    'transparent',
    '-1e9',
  ],
)
const declaration = fc
  .tuple(fc.constantFrom(...names, ...names.map(name => ` ${name.toUpperCase()}`), '', '/**/color'), value)
  .map(([name, written]) => `${name}:${written}`)
const style = fc
  .array(fc.oneof(declaration, fc.constantFrom(':', '/*', '*/', 'color', ' '), fc.string({ maxLength: 5 })), {
    maxLength: 8,
  })
  .map(parts => parts.join(';'))
test('any style is read as by the slower reader', () => {
  fc.assert(
    fc.property(style, text => {
      expect(parseStyle(text)).toEqual(parseStyleSlowly(text))
    }),
    { numRuns },
  )
})

test('colours are the same where all of their parts together differ by at most 30', () => {
  expect(isSame([255, 255, 255], [245, 245, 245])).toBe(true)
  expect(isSame([255, 255, 255], [245, 245, 244])).toBe(false)
  expect(isSame('unknown', 'unknown')).toBe(false)
})

test('every character is visible, or white space, or a filler, as by the pattern', () => {
  const fillers = /\u034f|[\s\u00a0\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+/g
  for (let code = 0; code < 0x10000; code += 1) {
    const text = `a${String.fromCharCode(code)}b`
    if (visibleLength(text) !== text.replace(fillers, '').length) expect.fail(`U+${code.toString(16)}`)
  }
})
