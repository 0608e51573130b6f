/** Reads the arguments of MAIL and RCPT: a path and its parameters (RFC 5321 §4.1.1.2, §4.1.2, RFC 3461 §4). */
import { isAscii } from 'node:buffer'
import { canonical } from '../net/address.ts'

export type Parameters = ReadonlyMap<string, string | undefined>

/** A path and the parameters behind it. */
export interface PathArgument {
  /** The address without its angle brackets; '' is the null reverse-path. */
  readonly path: string
  readonly parameters: Parameters
  /** There are bytes beyond US-ASCII in the path. */
  readonly eightBit: boolean
}

/** RFC 5321 §4.5.3.1.3 allows 256 bytes for a path; old source routes are longer. */
const MAX_PATH_LENGTH = 1024
const MAX_PARAMETERS = 16
/** RFC 5321 §4.1.2: a keyword, and a value without `=`, blanks and control characters. */
const PARAMETER = /^([A-Za-z0-9][A-Za-z0-9-]{0,63})(?:=([^\0-\x20=\x7f]{1,1024}))?$/

/**
 * Reads what follows `MAIL` or `RCPT`. Some clients put one blank behind the colon; that is read as well.
 *
 * @returns `malformed` names the part that cannot be read
 */
export function readPathArgument(
  line: Buffer,
  keyword: 'FROM' | 'TO',
): PathArgument | { readonly malformed: 'path' | 'parameters' } {
  const text = line.toString(isAscii(line) ? 'latin1' : 'utf8')
  const start = new RegExp(`^${keyword}: ?`, 'i').exec(text)
  if (start === null) return { malformed: 'parameters' }
  const rest = text.slice(start[0].length)
  const end = endOfPath(rest)
  if (end === undefined) return { malformed: 'path' }
  const path = rest.slice(1, end)
  if (!isPath(path, keyword === 'TO')) return { malformed: 'path' }
  const parameters = readParameters(rest.slice(end + 1))
  if (parameters === undefined) return { malformed: 'parameters' }
  return { path, parameters, eightBit: !/^[\0-\x7f]*$/.test(path) }
}

/** The place of the closing bracket; a `>` inside a quoted local part does not close. */
function endOfPath(text: string): number | undefined {
  if (text[0] !== '<') return undefined
  let quoted = false
  for (let at = 1; at < text.length && at <= MAX_PATH_LENGTH; at++) {
    const char = text[at]
    if (char === '\\' && quoted) at++
    else if (char === '"') quoted = !quoted
    else if (char === '>' && !quoted) return at
  }
  return undefined
}

const CONTROL = /[\0-\x1f\x7f\ufffd]/
/**
 * RFC 5321 §4.5.3.1.3: 256 with the brackets. Its 64 for a local part are exceeded by systems that write a recipient
 * into their return address, and answers to those must be taken.
 */
const MAX_MAILBOX_LENGTH = 254
/**
 * A dot-string, or a quoted string. Dots may stand side by side and at the ends, which RFC 5321 §4.1.2 does not allow:
 * mobile carriers gave out such addresses, and their users still write from them.
 */
const LOCAL = /^(?:[^\s"(),:;<>@[\\\]]+|"(?:[^"\\]|\\.)*")$/
/** Letters, digits, hyphens, underscores and what is beyond US-ASCII (RFC 6531 §3.3), between single dots. */
const DOMAIN = /^(?:[\w-]|[^\0-\x7f])+(?:\.(?:[\w-]|[^\0-\x7f])+)*$/
const LITERAL = /^\[(IPv6:)?([0-9A-Fa-f:.]{2,45})\]$/i
/** RFC 5321 §4.1.1.3: source routes are read, and left to the recipients filter to refuse. */
const ROUTE = /^@[^\s"():;<>[\\\]]+:/

/** RFC 5321 §4.5.1: `<postmaster>` alone needs no domain. The null path is for senders only. */
export function isPath(path: string, isForward: boolean): boolean {
  if (path === '') return !isForward
  if (CONTROL.test(path)) return false
  const mailbox = path.replace(ROUTE, '')
  const at = mailbox.lastIndexOf('@')
  if (at < 0) return isForward && mailbox.toLowerCase() === 'postmaster'
  const local = mailbox.slice(0, at)
  return mailbox.length <= MAX_MAILBOX_LENGTH && LOCAL.test(local) && isDomain(mailbox.slice(at + 1))
}

function isDomain(domain: string): boolean {
  const [, version6, address] = LITERAL.exec(domain) ?? []
  if (address === undefined) return DOMAIN.test(domain)
  const ip = canonical(address)
  return ip !== undefined && address.includes(':') === (version6 !== undefined)
}

/** @returns undefined when a parameter is malformed, or is named twice (RFC 5321 §4.1.1.11 has each once) */
function readParameters(text: string): Parameters | undefined {
  const parameters = new Map<string, string | undefined>()
  if (text === '') return parameters
  if (text[0] !== ' ') return undefined
  for (const word of text.split(' ')) {
    if (word === '') continue
    const [, name, value] = PARAMETER.exec(word) ?? []
    if (name === undefined) return undefined
    const key = name.toUpperCase()
    if (parameters.has(key) || parameters.size === MAX_PARAMETERS) return undefined
    parameters.set(key, value)
  }
  return parameters
}

/**
 * Decodes xtext (RFC 3461 §4): `+XX` stands for one byte. Control characters would let a client put its own lines into
 * what is sent on, so they are refused.
 */
export function decodeXtext(text: string): string | undefined {
  if (!/^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/.test(text)) return undefined
  const decoded = text.replace(/\+([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return /[\0-\x1f\x7f]/.test(decoded) ? undefined : decoded
}
