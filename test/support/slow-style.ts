/** The reader of styles that looks at every declaration, without short cuts: the oracle of the one in use. */
import { type Colour, parseColour, type Style } from '../../src/html/style.ts'

/** Declarations of one rule, and characters of one declaration. */
const [MAX_DECLARATIONS, MAX_DECLARATION_LENGTH] = [100, 300]

/** Reads `colour: red; font-size: 0`. */
export function parseStyleSlowly(text: string): Style {
  const found = new Map<string, string>()
  let count = 0
  for (let at = 0; at < text.length && count < MAX_DECLARATIONS; count++) {
    const semicolon = text.indexOf(';', at)
    const stop = semicolon < 0 ? text.length : semicolon
    const declaration = text.slice(at, Math.min(stop, at + MAX_DECLARATION_LENGTH)).replace(/\/\*.*?\*\//gs, '')
    const colon = declaration.indexOf(':')
    const name = declaration.slice(0, Math.max(colon, 0)).trim().toLowerCase()
    if (name !== '')
      found.set(
        name,
        declaration
          .slice(colon + 1)
          .replace(/!\s*important/i, '')
          .trim()
          .toLowerCase(),
      )
    at = stop + 1
  }
  return styleOf(found)
}

function styleOf(found: ReadonlyMap<string, string>): Style {
  const get = (name: string): string => found.get(name) ?? ''
  const colour = parseColour(get('color'))
  const background = backgroundOf(get('background-color'), get('background'), get('background-image'))
  const fontSize = pixels(get('font-size') || (/(?:^|\s)([\d.]+(?:px|pt|em|%))/.exec(get('font'))?.[1] ?? ''))
  const visibility = get('visibility')
  const notDisplayed = get('display') === 'none' || get('mso-hide') === 'all' || isAtMost(get('opacity'), 0.05)
  const displays = ['display', 'mso-hide', 'opacity'].some(name => found.has(name))
  const clipped = get('overflow').includes('hidden')
  const noSize = ['height', 'max-height', 'width', 'max-width'].some(name => isAtMost(get(name), 1))
  const moved = ['left', 'top', 'right', 'margin-left', 'margin-top', 'text-indent'].some(
    name => (pixels(get(name)) ?? 0) < -400,
  )
  const scaled = /scale[xy]?\(\s*(?:0|0?\.0\d*)\s*[,)]/.test(get('transform'))
  const clip = /rect\(\s*0|inset\(\s*(?:50|100)%/.test(get('clip') + get('clip-path'))
  return {
    ...(colour && { colour }),
    ...(background && { background }),
    ...(fontSize !== undefined && { fontSize }),
    ...(visibility && { visibility: visibility === 'hidden' || visibility === 'collapse' ? 'hidden' : 'visible' }),
    ...(displays && { notDisplayed }),
    ...(((clipped && noSize) || moved || clip || scaled) && { offPage: true }),
  }
}

function backgroundOf(plain: string, short: string, image: string): Colour | undefined {
  if (/url\(|gradient\(/.test(short + image)) return 'unknown'
  return parseColour(plain) ?? parseColour(/#[0-9a-f]{3,8}|rgba?\([^)]{1,60}\)|[a-z]+/.exec(short)?.[0] ?? '')
}

/** Whether it is a number of at most `max`, whatever its unit. */
const isAtMost = (value: string, max: number): boolean => /^[\d.]/.test(value) && Number.parseFloat(value) <= max

const UNITS: Readonly<Record<string, number>> = {
  px: 1,
  pt: 4 / 3,
  em: 16,
  rem: 16,
  ex: 8,
  '%': 0.16,
  '': 1,
  cm: 38,
  mm: 3.8,
  in: 96,
}

/** In pixels, with 16 for relative units; undefined for a word. */
function pixels(value: string): number | undefined {
  const [, one, sign, other] =
    /^calc\(\s*(-?[\d.]{1,10}[a-z%]{0,4})\s([+-])\s([\d.]{1,10}[a-z%]{0,4})/.exec(value) ?? []
  if (value.startsWith('calc(')) {
    const [first, second] = [pixels(one ?? ''), pixels(other ?? '')]
    return first === undefined || second === undefined ? undefined : first + (sign === '-' ? -second : second)
  }
  const [, digits, unit = ''] = /^(-?[\d.]{1,10})\s*([a-z%]{0,4})/.exec(value) ?? []
  const factor = UNITS[unit]
  const number = Number(digits)
  return digits === undefined || factor === undefined || Number.isNaN(number) ? undefined : number * factor
}

export function parseSheetSlowly(css: string, rules: Map<string, Style>, max: number): number {
  let count = 0
  for (let at = 0; at < css.length && count < max; count++) {
    const open = css.indexOf('{', at)
    if (open < 0) return count
    const selector = css.slice(Math.max(at, open - MAX_DECLARATION_LENGTH), open)
    const nested = selector.includes('@') && !/@(?:font-face|page)/.test(selector)
    const close = nested ? closing(css, open) : css.indexOf('}', open)
    const stop = close < 0 ? css.length : close
    if (!nested) {
      const body = css.slice(open + 1, Math.min(stop, open + 4096))
      const style = RELEVANT.test(body) ? parseStyleSlowly(body) : undefined
      const names = style ? selector.replace(/\/\*.*?\*\/|<!--/gs, '').split(',') : []
      for (const one of names) if (style && SIMPLE.test(one.trim())) rules.set(one.trim().toLowerCase(), style)
    }
    at = stop + 1
  }
  return count
}

const RELEVANT =
  /display|visibility|opacity|size|color|background|height|width|mso-hide|indent|left|top|font|transform/i
const SIMPLE = /^(?:[a-z][a-z0-9]{0,20}|[a-z0-9]{0,20}[.#][\w-]{1,80})$/i

function closing(css: string, open: number): number {
  const braces = /[{}]/g
  braces.lastIndex = open
  let depth = 0
  for (let match = braces.exec(css); match; match = braces.exec(css)) {
    depth += match[0] === '{' ? 1 : -1
    if (depth === 0) return match.index
  }
  return -1
}
