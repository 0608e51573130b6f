/** Who wrote the message, if every reader must see the same one (RFC 5322 §3.6.2, and stricter). */
import { domainToASCII, domainToUnicode } from 'node:url'
import { fact } from '../core/fact.ts'
import type { Header } from '../core/stage.ts'
import { type AddressDefect, type Mailbox, parseAddresses } from '../mime/addresses.ts'
import { type HeaderDefect, type HeaderField, type HeaderFields, isFieldName } from '../mime/header.ts'

/** The one author, or why there is none. No authentication result is believed for an unclear author. */
export type Author =
  | {
      readonly kind: 'clear'
      /** The name that people see; '' when there is none. */
      readonly display: string
      readonly local: string
      /** In lower case, internationalised labels as A-labels (RFC 5890). */
      readonly domain: string
      /** `local@domain` */
      readonly address: string
    }
  | {
      readonly kind: 'unclear'
      /** A sentence. */
      readonly reason: string
    }

/**
 * Exactly one From field with exactly one mailbox in a form that has a single reading. The tricks that show one author and
 * authenticate another (several fields, groups, routes, comments, encoded words in the address …) all end as `unclear`.
 */
export const author = fact('author', 'header', ({ header, utf8 }: Header): Author => readAuthor(header, utf8))

/** @param utf8 whether SMTPUTF8 was asked for, so that 8-bit characters may stand before the `@` (RFC 6532). */
export function readAuthor(header: HeaderFields, utf8 = false): Author {
  const unclear = (reason: string): Author => ({ kind: 'unclear', reason })

  const trouble = sectionTrouble(header)
  if (trouble) return unclear(trouble)
  const [field, second] = header.all('from')
  if (!field) return unclear('there is no From field')
  if (second) return unclear(`there are ${header.all('from').length} From fields`)
  const malformed = fieldTrouble(field)
  if (malformed) return unclear(malformed)

  const { mailboxes, defects } = parseAddresses(field.value)
  const [mailbox, another] = mailboxes
  const [defect] = defects
  if (defect) return unclear(defectReasons[defect])
  if (!mailbox) return unclear('the From field names nobody')
  if (another) return unclear(`the From field names ${mailboxes.length} mailboxes`)
  return readMailbox(mailbox, utf8)
}

const sectionReasons: Partial<Record<HeaderDefect['kind'], string>> = {
  'too-large': 'the header section was too large to be read as a whole',
  'too-many-fields': 'the header section has too many fields to be read as a whole',
  nul: 'there is a NUL in the header section',
  'leading-fold': 'the header section begins with a folded line that belongs to no field',
}

/** `From ` on the first line is the mark of an mbox file, left behind by careless software. */
const mboxLine = /^>?From /

function sectionTrouble(header: HeaderFields): string | undefined {
  for (const { kind } of header.defects) if (sectionReasons[kind]) return sectionReasons[kind]
  const from = header.all('from')[0]
  const fromStop = from ? from.offset + from.raw.length : header.raw.length
  for (const { name, key, offset } of header) {
    if (key === 'from') continue
    const mbox = offset === 0 && mboxLine.test(header.raw.toString('latin1', 0, 6))
    // Some servers end the header section at a line that is no field; some programs take it for the end of the last one.
    if (offset <= fromStop && !mbox && !isFieldName(name))
      return 'a line that is no field stands above or below the From field'
    if (!mbox && looksLikeFrom(key)) return 'a field has a name that some read as From'
  }
  return undefined
}

/** `From x`, `"From"`, `From\u200b`, a fold before the colon: only the letters count, and little else may be there. */
const looksLikeFrom = (key: string): boolean => key.length < 200 && /^[^a-z]*from(?:[^a-z-].*)?$/s.test(key)

function fieldTrouble({ raw, name }: HeaderField): string | undefined {
  if (raw[name.length] !== COLON) return 'there is white space before the colon of the From field'
  const text = raw.toString('latin1')
  if (/[^\t\n\r -~\x80-\xff]/.test(text)) return 'there is a control character in the From field'
  if (/\r\n[ \t]*\r\n/.test(text)) return 'the From field is folded over an empty line'
  if (/[\x80-\xff]/.test(text) && raw.toString('utf8').includes('\ufffd')) return 'the From field is not valid UTF-8'
  return undefined
}

const COLON = 58

const defectReasons: Readonly<Record<AddressDefect, string>> = {
  group: 'the From field holds a group',
  route: 'the address in the From field has a route',
  comment: 'there is a comment in or around the address of the From field',
  'address-in-display': 'an address stands unquoted in the display name of the From field',
  'encoded-word': 'there is an encoded word inside the address of the From field',
  'quoted-local': 'the local part of the address in the From field is quoted',
  'domain-literal': 'the address in the From field has a literal instead of a domain',
  'space-in-address': 'there is white space inside the address of the From field',
  'several-at': 'the address in the From field has several @',
  'no-local': 'the address in the From field has no local part',
  'no-domain': 'the From field names a mailbox without a domain',
  'text-after-address': 'there is text after the address of the From field',
  'empty-element': 'the list in the From field has an empty element',
  unterminated: 'a quote, comment or bracket in the From field has no end',
  unexpected: 'there is a special character out of place in the From field',
  'too-long': 'the From field is too long',
  'too-many': 'the From field names too many mailboxes',
}

const dotAtom = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/
const dotAtomUtf8 = /^[\w!#$%&'*+/=?^`{|}~\p{L}\p{M}\p{N}-]+(?:\.[\w!#$%&'*+/=?^`{|}~\p{L}\p{M}\p{N}-]+)*$/u

function readMailbox({ display, local, domain }: Mailbox, utf8: boolean): Author {
  const unclear = (reason: string): Author => ({ kind: 'unclear', reason })
  if (local.length > 64) return unclear('the local part of the address in the From field is longer than 64 characters')
  if (!(utf8 ? dotAtomUtf8 : dotAtom).test(local)) {
    return unclear('the local part of the address in the From field has characters or dots that must not be there')
  }
  const name = strictDomain(domain)
  if (!name) return unclear('the domain of the address in the From field is not a valid host name')
  return { kind: 'clear', display, local, domain: name, address: `${local}@${name}` }
}

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const hostName = new RegExp(`^(?:${label}\\.)*(?!\\d+$)${label}$`)

/** Letters, digits and hyphens (RFC 1123 §2.1), or labels that are the same before and after IDNA maps them. */
function strictDomain(domain: string): string | undefined {
  const lower = domain.toLowerCase()
  if (lower.length > 253) return undefined
  const mapped = /[^\0-\x7f]|xn--/.test(lower) ? domainToASCII(lower) : lower
  if (mapped.length > 253 || !hostName.test(mapped)) return undefined
  if (!mapped.includes('xn--')) return lower === mapped ? mapped : undefined
  const unicode = domainToUnicode(mapped)
  if (unicode.includes('xn--') || domainToASCII(unicode) !== mapped) return undefined
  return lower === mapped || lower === unicode ? mapped : undefined
}
