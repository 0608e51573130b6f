/** Reads the author of a header section, if every mail program shows the same (RFC 5322 §3.6.2, and stricter). */
import { isUtf8 } from 'node:buffer'
import { domainToASCII, domainToUnicode } from 'node:url'
import { type AddressDefect, type Mailbox, parseAddresses } from '../mime/header/addresses.ts'
import { decodeWords } from '../mime/header/words.ts'
import { type HeaderDefect, type HeaderField, type HeaderFields, isFieldName } from '../model/header.ts'

/** The one author, or why it is unclear. No authentication result counts for an unclear author. */
export type Author =
  | {
      /** Every reader sees the same author. */
      readonly kind: 'clear'
      /** The display name; '' when there is none. */
      readonly display: string
      /** The local part, as written. */
      readonly local: string
      /** In lower case, internationalised labels as A-labels (RFC 5890). */
      readonly domain: string
      /** `local@domain` */
      readonly address: string
    }
  | {
      /** Readers may see different authors, or an author that cannot be authenticated. */
      readonly kind: 'unclear'
      /**
       * `differs`: readers may see different authors, or none. `coauthors`: several authors, one of whom is in Sender
       * (RFC 5322 §3.6.2). `unusable`: every reader sees the same author, but the domain cannot exist. `unquoted-name`:
       * one address, and before it words with a comma that stand without quotes.
       */
      readonly trouble: 'differs' | 'coauthors' | 'unusable' | 'unquoted-name'
      /** A sentence for the operator. */
      readonly reason: string
    }

const FROM = 'the From field'

/** @param utf8 whether SMTPUTF8 was requested, so that 8-bit characters are allowed before the `@` (RFC 6532) */
export function readAuthor(header: HeaderFields, utf8 = false): Author {
  const trouble = sectionTrouble(header)
  if (trouble) return unclear(trouble)
  const [field, second] = header.all('from')
  if (!field) return unclear('there is no From field')
  if (second) return unclear(`there are ${header.all('from').length} From fields`)
  const malformed = fieldTrouble(field)
  if (malformed) return unclear(malformed)

  const { mailboxes, defects } = parseAddresses(field.value)
  if (isUnquotedName(field.value) && mailboxes.at(-1)?.domain.includes('.'))
    return unclear(`the name before the address in ${FROM} has a comma without quotes`, 'unquoted-name')
  for (const defect of defects) {
    const reason = defectReasons[defect]
    const isHarmless = defect === 'odd-comment' && repeatsAddress.test(field.value)
    if (reason !== undefined && !isHarmless) return unclear(reason)
  }
  const [mailbox] = mailboxes
  if (!mailbox) return unclear(`${FROM} names no mailbox`)
  const first = readMailbox(mailbox, field, utf8)
  const others = mailboxes.filter(({ local, domain }) => `${local}@${domain}` !== `${mailbox.local}@${mailbox.domain}`)
  return others.length === 0 ? first : coauthors(first, mailboxes, header)
}

const unclear = (reason: string, trouble: (Author & { kind: 'unclear' })['trouble'] = 'differs'): Author => ({
  kind: 'unclear',
  trouble,
  reason,
})

/** Several authors are legal when Sender names one of them. If they share a domain, the first stands for all. */
function coauthors(first: Author, mailboxes: readonly Mailbox[], header: HeaderFields): Author {
  const reason = `${FROM} names ${mailboxes.length} mailboxes`
  const [field, second] = header.all('sender')
  const { mailboxes: senders, defects } = parseAddresses(field?.value ?? '')
  const [sender, another] = senders
  const keyOf = ({ local, domain }: Mailbox) => `${local}@${domain}`.toLowerCase()
  const named = sender && !another && !second && [...defects].every(defect => defectReasons[defect] === undefined)
  if (!named || !mailboxes.some(one => keyOf(one) === keyOf(sender))) return unclear(reason)
  const domains = new Set(mailboxes.map(({ domain }) => domain.toLowerCase()))
  return first.kind === 'clear' && domains.size === 1 ? first : unclear(reason, 'coauthors')
}

/**
 * `Doe, John <john@example.org>`: one address, after words that are no address. Readers see that author, or `Doe` as an
 * author without a domain; no reader sees another address.
 */
function isUnquotedName(value: string): boolean {
  const [, name = ''] = /^([^@<>]{1,400})<[^@<>\s"(),:;\\]{1,64}@[^@<>\s"(),:;\\]{1,255}>\s*$/.exec(value) ?? []
  return name.includes(',') && /^[^@<>"():;\\]+$/.test(decodeWords(name))
}

const sectionReasons: Partial<Record<HeaderDefect['kind'], string>> = {
  'too-large': 'the header section was too large to be read as a whole',
  'too-many-fields': 'the header section has too many fields to be read as a whole',
  nul: 'there is a NUL in the header section',
  'leading-fold': 'the header section begins with a folded line that belongs to no field',
}

/** `From ` on the first line is the separator of an mbox file, left by careless software. */
const mboxLine = /^>?From /

function sectionTrouble(header: HeaderFields): string | undefined {
  for (const { kind } of header.defects) if (sectionReasons[kind]) return sectionReasons[kind]
  const from = header.all('from')[0]
  const fromStop = from ? from.offset + from.raw.length : header.raw.length
  for (const { name, key, offset } of header) {
    if (key === 'from') continue
    const mbox = offset === 0 && mboxLine.test(header.raw.toString('latin1', 0, 6))
    // At a line that is not a field, some servers end the header section and some programs continue the last field.
    if (offset <= fromStop && !mbox && !isFieldName(name)) return `a line above or below ${FROM} is not a header field`
    if (!mbox && looksLikeFrom(key)) return 'a field has a name that some read as From'
  }
  return undefined
}

/** `From x`, `"From"`, `From\u200b`, a fold before the colon: only the letters count. */
const looksLikeFrom = (key: string): boolean => key.length < 200 && /^[^a-z]*from(?:[^a-z-].*)?$/s.test(key)

function fieldTrouble({ raw, name }: HeaderField): string | undefined {
  if (raw[name.length] !== COLON) return `there is white space before the colon of ${FROM}`
  const text = raw.toString('latin1')
  if (/[^\t\n\r -~\x80-\xff]/.test(text)) return `there is a control character in ${FROM}`
  if (/\r\n[ \t]*\r\n/.test(text)) return `${FROM} is folded over an empty line`
  return undefined
}

const COLON = 58

/** Defects on which readers differ about the address. They agree on all others. */
const defectReasons: Readonly<Partial<Record<AddressDefect, string>>> = {
  group: `${FROM} holds a group`,
  route: `the address in ${FROM} has a route`,
  'odd-comment': `a comment in ${FROM} contains or divides what could be an address`,
  'address-in-display': `the display name of ${FROM} contains another address without quotes`,
  'encoded-word': `there is an encoded word inside the address of ${FROM}`,
  'space-in-address': `there is white space inside the address of ${FROM}`,
  'several-at': `the address in ${FROM} has several @`,
  'no-local': `the address in ${FROM} has no local part`,
  'no-domain': `${FROM} names a mailbox without a domain`,
  unterminated: `a quote, comment or bracket in ${FROM} has no end`,
  unexpected: `there is a special character out of place in ${FROM}`,
  'too-long': `${FROM} is too long`,
  'too-many': `${FROM} names too many mailboxes`,
}

/** `a@example.org (a@example.org)`, as Exchange writes it: whichever of them is read, the author is the same. */
const repeatsAddress = /^\s*([\w.+-]{1,64}@[\w.-]{1,255})\s*\(\s*\1\s*\)\s*$/i

/** RFC 5321 §4.5.3.1 allows 64 bytes for the local part, which forwarders and ticket systems exceed. */
const MAX_LENGTH = 320
const atoms = /^[\w!#$%&'*+/=?^`{|}~.-]+$/
const atomsUtf8 = /^[\w!#$%&'*+/=?^`{|}~.\p{L}\p{M}\p{N}-]+$/u

function readMailbox({ display, local, domain }: Mailbox, field: HeaderField, utf8: boolean): Author {
  if (local.length + domain.length > MAX_LENGTH) return unclear(`the address in ${FROM} is too long`)
  if (/[^\0-\x7f]/.test(local + domain) && !isUtf8(field.raw)) return unclear(`${FROM} is not valid UTF-8`)
  // Consecutive, leading and trailing dots are allowed: some large providers assigned such addresses.
  if (!(utf8 ? atomsUtf8 : atoms).test(local)) {
    const reason = `the local part of the address in ${FROM} has invalid characters`
    return unclear(reason, /^[ -~]+$/.test(local) && !/["\\@<>,;]/.test(local) ? 'unusable' : 'differs')
  }
  const name = strictDomain(domain)
  if (!name) {
    const reason = `the domain of the address in ${FROM} is not a valid host name`
    return unclear(reason, isAscii(domain) ? 'unusable' : 'differs')
  }
  return { kind: 'clear', display, local, domain: name, address: `${local}@${name}` }
}

const isAscii = (text: string): boolean => /^[!-~]*$/.test(text)

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
// Hosts may have an underscore in their name (RFC 2181 §11); no domain is registered with one.
const hostLabel = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const hostName = new RegExp(`^(?:${hostLabel}\\.)*(?!\\d+$)${label}$`)

/** Letters, digits and hyphens (RFC 1123 §2.1), or labels that are the same before and after IDNA maps them. */
function strictDomain(domain: string): string | undefined {
  const lower = domain.toLowerCase().replace(/\.$/, '')
  if (lower.length > 253) return undefined
  const mapped = /[^\0-\x7f]|xn--/.test(lower) ? domainToASCII(lower) : lower
  if (mapped.length > 253 || !hostName.test(mapped)) return undefined
  if (!mapped.includes('xn--')) return lower === mapped ? mapped : undefined
  const unicode = domainToUnicode(mapped)
  if (unicode.includes('xn--') || domainToASCII(unicode) !== mapped) return undefined
  return lower === mapped || lower === unicode ? mapped : undefined
}
