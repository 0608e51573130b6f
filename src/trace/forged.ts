/** Which fields of a message as it came must not stay: those that only we may write (RFC 8601 §5). */
import { readResults } from '../facts/arc/results.ts'
import type { HeaderField, HeaderFields } from '../mime/header.ts'
import { domainOf } from '../net/path.ts'
import { authservId } from './authentication-results.ts'

export interface ForgedOptions {
  /** Our authserv-id. */
  readonly id: string
  /** Names of fields that readers take for ours, in any case. @default [] */
  readonly names?: readonly string[]
}

/**
 * Tells forged fields from others: every Authentication-Results in our name, however it is written, and every field of
 * `names`. What others wrote in their own name stays, as does ARC-Authentication-Results, which seals cover.
 *
 * @example
 * const isForged = forged({ id: 'mx.example.org', names: spamFields })
 * const kept = [...message.header].filter(field => !isForged(field))
 * @throws PosternError when `id` is no host name
 */
export function forged({ id, names = [] }: ForgedOptions): (field: HeaderField) => boolean {
  const own = authservId(id)
  const ours = new Set(names.map(name => name.toLowerCase()))
  return field => ours.has(field.key) || (field.key === 'authentication-results' && isOwn(field.value, own))
}

/** The forged fields of a header section, from the top, with their offsets. */
export const forgedFields = (header: HeaderFields, options: ForgedOptions): readonly HeaderField[] =>
  [...header].filter(forged(options))

// RFC 5451 was read by some as allowing `id/1`.
const isOwn = (value: string, own: string): boolean => domainOf(readResults(value).id.replace(/\/\d+$/, '')) === own
