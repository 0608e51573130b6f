/** Values by recipient: that of the address first, then that of its domain, then those of the domains above it. */
import { addressKey, domainOf, type Mailbox, mailboxOf } from '../net/path.ts'

/** More labels than this no domain of 255 bytes has. */
const MAX_LABELS = 127

/** Looks up what was given for `bob@example.org`, `example.org`, or `.example.org` (every domain below it). */
export class RecipientTable<T> {
  readonly #entries: ReadonlyMap<string, T>

  constructor(entries: Iterable<readonly [name: string, value: T]>) {
    this.#entries = new Map(Array.from(entries, ([name, value]) => [keyOf(name), value]))
  }

  get size(): number {
    return this.#entries.size
  }

  /**
   * The most specific entry for a forward-path; undefined if there is none. What was given for `bob@example.org`
   * applies to `bob+shop@example.org` too, and to each other spelling of the address: a client chooses the spelling.
   */
  of(forwardPath: string | undefined): T | undefined {
    if (forwardPath === undefined || this.#entries.size === 0) return undefined
    const mailbox = mailboxOf(forwardPath)
    const { domain } = mailbox
    const names = [addressKey(mailbox), addressKey(withoutTag(mailbox)), domain]
    const exact = names.find(name => this.#entries.has(name))
    if (exact !== undefined) return this.#entries.get(exact)
    const labels = domain.split('.', MAX_LABELS + 1)
    if (labels.length > MAX_LABELS) return undefined
    for (let above = 1; above < labels.length; above += 1) {
      const found = this.#entries.get(`.${labels.slice(above).join('.')}`)
      if (found !== undefined) return found
    }
    return undefined
  }
}

function keyOf(name: string): string {
  if (name.includes('@')) return addressKey(mailboxOf(name))
  return name.startsWith('.') ? `.${domainOf(name.slice(1))}` : domainOf(name)
}

/** RFC 5233: what stands behind a `+` is for the recipient to sort by. */
function withoutTag({ local, domain }: Mailbox): Mailbox {
  const plus = local.indexOf('+')
  return { local: plus > 0 ? local.slice(0, plus) : local, domain }
}
