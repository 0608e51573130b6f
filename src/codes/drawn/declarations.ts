/** Reads the declarations of CSS that place and paint boxes. */

/** Values in lower case by property. */
export type Declarations = ReadonlyMap<string, string>

/** Characters of one list of declarations, and declarations in it. */
const [MAX_LENGTH, MAX_DECLARATIONS] = [2000, 60]

export function declarationsIn(text: string): Declarations {
  const found = new Map<string, string>()
  for (const declaration of text.slice(0, MAX_LENGTH).split(';', MAX_DECLARATIONS)) {
    const colon = declaration.indexOf(':')
    if (colon < 0) continue
    const value = declaration
      .slice(colon + 1)
      .trim()
      .toLowerCase()
    found.set(declaration.slice(0, colon).trim().toLowerCase(), value.replace(/!\s*important$/, '').trimEnd())
  }
  return found
}

/**
 * Adds the rules of a sheet by the last element, class or id of their selectors: `table.code td.dark` is `td.dark`.
 * Rules in blocks such as `@media` are read as if they stood outside.
 */
export function readSheet(css: string, rules: Map<string, Declarations>, max: number): void {
  const plain = css.includes('/*') ? css.replace(/\/\*[^*]{0,500}\*\//g, '') : css
  for (const rule of plain.split('}')) {
    const open = rule.lastIndexOf('{')
    if (open < 0) continue
    const style = declarationsIn(rule.slice(open + 1))
    const start = Math.max(rule.lastIndexOf('{', open - 1) + 1, open - MAX_LENGTH)
    for (const selector of rule.slice(start, open).split(',', MAX_DECLARATIONS)) {
      const last = lastPart(selector.trim().slice(-80).toLowerCase())
      if (last === '' || rules.size >= max) continue
      rules.set(last, new Map([...(rules.get(last) ?? []), ...style]))
    }
  }
}

/** The element, class or id at the end of a selector. */
function lastPart(selector: string): string {
  let start = selector.length
  while (start > 0 && /[\w.#-]/.test(selector.charAt(start - 1))) start--
  return selector.slice(start)
}
