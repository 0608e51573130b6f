/** Selects and canonicalizes the header fields that a signature covers (RFC 6376 §3.4.1, §3.4.2, §5.4.2). */
import { type HeaderFields, isFieldName } from '../../model/header.ts'
import type { UnsignedField } from './result.ts'
import type { Canonicalization } from './signature.ts'

/** The header section of one message, for any number of signatures: each field is canonicalized at most once. */
export interface SignedHeader {
  /** Each DKIM-Signature field, whole and as Latin-1, from the top. */
  readonly signatures: readonly string[]
  /** The signed data: the fields of h=, where each name takes the next instance from the bottom, then `signature`. */
  readonly data: (how: Canonicalization, fields: readonly string[], signature: string) => Buffer
  /** Fields that must occur once and of which there are more than `fields` covers. */
  readonly unsigned: (fields: readonly string[]) => readonly UnsignedField[]
}

// RFC 5322 §3.6, and the fields that decide how a body is displayed (RFC 2045).
const SINGLETONS = [
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'date',
  'subject',
  'message-id',
  'in-reply-to',
  'references',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
] as const

interface Instance {
  /** As Latin-1, so that each byte is one character. */
  raw: string
  relaxed?: string
}

/** Indexes the header section of one message for the verification of its signatures. */
export function signedHeader(header: HeaderFields): SignedHeader {
  const instances = index(header)
  return {
    signatures: (instances.get('dkim-signature') ?? []).map(({ raw }) => raw),
    data: (how, fields, signature) => {
      const taken = new Map<string, number>()
      let text = ''
      for (const name of fields) {
        const all = instances.get(name)
        const used = taken.get(name) ?? 0
        taken.set(name, used + 1)
        const instance = all?.[all.length - 1 - used]
        if (instance === undefined) continue
        text += how === 'simple' ? instance.raw : relaxedOf(instance)
      }
      return Buffer.from(text + (how === 'simple' ? signature : relaxed(signature)), 'latin1')
    },
    unsigned: fields => {
      const found: UnsignedField[] = []
      for (const name of SINGLETONS) {
        const present = instances.get(name)?.length ?? 0
        if (present === 0) continue
        let signed = 0
        for (const field of fields) if (field === name && signed < present) signed += 1
        if (signed < present) found.push({ name, present, signed })
      }
      return found
    },
  }
}

/**
 * Some readers take a line that is not a field for the end of the field above it. So does this one, because that can
 * only make a signature fail that other readers might accept.
 */
function index(header: HeaderFields): ReadonlyMap<string, readonly Instance[]> {
  const instances = new Map<string, Instance[]>()
  let previous: Instance | undefined
  for (const { name, key, raw } of header) {
    if (previous !== undefined && !isFieldName(name)) {
      previous.raw += raw.toString('latin1')
      continue
    }
    previous = { raw: raw.toString('latin1') }
    const same = instances.get(key)
    if (same === undefined) instances.set(key, [previous])
    else same.push(previous)
  }
  return instances
}

function relaxedOf(instance: Instance): string {
  instance.relaxed ??= `${relaxed(instance.raw)}\r\n`
  return instance.relaxed
}

/** The name in lower case, unfolded, each run of white space one space, none around the colon and at the end. */
function relaxed(raw: string): string {
  const colon = raw.indexOf(':')
  const name = squeeze(raw.slice(0, colon)).trimEnd()
  return `${lowerCaseAscii(name)}:${squeeze(raw.slice(colon + 1)).replace(/^ | $/g, '')}`
}

const squeeze = (text: string): string => text.replaceAll('\r\n', '').replace(/\t+[\t ]*| [\t ]+/g, ' ')

// A field name may contain bytes over 127, which toLowerCase would treat as Latin-1 letters.
const lowerCaseAscii = (text: string): string =>
  /^[\x00-\x7f]*$/.test(text) ? text.toLowerCase() : text.replace(/[A-Z]/g, letter => letter.toLowerCase())
