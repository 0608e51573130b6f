/** The code of a page: its scripts and handlers as they run, and addresses as browsers read them. */

/** A piece of code. */
export interface PageScript {
  readonly code: string
  /** How it is written: `<script`, `onload=`, `javascript:`. */
  readonly as: string
  /** It runs when a person does something, not by itself. */
  readonly onAction: boolean
}

/** Different handlers of one page. */
const MAX_HANDLERS = 50_000

/** A page has many handlers, which are much alike: those that run alike are read as one script. */
export class Handlers {
  cut = false
  readonly #lists = new Map<boolean, PageScript[]>()
  readonly #codes = new Set<string>()

  add(script: PageScript): void {
    if (this.#codes.has(script.code)) return
    if (this.#codes.size >= MAX_HANDLERS) {
      this.cut = true
      return
    }
    this.#codes.add(script.code)
    const list = this.#lists.get(script.onAction)
    if (list) list.push(script)
    else this.#lists.set(script.onAction, [script])
  }

  scripts(): readonly PageScript[] {
    return [...this.#lists].map(([onAction, list]) => ({
      code: list.map(({ code }) => code).join('\n;'),
      as: list[0]?.as ?? '',
      onAction,
    }))
  }
}

/** The name without the prefix of its namespace. */
export const localName = (name: string): string => {
  const colon = name.lastIndexOf(':')
  return colon < 0 ? name : name.slice(colon + 1)
}

/** An address as browsers read it: without tabs, line ends, and control characters around it. */
export const withoutControls = (url: string): string => url.replace(/[\t\n\r]/g, '').replace(/^[\0- ]+|[\0- ]+$/g, '')

/** Without the marks of CDATA; a script in a drawing has entities (HTML §13.2.6.5: foreign content). */
export function plainCode(code: string, isForeign: boolean): string {
  const plain = code.includes('<![CDATA[') ? code.replaceAll('<![CDATA[', ' ').replaceAll(']]>', ' ') : code
  if (!isForeign || !plain.includes('&#')) return plain
  return plain.replace(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));?/gi, (entity, hex?: string, decimal?: string) => {
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return point <= 0x10ffff ? String.fromCodePoint(point) : entity
  })
}
