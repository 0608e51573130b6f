/**
 * Finds the fields of a received message that must be removed, because only this server may write them (RFC 8601 §5).
 */

import { readStructured } from '../mime/header/structured.ts'
import { decodeWords } from '../mime/header/words.ts'
import { type HeaderField, type HeaderFields, isFieldName } from '../model/header.ts'
import { domainOf } from '../net/path.ts'
import { authservId } from './authentication-results.ts'
import { REFERENCE_FIELD } from './reference.ts'

/** The options of {@link forged}. */
export interface ForgedOptions {
  /** The authserv-id of this server. */
  readonly id: string
  /** Further authserv-ids of this server. @default [] */
  readonly ids?: readonly string[]
  /** Names of further fields that only this server may write, in any case. @default [] */
  readonly names?: readonly string[]
}

/**
 * Makes a test for forged fields: every Authentication-Results with an authserv-id of this server or an unreadable one,
 * and the trace fields that only the last server may write: Return-Path, Received-SPF, X-Postern-Ref, X-Spam-* and
 * `names`. The Authentication-Results of other servers stay, and so does ARC-Authentication-Results, which seals cover.
 *
 * @example
 * const isForged = forged({ id: 'mx.example.org' })
 * const kept = [...message.header].filter(field => !isForged(field))
 * @throws PosternError when an id is not a host name
 */
export function forged({ id, ids = [], names = [] }: ForgedOptions): (field: HeaderField) => boolean {
  const own = new Set([id, ...ids].map(authservId))
  const ours = new Set([...LAST_SERVER_FIELDS, ...names.map(name => name.toLowerCase())])
  return field => {
    const isPlain = isFieldName(field.name) && !field.name.startsWith('=?')
    const name = isPlain ? field.key : readableName(field)
    if (name === 'authentication-results') return !isPlain || !isOfAnother(field.value, own)
    return ours.has(name) || SPAM_FIELD.test(name)
  }
}

/** The forged fields of a header section, from the top, with their offsets. */
export const forgedFields = (header: HeaderFields, options: ForgedOptions): readonly HeaderField[] =>
  [...header].filter(forged(options))

/** RFC 5321 §4.4 reserves Return-Path for the last server; later programs trust Received-SPF and the reference. */
const LAST_SERVER_FIELDS = ['return-path', 'received-spf', REFERENCE_FIELD.toLowerCase()] as const

/** X-Spam, X-Spam-Status, X-Spam_score, X-Spamd-Result: sorting rules match each of them. */
const SPAM_FIELD = /^x-spamd?(?:$|[-_])/

const MAX_NAME_LENGTH = 1_000
const INVISIBLE = /[\s\p{Cc}\p{Default_Ignorable_Code_Point}]+/gu

/** A name as the most lenient reader sees it: without folds, spaces and invisible characters, encoded words decoded. */
function readableName({ raw }: HeaderField): string {
  const start = raw.toString('utf8', 0, MAX_NAME_LENGTH)
  const word = /^\s*=\?[^?]*\?[^?]*\?[^?]*\?=/.exec(start)?.[0]
  const name = start.slice(0, start.indexOf(':', word?.length ?? 0) >>> 0)
  return withoutColons(decodeWords(name).replace(INVISIBLE, '')).toLowerCase()
}

const MAX_ID_LENGTH = 16_384

/**
 * Whether all readers read the same id and it is not ours. Our name before the first semicolon makes the field forged
 * even in a comment, because readers differ in where a comment ends.
 */
function isOfAnother(value: string, own: ReadonlySet<string>): boolean {
  const first = idOf(value)
  if (first === undefined) return false
  const [id = '', version = '1', ...more] = first.text.split(' ')
  if (more.length > 0 || !/^\d+$/.test(version) || !READABLE_ID.test(id)) return false
  // Some implementations of RFC 5451 write `id/1`.
  if (own.has(domainOf(id.replace(/\/\d+$/, '')))) return false
  const before = first.before.toLowerCase()
  return !/[("]/.test(before) || ![...own].some(name => before.includes(name))
}

/** A token, or a name with letters of any language (RFC 8601 §2.2, RFC 6532). */
const READABLE_ID = /^[\w.!#$%&'*+^`{|}~/\-\p{L}\p{M}\p{N}]+$/u

/** The text before the first semicolon, with and without comments; undefined when quotes or comments do not end. */
function idOf(value: string): { readonly text: string; readonly before: string } | undefined {
  let text = ''
  let end = value.length
  const read = readStructured(value.slice(0, MAX_ID_LENGTH), (character, kind, index) => {
    if (kind === 'plain' && character === ';') {
      end = index
      return true
    }
    text += kind === 'comment' ? ' ' : character
    return false
  })
  if (read === 'open' || (read === 'whole' && value.length > MAX_ID_LENGTH)) return undefined
  return { text: normalized(text), before: value.slice(0, end) }
}

const normalized = (text: string): string =>
  text
    .replace(/\p{Default_Ignorable_Code_Point}+/gu, '')
    .replace(/\s+/g, ' ')
    .trim()

/** A loop, because a regular expression for trailing colons would be quadratic. */
function withoutColons(name: string): string {
  let end = name.length
  while (end > 0 && name[end - 1] === ':') end -= 1
  return name.slice(0, end)
}
