/**
 * Parses an ARC-Message-Signature: a DKIM-Signature without v=, in which i= is the number of the set (RFC 8617 §4.1.2).
 */
import { type Claim, readSignature } from '../dkim/signature.ts'
import { listOf, readTags } from '../dkim/tags.ts'

/**
 * @param field the whole field as Latin-1
 * @param now in milliseconds since 1970
 */
export function readMessageSignature(field: string, now: number): Claim {
  const colon = field.indexOf(':') + 1
  const text = field.slice(colon, field.endsWith('\r\n') ? -2 : undefined)
  const tags = readTags(text)
  if ('malformed' in tags) return readSignature(field, now)
  const others = [...tags].filter(([name]) => name !== 'i' && name !== 'v')
  const list = others.map(([name, { value }]) => `${name}=${name === 'h' ? withoutGaps(value) : value}`)
  const claim = readSignature(`:v=1;${list.join(';')}`, now)
  if (claim.refused !== undefined) return claim
  const { start, end } = tags.get('b') ?? { start: 0, end: 0 }
  const signedField = `${field.slice(0, colon)}${text.slice(0, start)}${text.slice(end)}`
  return { ...claim, terms: { ...claim.terms, signedField } }
}

// Sealers in use leave empty entries in h=. They name no field, so they sign none.
const withoutGaps = (names: string): string =>
  listOf(names)
    .filter(name => name !== '')
    .join(':')
