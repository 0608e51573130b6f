/** Colours of CSS, as far as they tell whether a text can be told from its background. */

/** `unknown` for a picture, and for a name or function that is not supported here. */
export type Colour = readonly [red: number, green: number, blue: number] | 'transparent' | 'unknown'

/** What is less opaque is not seen. */
export const MIN_OPACITY = 0.05

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
  mintcream: 'f5fffa',
  azure: 'f0ffff',
  aliceblue: 'f0f8ff',
  seashell: 'fff5ee',
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
  return digits === undefined ? fromFunction(text) : fromHex(digits)
}

function fromHex(digits: string): Colour {
  const long = digits.length < 6 ? digits.slice(0, 4).replace(/./g, '$&$&') : digits
  if (long.length === 8 && Number.parseInt(long.slice(6), 16) < 255 * MIN_OPACITY) return 'transparent'
  const number = Number.parseInt(long.slice(0, 6).padEnd(6, '0'), 16)
  return [number >> 16, (number >> 8) & 255, number & 255]
}

/** White in the notations of CSS Color 4 §7 to §10. */
const WHITE =
  /^(?:hwb\(\s*[\d.]{1,6}(?:deg)?\s+100%\s+0%?|(?:lab|lch|oklab|oklch)\(\s*(?:100%?|1(?:\.0)?)(?:\s+0%?){2})\s*\)$/

/** `rgb()` and `hsl()` with commas, or with blanks and a slash (CSS Color 4 §5 and §8). */
function fromFunction(text: string): Colour {
  if (WHITE.test(text)) return [255, 255, 255]
  const [, name = '', inner = ''] = /^(rgb|hsl)a?\(([^()]{1,80})\)$/.exec(text) ?? []
  const parts = inner.split(/[\s,/]+/).filter(part => part !== '')
  if (name === '' || parts.length < 3 || parts.length > 4) return 'unknown'
  const opacity = parts[3] === undefined ? 1 : share(parts[3])
  if (opacity < MIN_OPACITY) return 'transparent'
  const [one = '', two = '', three = ''] = parts
  const colour = name === 'rgb' ? ([one, two, three].map(byte) as [number, number, number]) : fromHsl(one, two, three)
  return colour.some(Number.isNaN) ? 'unknown' : colour
}

/** A number from 0 to 1, or per cent of it. */
export const share = (value: string): number =>
  value.endsWith('%') ? Number.parseFloat(value) / 100 : Number.parseFloat(value)

const byte = (value: string): number =>
  Math.min(255, Math.max(0, value.endsWith('%') ? share(value) * 255 : Number(value)))

const TURNS: Readonly<Record<string, number>> = { turn: 360, rad: 57.2958, grad: 0.9 }

/** The angle in degrees. */
export const degrees = (value: string): number =>
  Number.parseFloat(value) * (TURNS[/^[+-]?[\d.]{1,10}([a-z]{3,4})$/.exec(value)?.[1] ?? ''] ?? 1)

function fromHsl(hue: string, saturation: string, lightness: string): [number, number, number] {
  const [turn, full, light] = [degrees(hue) / 30, share(saturation), share(lightness)]
  const amplitude = full * Math.min(light, 1 - light)
  const channel = (offset: number): number => {
    const place = (((offset + turn) % 12) + 12) % 12
    return 255 * (light - amplitude * Math.max(-1, Math.min(place - 3, 9 - place, 1)))
  }
  return [channel(0), channel(8), channel(4)]
}

/** Too similar for a reader to distinguish text from its background. */
export const isSame = (one: Colour, other: Colour): boolean =>
  typeof one !== 'string' &&
  typeof other !== 'string' &&
  Math.abs(one[0] - other[0]) + Math.abs(one[1] - other[1]) + Math.abs(one[2] - other[2]) <= 30
