/** The elements that are open, and whether what stands in them is seen. Bounded in depth, and in the work for each tag. */
import type { Hiding } from './reading.ts'
import { type Colour, isSame, parseColour, parseStyle, type Style } from './style.ts'

export interface Elements {
  enter(name: string, attributes: ReadonlyMap<string, string>): void
  leave(name: string): void
  /** The innermost element; '' outside of all. */
  name(): string
  /** Why what stands here is not seen. */
  hiding(): Hiding | undefined
  isBlock(name: string): boolean
}

interface Open {
  readonly name: string
  readonly colour: Colour
  readonly background: Colour
  readonly fontSize: number
  readonly visible: boolean
  /** Nothing inside can undo it. */
  readonly removed: Hiding | undefined
}

/** Elements that are kept; deeper ones show as the last that is. */
const MAX_DEPTH = 256
/** How far up an end tag looks for its beginning. */
const MAX_REACH = 40
const MAX_TINY_FONT = 2

const page: Open = {
  name: '',
  colour: [0, 0, 0],
  background: [255, 255, 255],
  fontSize: 16,
  visible: true,
  removed: undefined,
}

/** @param sheet the rules seen so far, by selector; filled by whoever reads the style sheets. */
export function elements(sheet: ReadonlyMap<string, Style>): Elements {
  const stack: Open[] = [page]
  const styles = styleReader()
  let beyond = 0
  const top = (): Open => stack.at(-1) ?? page

  const leave = (name: string): void => {
    if (beyond > 0) {
      beyond--
      return
    }
    const least = Math.max(1, stack.length - MAX_REACH)
    for (let index = stack.length - 1; index >= least; index--) {
      if (stack[index]?.name !== name) continue
      stack.length = index
      return
    }
  }
  return {
    enter: (name, attributes) => {
      if (beyond === 0) for (const implied of IMPLIED.get(name) ?? []) if (top().name === implied) leave(implied)
      if (VOID.has(name)) return
      if (stack.length >= MAX_DEPTH) beyond++
      else stack.push(inside(top(), name, attributes, { sheet, styles }))
    },
    leave,
    name: () => top().name,
    hiding: () => hidingOf(top()),
    isBlock: name => BLOCKS.has(name),
  }
}

interface Sources {
  readonly sheet: ReadonlyMap<string, Style>
  readonly styles: (text: string) => Style
}

/** The same few styles stand on hundreds of elements. */
function styleReader(): (text: string) => Style {
  const known = new Map<string, Style>()
  return text => {
    const style = known.get(text) ?? parseStyle(text)
    if (known.size < 200) known.set(text, style)
    return style
  }
}

function inside(outer: Open, name: string, attributes: ReadonlyMap<string, string>, { sheet, styles }: Sources): Open {
  if (NOT_RENDERED.has(name)) return { ...outer, name, removed: outer.removed ?? 'unshown-element' }
  if (attributes.size === 0 && sheet.size === 0) return { ...outer, name }
  const style = styleOf(name, attributes, { sheet, styles })
  const off = style.notDisplayed || attributes.has('hidden') ? 'not-displayed' : style.offPage ? 'off-page' : undefined
  return {
    name,
    colour: style.colour ?? outer.colour,
    background: style.background && style.background !== 'transparent' ? style.background : outer.background,
    fontSize: style.fontSize ?? outer.fontSize,
    visible: style.visibility ? style.visibility === 'visible' : outer.visible,
    removed: outer.removed ?? off,
  }
}

function styleOf(name: string, attributes: ReadonlyMap<string, string>, { sheet, styles }: Sources): Style {
  const classes = sheet.size === 0 ? [] : (attributes.get('class')?.trim().toLowerCase().split(/\s+/, 10) ?? [])
  const id = attributes.get('id')?.trim().toLowerCase()
  const selectors = [name, ...classes.flatMap(one => [`.${one}`, `${name}.${one}`]), ...(id ? [`#${id}`] : [])]
  const rules = sheet.size === 0 ? [] : selectors.flatMap(selector => sheet.get(selector) ?? [])
  const ground = attributes.get('bgcolor')
  const background = attributes.has('background') ? 'unknown' : parseColour(ground ?? '')
  const colour = parseColour(attributes.get(name === 'body' ? 'text' : 'color') ?? '')
  const size = name === 'font' ? FONT_SIZES[Number(attributes.get('size'))] : undefined
  const written = attributes.get('style')
  const own: Style = {
    ...(background && { background }),
    ...(colour && { colour }),
    ...(size !== undefined && { fontSize: size }),
  }
  let merged = own
  for (const rule of [...rules, ...(written === undefined ? [] : [styles(written)])]) merged = { ...merged, ...rule }
  return merged
}

/** `<font size=0>` is shown as 1. */
const FONT_SIZES = [10, 10, 13, 16, 18, 24, 32, 48]

function hidingOf({ removed, visible, fontSize, colour, background }: Open): Hiding | undefined {
  if (removed) return removed
  if (!visible) return 'not-displayed'
  if (fontSize <= MAX_TINY_FONT) return 'tiny'
  return colour === 'transparent' || isSame(colour, background) ? 'same-colour' : undefined
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const VOID = words('area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr')
const NOT_RENDERED = words('title template datalist noembed noframes rp')
const BLOCKS = words(
  'address article aside blockquote body br center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 ' +
    'head header hr html legend li main nav ol option p pre section summary table tbody td tfoot th thead title tr ul',
)

/** Elements that end when another begins, though no end tag stands there. */
const IMPLIED: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...['p', 'div', 'table', 'ul', 'ol', 'h1', 'h2', 'h3', 'h4', 'hr', 'center', 'form', 'blockquote', 'pre'].map(
    name => [name, ['p']] as const,
  ),
  ['li', ['p', 'li']],
  ['td', ['p', 'td', 'th']],
  ['th', ['p', 'td', 'th']],
  ['tr', ['p', 'td', 'th', 'tr']],
  ['option', ['option']],
  ['dd', ['p', 'dd', 'dt']],
  ['dt', ['p', 'dd', 'dt']],
  ['a', ['a']],
  ['body', ['head', 'title']],
])
