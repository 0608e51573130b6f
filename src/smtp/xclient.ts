/** XCLIENT: a trusted proxy says who the client is (Postfix, XCLIENT_README). */

import { canonical } from '../net/address.ts'
import { isUnknown } from '../net/unknown.ts'
import { decodeXtext } from './paths.ts'

/** What XCLIENT says of the client. An attribute that is not known to the proxy is absent. */
export interface XclientAttributes {
  readonly ip?: string
  readonly helo?: string
  readonly user?: string
}

const NAMES = new Set(['NAME', 'ADDR', 'PORT', 'PROTO', 'HELO', 'LOGIN', 'DESTADDR', 'DESTPORT', 'REVERSE_NAME'])

/** @returns undefined when an attribute is malformed or not known */
export function readXclient(text: string): XclientAttributes | undefined {
  let read: XclientAttributes = {}
  const words = text.split(' ').filter(word => word !== '')
  if (words.length === 0) return undefined
  for (const word of words) {
    const at = word.indexOf('=')
    const name = word.slice(0, at).toUpperCase()
    const coded = word.slice(at + 1)
    const value = decodeXtext(coded)
    if (at < 1 || !NAMES.has(name) || value === undefined) return undefined
    if (isUnknown(coded)) continue
    if (name === 'ADDR') {
      const ip = canonical(value.replace(/^IPV6:/i, ''))
      if (ip === undefined) return undefined
      read = { ...read, ip }
    } else if (name === 'HELO') read = { ...read, helo: value }
    else if (name === 'LOGIN' && value !== '') read = { ...read, user: value }
  }
  return read
}
