/** A set of addresses, and of domains in which every address is known. */
import { findName, readMailbox, readName } from '../../../net/names.ts'
import { domainOf } from '../../../net/path.ts'

export class AddressSet {
  readonly #addresses = new Set<string>()
  readonly #domains = new Map<string, true>()

  /** `bob@example.org`, or `@example.org` for all of a domain. @returns false for what is neither */
  add(entry: string): boolean {
    const key = entry.startsWith('@') ? readName(entry.slice(1)) : readMailbox(entry)
    if (typeof key !== 'string') return false
    if (entry.startsWith('@')) this.#domains.set(key, true)
    else this.#addresses.add(key)
    return true
  }

  has(address: string): boolean {
    if (this.#addresses.has(address)) return true
    return findName(this.#domains, domainOf(address.slice(address.lastIndexOf('@') + 1))) === true
  }

  get size(): number {
    return this.#addresses.size + this.#domains.size
  }
}
