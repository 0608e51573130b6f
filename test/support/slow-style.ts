/** The reader of styles that looks at every declaration, without short cuts: the oracle of the one in use. */
import { NO_STYLE, type Style, styleOf } from '../../src/html/style.ts'

/** Declarations of one rule, and characters of one declaration. */
const [MAX_DECLARATIONS, MAX_DECLARATION_LENGTH] = [1000, 300]

/** Reads `colour: red; font-size: 0`. */
export function parseStyleSlowly(text: string): Style {
  const found = new Map<string, string>()
  const important = new Map<string, string>()
  let count = 0
  for (let at = 0; at < text.length && count < MAX_DECLARATIONS; count++) {
    const semicolon = text.indexOf(';', at)
    const stop = semicolon < 0 ? text.length : semicolon
    const declaration = text.slice(at, Math.min(stop, at + MAX_DECLARATION_LENGTH)).replace(/\/\*.*?\*\//gs, '')
    const colon = declaration.indexOf(':')
    const name = declaration.slice(0, Math.max(colon, 0)).trim().toLowerCase()
    const value = declaration
      .slice(colon + 1)
      .replace(/!\s*important/i, '')
      .trim()
      .toLowerCase()
    if (name !== '') found.set(name, value)
    if (name !== '' && /!\s*important/i.test(declaration)) important.set(name, value)
    at = stop + 1
  }
  const style = found.size === 0 ? NO_STYLE : styleOf(found)
  const most = styleOf(important)
  return Object.keys(most).length === 0 ? style : { ...style, important: most }
}
