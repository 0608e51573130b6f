/** Reads reverse-paths and forward-paths into the form in which they are compared with lists. */
import { domainToASCII } from 'node:url'

/** One mailbox. `<postmaster>` has no domain (RFC 5321 §4.5.1). */
export interface Mailbox {
  /** As written, without quotes that are not needed. */
  readonly local: string
  /** In lower case and A-labels, without a final dot; '' if there is none. */
  readonly domain: string
}

/**
 * Splits a path. A source route is ignored (RFC 5321 §4.1.1.3: it must be accepted and should be ignored) and a quoted
 * local-part is unquoted, so that neither `<@a:bob@example.org>` nor `<"bob"@example.org>` evades a list.
 */
export function mailboxOf(path: string): Mailbox {
  const start = path.startsWith('@') ? path.indexOf(':') + 1 : 0
  const at = path.lastIndexOf('@')
  if (at < start) return { local: unquoted(path.slice(start)), domain: '' }
  return { local: unquoted(path.slice(start, at)), domain: domainOf(path.slice(at + 1)) }
}

/** A domain as it is compared: lower case, A-labels, no final dot. What has no such form is only put in lower case. */
export function domainOf(text: string): string {
  const lower = text.toLowerCase()
  const isKept = !/[^\x21-\x7e]/.test(lower) || REWRITTEN.test(lower) || lower.length > MAX_NAME_LENGTH
  const ascii = isKept ? lower : domainToASCII(lower) || lower
  return ascii.endsWith('.') ? ascii.slice(0, -1) : ascii
}

// domainToASCII reads as a browser does: it drops tabs and line ends and decodes %41, which would turn one name into
// another.
const REWRITTEN = /[\x00-\x20%\x7f]/
// RFC 5321 §4.5.3.1.2 allows a domain 255 bytes.
const MAX_NAME_LENGTH = 255

const unquoted = (local: string): string =>
  local.length > 1 && local.startsWith('"') && local.endsWith('"') ? local.slice(1, -1).replace(/\\(.)/gs, '$1') : local

/**
 * One key for a mailbox: the local-part in lower case unless `caseSensitive`, because few hosts are (RFC 5321 §2.4).
 */
export const addressKey = ({ local, domain }: Mailbox, { caseSensitive = false } = {}): string =>
  `${caseSensitive ? local : local.toLowerCase()}@${domain}`
