/** Style sheets, as far as they hide text from a reader. Linear, and never throws. */
import { parseStyle, type Style } from './style.ts'

/** Rules of one text that are read. */
export const MAX_RULES = 2000
/** Characters of a selector, and of the declarations of one rule. */
const [MAX_SELECTOR_LENGTH, MAX_RULE_LENGTH] = [300, 4096]

/**
 * The rules of a sheet for single classes, elements and ids that can hide text: `.x`, `td`, `#y`. Rules in a block
 * that depends on the width of the screen or the like apply to some readers only, and are skipped.
 *
 * @returns how many rules were read, at most `max`
 */
export function parseSheet(css: string, rules: Map<string, Style>, max: number): number {
  let count = 0
  for (let at = 0; at < css.length && count < max; count++) {
    const open = css.indexOf('{', at)
    if (open < 0) return count
    const selector = css.slice(Math.max(at, open - MAX_SELECTOR_LENGTH), open)
    if (selector.includes('@') && FOR_ALL.test(selector)) {
      at = open + 1
      continue
    }
    const nested = selector.includes('@') && !/@(?:font-face|page)/.test(selector)
    const close = nested ? closing(css, open) : css.indexOf('}', open)
    const stop = close < 0 ? css.length : close
    if (!nested) addRules(selector, css.slice(open + 1, Math.min(stop, open + MAX_RULE_LENGTH)), rules)
    at = stop + 1
  }
  return count
}

/** A block that every reader applies. */
const FOR_ALL = /@(?:media\s+(?:only\s+)?(?:all|screen)|layer(?:\s+[\w.-]{1,80})?)\s*$/i

function addRules(selector: string, body: string, rules: Map<string, Style>): void {
  const written = selector.includes('/*') || selector.includes('<!--') ? selector.replace(COMMENTS, '') : selector
  let style: Style | undefined
  for (const one of written.split(',')) {
    const name = one.replace(CLOSED, '').trim()
    if (!SIMPLE.test(name)) continue
    if (style === undefined && !RELEVANT.test(body)) return
    style ??= parseStyle(body)
    rules.set(name.toLowerCase(), style)
  }
}

const COMMENTS = /\/\*.*?\*\/|<!--/gs
/** The end of a block for every reader. */
const CLOSED = /^[\s}]+/
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
