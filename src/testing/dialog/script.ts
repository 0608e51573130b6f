/** SMTP dialogues as text. */
import type { Records } from '../../model/resolver.ts'
import type { ZoneLiteral } from '../zone.ts'

/** One line of a dialogue. */
export interface Line {
  /** Its number in the script, from 1. */
  readonly number: number
  /** The side that sends it. */
  readonly by: 'client' | 'server'
  /** Its text, as the script has it. */
  readonly text: string
}

/** A dialogue and its options. */
export interface Script {
  /** The client's address. @default '192.0.2.1' */
  readonly ip: string
  /** Whether the connection begins with TLS. @default false */
  readonly tls: boolean
  /** The reference of the session. @default a random one */
  readonly ref?: string
  /** Users that may authenticate, and their passwords. @default none */
  readonly users: ReadonlyMap<string, string>
  /** The DNS zone, if the script has one. */
  readonly zone?: ZoneLiteral
  /** The dialogue, in order. */
  readonly lines: readonly Line[]
}

/**
 * Parses a script. Options come before the first `C:` or `S:`: `ip: 192.0.2.1`, `ref: 7K2Q9F0D`, `tls`, and
 * as often as needed `user: alice secret` and `zone: example.org MX 10 mx.example.org`; `zone: example.org timeout`
 * makes questions fail.
 * `#` begins a comment line.
 *
 * @throws SyntaxError naming the line.
 */
export function readScript(text: string): Script {
  const options = { ip: '192.0.2.1', tls: false, ref: undefined as string | undefined }
  const records: (readonly [name: string, type: string, value: string])[] = []
  const users = new Map<string, string>()
  const lines: Line[] = []
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const number = index + 1
    const spoken = /^([CS]):(?: (.*))?$/.exec(raw)
    const option = /^(ip|ref|user|zone): *(.*)$/.exec(raw)
    if (spoken) lines.push({ number, by: spoken[1] === 'C' ? 'client' : 'server', text: spoken[2] ?? '' })
    else if (/^\s*(?:#|$)/.test(raw)) continue
    else if (lines.length > 0) throw new SyntaxError(`line ${number}: expected C:, S: or #, found ${raw}`)
    else if (raw.trim() === 'tls') options.tls = true
    else if (option?.[1] === 'ip') options.ip = (option[2] ?? '').trim()
    else if (option?.[1] === 'ref') options.ref = (option[2] ?? '').trim()
    else if (option?.[1] === 'user') users.set(...readUser(option[2] ?? '', number))
    else if (option?.[1] === 'zone') records.push(readRecord(option[2] ?? '', number))
    else throw new SyntaxError(`line ${number}: expected ip:, ref:, user:, zone:, tls, C:, S: or #, found ${raw}`)
  }
  const { ref, ...rest } = options
  return { ...rest, users, lines, ...(ref && { ref }), ...(records.length > 0 && { zone: gather(records) }) }
}

function readUser(text: string, number: number): readonly [user: string, secret: string] {
  const [, user, secret] = /^(\S+) +(.+)$/.exec(text) ?? []
  if (user && secret) return [user, secret]
  throw new SyntaxError(`line ${number}: expected a user and a password, found ${text}`)
}

function readRecord(text: string, number: number): readonly [name: string, type: string, value: string] {
  const [, name, type, value = ''] = /^(\S+) +(\S+)(?: +(.*))?$/.exec(text) ?? []
  const known = type && (value ? Object.hasOwn(readers, type) : /^[a-z-]+$/.test(type))
  if (name && type && known) return [name, type, value.trim()]
  throw new SyntaxError(`line ${number}: expected a name, a type and a record, or a name and a failure, found ${text}`)
}

const readers: Readonly<Record<string, (value: string) => string | Records['MX']>> = {
  A: value => value,
  AAAA: value => value,
  PTR: value => value,
  NS: value => value,
  CNAME: value => value,
  TXT: value => value,
  MX: value => {
    const [priority, exchange = ''] = value.split(' ')
    return { priority: Number(priority), exchange }
  },
}

/** A record that is the name of a failure is not put into an array, where it would be an ordinary string. */
function gather(records: readonly (readonly [name: string, type: string, value: string])[]): ZoneLiteral {
  const names = Map.groupBy(records, ([name]) => name)
  return Object.fromEntries(
    [...names].map(([name, held]) => {
      const [only] = held
      if (only && only[2] === '') return [name, only[1]]
      const types = Map.groupBy(held, ([, type]) => type)
      return [
        name,
        Object.fromEntries(
          [...types].map(([type, rows]) => {
            const values = rows.map(([, , value]) => readers[type]?.(value) ?? value)
            return [type, values.length === 1 ? values[0] : values]
          }),
        ),
      ]
    }),
  ) as ZoneLiteral
}

/** The bytes of a client's line: `\x00` is one byte, other text is UTF-8. */
export const bytesOf = (text: string): Buffer =>
  Buffer.concat(
    text
      .split(/(\\x[0-9a-fA-F]{2})/)
      .map((part, index) => (index % 2 === 1 ? Buffer.from(part.slice(2), 'hex') : Buffer.from(part))),
  )

/**
 * Whether a reply is what an `S:` line says: `550`, `550 5.7.1`, `550 5.7.1 Refused*`, `550 Refused*` (any enhanced
 * status) or `(closed)`. `*` stands for any text.
 */
export function matches(expected: string, reply: readonly string[] | undefined): boolean {
  if (expected === '(closed)') return reply === undefined
  if (reply === undefined) return false
  const [, code, text = ''] = /^(\d{3})[ -]?(.*)$/.exec(expected) ?? []
  return reply.some(found => {
    const [, foundCode, foundText = ''] = /^(\d{3})[ -]?(.*)$/.exec(found) ?? []
    const [, status, rest = ''] = /^([245]\.\d{1,3}\.\d{1,3})(?: (.*))?$/.exec(foundText) ?? []
    return foundCode === code && (text === '' || text === status || like(text, foundText) || like(text, rest))
  })
}

/** Linear: each piece is searched after the one before it. */
function like(pattern: string, text: string): boolean {
  const pieces = pattern.split('*')
  if (pieces.length === 1) return pattern === text
  const [first = ''] = pieces
  const last = pieces.at(-1) ?? ''
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false
  let at = first.length
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return at <= text.length - last.length
}
