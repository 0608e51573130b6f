/** The part of CSS that hides text from a reader. Linear in what is read, and never throws. */

/** What a rule declares. An absent property is inherited, or has the default of browsers. */
export interface Style {
  readonly colour?: Colour
  readonly background?: Colour
  /** In pixels. */
  readonly fontSize?: number
  readonly visibility?: 'visible' | 'hidden'
  readonly notDisplayed?: boolean
  readonly offPage?: boolean
}

/** `unknown` for a picture, and for a name or function that is not supported here. */
export type Colour = readonly [red: number, green: number, blue: number] | 'transparent' | 'unknown'

/** Declarations of one rule, and characters of one declaration. */
const [MAX_DECLARATIONS, MAX_DECLARATION_LENGTH] = [100, 300]
/** Rules of one text that are read. */
export const MAX_RULES = 2000

/** The properties that are read. */
const PROPERTIES: ReadonlySet<string> = new Set(
  (
    'color background-color background background-image font-size font visibility display mso-hide opacity overflow ' +
    'height max-height width max-width left top right margin-left margin-top text-indent clip clip-path transform'
  ).split(' '),
)

/** The style of what declares nothing: readers compare it by identity. */
export const NO_STYLE: Style = {}

/** Reads `colour: red; font-size: 0`. */
export function parseStyle(text: string): Style {
  let found: Map<string, string> | undefined
  let count = 0
  for (let at = 0; at < text.length && count < MAX_DECLARATIONS; count++) {
    const semicolon = text.indexOf(';', at)
    const stop = semicolon < 0 ? text.length : semicolon
    const written = text.slice(at, Math.min(stop, at + MAX_DECLARATION_LENGTH))
    const declaration = written.includes('/*') ? written.replace(/\/\*.*?\*\//gs, '') : written
    const colon = declaration.indexOf(':')
    const name = colon < 0 ? '' : declaration.slice(0, colon).trim().toLowerCase()
    if (PROPERTIES.has(name)) {
      found ??= new Map()
      found.set(name, valueIn(declaration.slice(colon + 1)))
    }
    at = stop + 1
  }
  return found ? styleOf(found) : NO_STYLE
}

const valueIn = (written: string): string =>
  (written.includes('!') ? written.replace(/!\s*important/i, '') : written).trim().toLowerCase()

const SIZES = ['height', 'max-height', 'width', 'max-width']
const PLACES = ['left', 'top', 'right', 'margin-left', 'margin-top', 'text-indent']

function styleOf(found: ReadonlyMap<string, string>): Style {
  const get = (name: string): string => found.get(name) ?? ''
  const colour = parseColour(get('color'))
  const background = backgroundOf(get('background-color'), get('background'), get('background-image'))
  const fontSize = pixels(get('font-size') || fontSizeIn(get('font')))
  const visibility = get('visibility')
  const notDisplayed = get('display') === 'none' || get('mso-hide') === 'all' || isAtMost(get('opacity'), 0.05)
  const displays = found.has('display') || found.has('mso-hide') || found.has('opacity')
  return {
    ...(colour && { colour }),
    ...(background && { background }),
    ...(fontSize !== undefined && { fontSize }),
    ...(visibility && { visibility: visibility === 'hidden' || visibility === 'collapse' ? 'hidden' : 'visible' }),
    ...(displays && { notDisplayed }),
    ...(isOffPage(get) && { offPage: true }),
  }
}

const fontSizeIn = (font: string): string =>
  font === '' ? '' : (/(?:^|\s)([\d.]+(?:px|pt|em|%))/.exec(font)?.[1] ?? '')

function isOffPage(get: (name: string) => string): boolean {
  if (get('overflow').includes('hidden') && SIZES.some(name => isAtMost(get(name), 1))) return true
  if (PLACES.some(name => (pixels(get(name)) ?? 0) < -400)) return true
  const clip = get('clip') + get('clip-path')
  if (clip !== '' && /rect\(\s*0|inset\(\s*(?:50|100)%/.test(clip)) return true
  return /scale[xy]?\(\s*(?:0|0?\.0\d*)\s*[,)]/.test(get('transform'))
}

function backgroundOf(plain: string, short: string, image: string): Colour | undefined {
  if (short === '' && image === '') return parseColour(plain)
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
  if (value === '') return undefined
  if (value.startsWith('calc(')) return calculated(value)
  const [, digits, unit = ''] = /^(-?[\d.]{1,10})\s*([a-z%]{0,4})/.exec(value) ?? []
  const factor = UNITS[unit]
  const number = Number(digits)
  return digits === undefined || factor === undefined || Number.isNaN(number) ? undefined : number * factor
}

/** A sum or a difference of two lengths: `calc(100px - 100px)`. */
function calculated(value: string): number | undefined {
  const [, one = '', sign, other = ''] =
    /^calc\(\s*(-?[\d.]{1,10}[a-z%]{0,4})\s([+-])\s([\d.]{1,10}[a-z%]{0,4})/.exec(value) ?? []
  const [first, second] = [pixels(one), pixels(other)]
  if (first === undefined || second === undefined) return undefined
  return sign === '-' ? first - second : first + second
}

const NAMES: Readonly<Record<string, string>> = {
  white: 'ffffff',
  black: '000000',
  red: 'ff0000',
  green: '008000',
  blue: '0000ff',
  yellow: 'ffff00',
  gray: '808080',
  grey: '808080',
  silver: 'c0c0c0',
  navy: '000080',
  maroon: '800000',
  olive: '808000',
  teal: '008080',
  purple: '800080',
  lime: '00ff00',
  aqua: '00ffff',
  cyan: '00ffff',
  fuchsia: 'ff00ff',
  magenta: 'ff00ff',
  orange: 'ffa500',
  whitesmoke: 'f5f5f5',
  snow: 'fffafa',
  ivory: 'fffff0',
  ghostwhite: 'f8f8ff',
  floralwhite: 'fffaf0',
  lightgrey: 'd3d3d3',
  lightgray: 'd3d3d3',
  gainsboro: 'dcdcdc',
  darkgray: 'a9a9a9',
  darkgrey: 'a9a9a9',
}

/** Undefined where no colour is declared. */
export function parseColour(value: string): Colour | undefined {
  if (value === '') return undefined
  const text = value.trim().toLowerCase()
  if (text === '' || text === 'inherit' || text === 'initial') return undefined
  if (text === 'transparent') return 'transparent'
  const digits = Object.hasOwn(NAMES, text) ? NAMES[text] : /^#?([0-9a-f]{3,8})$/.exec(text)?.[1]
  if (digits !== undefined) return fromHex(digits)
  const [, ...parts] = /^rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})(?:[\s,/]+([\d.]{1,6}))?/.exec(text) ?? []
  const [red, green, blue, alpha] = parts
  if (red === undefined) return 'unknown'
  return alpha !== undefined && Number(alpha) < 0.05 ? 'transparent' : [Number(red), Number(green), Number(blue)]
}

function fromHex(digits: string): Colour {
  const long = digits.length < 6 ? digits.slice(0, 4).replace(/./g, '$&$&') : digits
  if (long.length === 8 && Number.parseInt(long.slice(6), 16) < 12) return 'transparent'
  const number = Number.parseInt(long.slice(0, 6).padEnd(6, '0'), 16)
  return [number >> 16, (number >> 8) & 255, number & 255]
}

/** Too similar for a reader to distinguish text from its background. */
export const isSame = (one: Colour, other: Colour): boolean =>
  typeof one !== 'string' &&
  typeof other !== 'string' &&
  Math.abs(one[0] - other[0]) + Math.abs(one[1] - other[1]) + Math.abs(one[2] - other[2]) <= 30

/**
 * The rules of a sheet for single classes, elements and ids that can hide text: `.x`, `td`, `#y`. Rules in
 * `@media` and similar blocks apply to some readers only, and are skipped.
 *
 * @returns how many rules were read, at most `max`
 */
export function parseSheet(css: string, rules: Map<string, Style>, max: number): number {
  let count = 0
  for (let at = 0; at < css.length && count < max; count++) {
    const open = css.indexOf('{', at)
    if (open < 0) return count
    const selector = css.slice(Math.max(at, open - MAX_DECLARATION_LENGTH), open)
    const nested = selector.includes('@') && !/@(?:font-face|page)/.test(selector)
    const close = nested ? closing(css, open) : css.indexOf('}', open)
    const stop = close < 0 ? css.length : close
    if (!nested) addRules(selector, css.slice(open + 1, Math.min(stop, open + 4096)), rules)
    at = stop + 1
  }
  return count
}

function addRules(selector: string, body: string, rules: Map<string, Style>): void {
  const written = selector.includes('/*') || selector.includes('<!--') ? selector.replace(COMMENTS, '') : selector
  let style: Style | undefined
  for (const one of written.split(',')) {
    const name = one.trim()
    if (!SIMPLE.test(name)) continue
    if (style === undefined && !RELEVANT.test(body)) return
    style ??= parseStyle(body)
    rules.set(name.toLowerCase(), style)
  }
}

const COMMENTS = /\/\*.*?\*\/|<!--/gs
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
