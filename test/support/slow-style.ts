/** The reader of styles that looks at every declaration, without short cuts: the oracle of the one in use. */
import { NO_STYLE, type Style, styleOf } from '../../src/html/style.ts'

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
  return found.size === 0 ? NO_STYLE : styleOf(found)
}

export function parseSheetSlowly(css: string, rules: Map<string, Style>, max: number): number {
  let count = 0
  for (let at = 0; at < css.length && count < max; count++) {
    const open = css.indexOf('{', at)
    if (open < 0) return count
    const selector = css.slice(Math.max(at, open - MAX_DECLARATION_LENGTH), open)
    if (/@(?:media\s+(?:only\s+)?(?:all|screen)|layer(?:\s+[\w.-]{1,80})?)\s*$/i.test(selector)) {
      at = open + 1
      continue
    }
    const nested = selector.includes('@') && !/@(?:font-face|page)/.test(selector)
    const close = nested ? closing(css, open) : css.indexOf('}', open)
    const stop = close < 0 ? css.length : close
    if (!nested) {
      const body = css.slice(open + 1, Math.min(stop, open + 4096))
      const style = RELEVANT.test(body) ? parseStyleSlowly(body) : undefined
      const names = style ? selector.replace(/\/\*.*?\*\/|<!--/gs, '').split(',') : []
      for (const one of names) {
        const name = one
          .replace(/^[\s}]+/, '')
          .trim()
          .toLowerCase()
        if (style && SIMPLE.test(name)) rules.set(name, style)
      }
    }
    at = stop + 1
  }
  return count
}

const RELEVANT =
  /--|display|visibility|opacity|size|color|background|height|width|mso-hide|indent|left|top|right|bottom|font|transform|margin|inset|clip|scale|translate|filter|zoom|spacing|direction|bidi|flex|float/i
const SIMPLE = /^(?::root|[a-z][a-z0-9]{0,20}|[a-z0-9]{0,20}[.#][\w-]{1,80})$/i

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
