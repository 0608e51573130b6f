/** Replaces what collectors have removed by something plausible, so that no rule sees the redaction. */
import { createHash } from 'node:crypto'
import { addressIn, domainIn, type Field, rewritten } from './fields.ts'

/** The recipient in place of a redacted one. */
export const OURS = 'bob@example.org'

const FIRST = [
  'anna',
  'brian',
  'carla',
  'david',
  'elena',
  'frank',
  'grace',
  'henry',
  'irene',
  'james',
  'karen',
  'louis',
]
const LAST = ['adler', 'baker', 'costa', 'dixon', 'evans', 'fischer', 'grant', 'harris', 'ivanov', 'jensen', 'klein']
const DOMAINS = ['northgate-consulting.com', 'adlerbau.de', 'costa-fils.fr', 'harbour-foods.co.uk', 'lindenhof-kg.de']

/** A made-up author: the same for the same message, at a domain that was recorded or an ordinary one. */
function authorOf(digest: Buffer, domain: string | undefined): string {
  const at = <T>(list: readonly T[], place: number) => list[(digest[place] ?? 0) % list.length] as T
  return `${at(FIRST, 0)}.${at(LAST, 1)}@${domain ?? at(DOMAINS, 2)}`
}

const REDACTED = /\[removed\]|phish(?:ing)?@pot/i

/** @param recordedDomain the author's domain by DMARC, where the receiver recorded it */
export function withoutRedactions(
  fields: readonly Field[],
  bytes: Uint8Array,
  recordedDomain: string | undefined,
): readonly Field[] {
  const digest = createHash('sha1').update(bytes).digest()
  const domain = recordedDomain?.includes('.') ? recordedDomain : undefined
  const author = authorOf(digest, domain)
  return fields.flatMap(field => {
    const { name, value } = field
    if (!REDACTED.test(value)) return field
    switch (name) {
      case 'from':
      case 'sender': {
        const display = value.replace(/<[^<>]*>|\[removed\]|phish(?:ing)?@pot/gi, '').trim()
        return rewritten(field, display === '' || REDACTED.test(display) ? author : `${display} <${author}>`)
      }
      case 'reply-to':
      case 'bcc':
        return REDACTED.test(value.replace(/\[removed\]/, '')) || value.includes('[removed]') ? [] : field
      case 'message-id':
        return rewritten(field, `<${digest.toString('hex', 4, 18)}@${domainIn(addressIn(author))}>`)
      case 'references':
      case 'in-reply-to':
        return []
      default:
        return rewritten(field, value.replaceAll(new RegExp(REDACTED, 'gi'), OURS))
    }
  })
}
