/**
 * Shortens what names a person: local parts of addresses, hosts, the ends of IP addresses, subjects. What it has
 * shortened it leaves as it is, so that interrupted work can be done again.
 */
import { createHmac } from 'node:crypto'
import type { GatewayEvent } from '../model/events.ts'
import { isRecord } from '../model/options.ts'
import { formatAddress, mask, readAddress } from '../net/address.ts'
import { addressKey, mailboxOf } from '../net/path.ts'
import type { Row } from './row.ts'

const SHORTENED = /^(?:~[0-9a-f]{12}|\*)$/
const IPV4_PREFIX = 24
const IPV6_PREFIX = 48

/** Addresses and IP addresses in a sentence; whether they are is asked again. */
const ADDRESSES = /[^\s<>()[\],;:"']{1,64}@[A-Za-z0-9.-]{1,255}/g
const IPV4 = /(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d/]|\.\d)/g
const IPV6 = /(?<![0-9A-Za-z:.])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,45}(?![0-9A-Za-z:/])/g

export class Shortener {
  readonly #key: string | undefined

  /** @param key of the hash that stands for a person; without one the name is left out */
  constructor(key: string | undefined) {
    this.#key = key
  }

  /** `~5d41402abc4b@example.org`, or `*@example.org`. */
  address(path: string): string {
    if (path === '') return path
    const mailbox = mailboxOf(path)
    if (SHORTENED.test(mailbox.local)) return path
    return `${this.#name(addressKey(mailbox))}${mailbox.domain === '' ? '' : `@${mailbox.domain}`}`
  }

  /** `192.0.2.0/24`, `2001:db8::/48`; as it came where it is no address. */
  ip(text: string): string {
    const words = new Uint32Array(4)
    const width = readAddress(text, words)
    if (width === 0) return text
    const prefix = width === 1 ? IPV4_PREFIX : IPV6_PREFIX
    mask(words, width, prefix)
    return `${formatAddress(words, width)}/${prefix}`
  }

  /** The name of a host without its first label, if two are left. */
  host(name: string): string {
    if (name.includes('/')) return name
    const [first = '', ...rest] = name.split('.')
    const bare = name.replace(/^\[(?:IPv6:)?(.*)\]$/i, '$1')
    if (bare !== name || readAddress(bare, new Uint32Array(4)) > 0) return this.ip(bare)
    return rest.length < 2 || SHORTENED.test(first) ? name : ['*', ...rest].join('.')
  }

  /** A sentence, with the addresses in it shortened. */
  text(words: string): string {
    return words
      .replace(ADDRESSES, found => this.address(found))
      .replace(IPV4, found => this.ip(found))
      .replace(IPV6, found => this.#ipIn(found))
  }

  /** The sentence may go on behind an address: with a full stop, or a colon. */
  #ipIn(found: string): string {
    const bare = found.replace(/[.:]{1,3}$/, '')
    const short = this.ip(found)
    return short === found && bare !== found ? `${this.ip(bare)}${found.slice(bare.length)}` : short
  }

  /** The event without what names a person. Actions of people stay as they are: they are the record of who did what. */
  event(event: GatewayEvent): GatewayEvent {
    return event.type === 'action' ? event : (this.#walk(event) as GatewayEvent)
  }

  row<T extends Row>(row: T): T {
    return {
      ...row,
      ip: row.ip === null ? null : this.ip(row.ip),
      reverse_path: this.address(row.reverse_path),
      recipient: this.address(row.recipient),
      author: row.author === null ? null : this.address(row.author),
      subject: null,
      message_id: row.message_id === null ? null : this.#messageId(row.message_id),
    }
  }

  #walk(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(item => this.#walk(item))
    if (!isRecord(value)) return value
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => key !== 'subject')
        .map(([key, inner]) => [key, typeof inner === 'string' ? this.#field(key, inner) : this.#walk(inner)]),
    )
  }

  #field(key: string, value: string): string {
    switch (key) {
      case 'reversePath':
      case 'recipient':
      case 'from':
        return this.address(value)
      case 'user':
        return value.includes('@') || SHORTENED.test(value) ? this.address(value) : this.#name(value)
      case 'messageId':
        return this.#messageId(value)
      case 'ip':
        return this.ip(value)
      case 'helo':
        return this.host(value)
      case 'reason':
      case 'text':
      case 'by':
        return this.text(value)
      default:
        return value
    }
  }

  #messageId(id: string): string {
    const bare = id.replace(/^<(.*)>$/s, '$1')
    return `<${this.address(bare)}>`
  }

  #name(of: string): string {
    return this.#key === undefined ? '*' : `~${createHmac('sha256', this.#key).update(of).digest('hex').slice(0, 12)}`
  }
}
