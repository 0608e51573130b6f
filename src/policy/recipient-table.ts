/** Values by recipient: that of the address first, then that of its domain, then those of the domains above it. */
import { domainToASCII } from 'node:url'

/** Looks up what was given for `bob@example.org`, `example.org`, or `.example.org` (every domain below it). */
export class RecipientTable<T> {
  readonly #entries: ReadonlyMap<string, T>

  constructor(entries: Iterable<readonly [name: string, value: T]>) {
    this.#entries = new Map(Array.from(entries, ([name, value]) => [normalized(name), value]))
  }

  get size(): number {
    return this.#entries.size
  }

  /** The most specific entry for a forward-path; undefined if there is none. */
  of(forwardPath: string | undefined): T | undefined {
    if (forwardPath === undefined || this.#entries.size === 0) return undefined
    const path = normalized(forwardPath)
    const domain = path.slice(path.lastIndexOf('@') + 1)
    const exact = this.#entries.get(path) ?? this.#entries.get(domain)
    if (exact !== undefined) return exact
    const labels = domain.split('.')
    for (let above = 1; above < labels.length; above += 1) {
      const found = this.#entries.get(`.${labels.slice(above).join('.')}`)
      if (found !== undefined) return found
    }
    return undefined
  }
}

/** Lower case, the domain as A-labels. */
function normalized(name: string): string {
  const at = name.lastIndexOf('@')
  const domain = name.slice(at + 1).replace(/\.$/, '')
  const dot = domain.startsWith('.') ? '.' : ''
  const ascii = domainToASCII(domain.slice(dot.length)) || domain.slice(dot.length)
  return `${name.slice(0, at + 1)}${dot}${ascii}`.toLowerCase()
}
