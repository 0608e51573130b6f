/** The part of CSS that hides text from a reader or shows it in another order. Linear, and never throws. */
import { type Colour, MIN_OPACITY, parseColour, share } from './css/colour.ts'
import { pixels } from './css/length.ts'
import { isOffPage, type Properties } from './css/off-page.ts'
import { unescapeCss } from './css/selector.ts'
import { NO_VARIABLES, resolved, type Variables } from './css/variables.ts'

/** What a rule declares. An absent property is inherited, or has the default of browsers. */
export interface Style {
  readonly colour?: Colour
  readonly background?: Colour
  /** In pixels. */
  readonly fontSize?: number
  readonly visibility?: 'visible' | 'hidden'
  readonly notDisplayed?: boolean
  readonly offPage?: boolean
  readonly direction?: 'ltr' | 'rtl'
  /** All characters take the direction, whatever they are: `unicode-bidi: bidi-override`. */
  readonly override?: boolean
  /** The elements inside it are shown in reverse: `flex-direction: row-reverse`. */
  readonly reversed?: boolean
  /** Elements beside each other are shown from right to left. */
  readonly floatsRight?: boolean
  /** The declarations, where they have custom properties: what they mean depends on the element. */
  readonly source?: string
  /** What of it is marked as `!important`. */
  readonly important?: Style
}

/** Declarations of one rule, and characters of one declaration. */
const [MAX_DECLARATIONS, MAX_DECLARATION_LENGTH] = [1000, 300]

/** The properties that are read. */
const PROPERTIES: ReadonlySet<string> = new Set(
  (
    'color background-color background background-image font-size font visibility display mso-hide opacity overflow ' +
    'overflow-x overflow-y height max-height width max-width line-height left top right bottom margin margin-left ' +
    'margin-top inset text-indent letter-spacing zoom clip clip-path -webkit-clip-path transform -webkit-transform ' +
    'scale translate filter -webkit-filter -webkit-text-fill-color content-visibility direction unicode-bidi float ' +
    'flex-direction flex-flow block-size max-block-size inline-size max-inline-size inset-inline-start inset-block-start ' +
    'margin-inline-start margin-block-start mask -webkit-mask mask-image -webkit-mask-image'
  ).split(' '),
)

/** The style of what declares nothing: readers compare it by identity. */
export const NO_STYLE: Style = {}

/** The values by property, and the custom properties by their names. */
export type Declarations = ReadonlyMap<string, string>

/** Reads `colour: red; font-size: 0`. Custom properties are left for {@link parseStyleIn}. */
export function parseStyle(text: string): Style {
  const found = declarationsIn(text)
  if (found === undefined) return NO_STYLE
  const style = text.includes('--') && CUSTOM.test(text) ? { ...styleOf(found), source: text } : styleOf(found)
  if (!text.includes('!')) return style
  const important = styleOf(declarationsIn(text, IMPORTANT) ?? NO_DECLARATIONS)
  return Object.keys(important).length === 0 ? style : { ...style, important }
}

const NO_DECLARATIONS: Declarations = new Map()
const IMPORTANT = /!\s*important/i

/** What changes nothing is {@link NO_STYLE} itself, here and in `parseStyle`. */
export const merge = (under: Style, over: Style): Style =>
  over === NO_STYLE ? under : under === NO_STYLE ? over : { ...under, ...over }

/** Two rules of one selector, the later one over the earlier one. */
export function mergeRules(under: Style, over: Style): Style {
  const important = under.important && over.important ? { ...under.important, ...over.important } : undefined
  const source = under.source && over.source ? `${under.source};${over.source}` : undefined
  return { ...under, ...over, ...(important && { important }), ...(source && { source }) }
}

const CUSTOM = /--[a-z_]/i

/** Reads declarations with the custom properties of the element that has them. */
export function parseStyleIn(text: string, variables: Variables): Style {
  const found = declarationsIn(text)
  if (found === undefined) return NO_STYLE
  return styleOf(new Map([...found].map(([name, value]) => [name, resolved(value, variables)])))
}

/** The custom properties that are declared. */
export function variablesIn(text: string): Variables {
  const found = declarationsIn(text)
  return found ? new Map([...found].filter(([name]) => name.startsWith('--'))) : NO_VARIABLES
}

/** @param only what a declaration must have to be read */
function declarationsIn(written: string, only?: RegExp): Declarations | undefined {
  const text = written.includes('\\') ? unescapeCss(written) : written
  let found: Map<string, string> | undefined
  let count = 0
  for (let at = 0; at < text.length && count < MAX_DECLARATIONS; count++) {
    const semicolon = text.indexOf(';', at)
    const stop = semicolon < 0 ? text.length : semicolon
    const raw = text.slice(at, Math.min(stop, at + MAX_DECLARATION_LENGTH))
    const declaration = raw.includes('/*') ? raw.replace(/\/\*.*?\*\//gs, '') : raw
    const colon = declaration.indexOf(':')
    const name = colon < 0 ? '' : declaration.slice(0, colon).trim().toLowerCase()
    if ((PROPERTIES.has(name) || name.startsWith('--')) && (only === undefined || only.test(declaration))) {
      found ??= new Map()
      found.set(name, valueIn(declaration.slice(colon + 1)))
    }
    at = stop + 1
  }
  return found
}

const valueIn = (written: string): string =>
  (written.includes('!') ? written.replace(IMPORTANT, '') : written).trim().toLowerCase()

/** What the declarations mean for a reader. */
export function styleOf(found: Declarations): Style {
  const get: Properties = name => found.get(name) ?? ''
  const colour = parseColour(get('-webkit-text-fill-color') || get('color'))
  const background = backgroundOf(get('background-color'), get('background'), get('background-image'))
  const fontSize = pixels(get('font-size') || fontSizeIn(get('font')))
  const visibility = get('visibility')
  return {
    ...(colour && { colour }),
    ...(background && { background }),
    ...(fontSize !== undefined && { fontSize }),
    ...(visibility && { visibility: visibility === 'hidden' || visibility === 'collapse' ? 'hidden' : 'visible' }),
    ...displayOf(found, get),
    ...(isOffPage(get) && { offPage: true }),
    ...orderOf(get),
  }
}

const DISPLAY = ['display', 'mso-hide', 'opacity', 'content-visibility']

function displayOf(found: Declarations, get: Properties): Pick<Style, 'notDisplayed'> {
  if (!DISPLAY.some(name => found.has(name))) return {}
  const opacity = get('opacity')
  const notDisplayed =
    get('display') === 'none' ||
    get('mso-hide') === 'all' ||
    get('content-visibility') === 'hidden' ||
    (opacity !== '' && (/^[\d.+-]/.test(opacity) ? share(opacity) : (pixels(opacity) ?? 1)) <= MIN_OPACITY)
  return { notDisplayed }
}

function orderOf(get: Properties): Pick<Style, 'direction' | 'override' | 'reversed' | 'floatsRight'> {
  const [direction, bidi, flex] = [get('direction'), get('unicode-bidi'), get('flex-direction') || get('flex-flow')]
  const float = get('float')
  return {
    ...((direction === 'rtl' || direction === 'ltr') && { direction }),
    ...(bidi !== '' && { override: bidi.endsWith('override') }),
    ...(flex !== '' && { reversed: flex.includes('-reverse') }),
    ...(float !== '' && { floatsRight: float === 'right' }),
  }
}

/** The size in `bold 12px/1.2 Arial` and `0/0 a`. */
const fontSizeIn = (font: string): string =>
  font === '' ? '' : (/(?:^|\s)([\d.]+(?:px|pt|em|%)|0(?=[\s/]))/.exec(font)?.[1] ?? '')

function backgroundOf(plain: string, short: string, image: string): Colour | undefined {
  if (short === '' && image === '') return parseColour(plain)
  if (/url\(|gradient\(/.test(short + image)) return 'unknown'
  return parseColour(plain) ?? parseColour(/#[0-9a-f]{3,8}|(?:rgb|hsl)a?\([^)]{1,60}\)|[a-z]+/.exec(short)?.[0] ?? '')
}
