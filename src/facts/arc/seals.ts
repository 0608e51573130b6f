/**
 * Verifies the form of an ARC chain and its seals with mailauth, strict (RFC 8617 §5.2). It gets only the ARC fields.
 */

import type { HeaderFields } from '../../model/header.ts'
import { printable } from '../../model/printable.ts'
import type { Header } from '../../model/stage.ts'
import { keyName } from '../dkim/domain.ts'
import { keyRecords } from '../dkim/key.ts'
import { readTags } from '../dkim/tags.ts'
import { resolverFor } from '../mailauth.ts'

/** One host that sealed a message. */
export interface Sealer {
  /** The domain, d=, in lower case. */
  readonly domain: string
  /** The selector, s=, in lower case. */
  readonly selector: string
}

export interface Seals {
  /** Why the chain is broken; undefined when every seal verifies. */
  readonly broken?: string
  /** Whether it is broken only because the lookup of a key failed. */
  readonly unknown: boolean
}

/** RFC 8617 §4.2.1. */
const MAX_SETS = 50
const MAX_FIELD_LENGTH = 16_384
// One lookup for each key. Chains of more than a handful of sealers do not occur.
const MAX_KEYS = 10
const FIELDS = ['arc-seal', 'arc-message-signature', 'arc-authentication-results'] as const

/** Why the chain fails without a closer look. Costs no lookup, and mailauth is not loaded. */
export function obviousDefect(header: HeaderFields): string | undefined {
  const fields = FIELDS.flatMap(name => header.all(name))
  if (FIELDS.some(name => header.all(name).length > MAX_SETS)) return `there are more than ${MAX_SETS} ARC sets`
  if (fields.some(({ raw }) => raw.length > MAX_FIELD_LENGTH))
    return `an ARC field is longer than ${MAX_FIELD_LENGTH} bytes`
  if (header.defects.some(({ kind }) => kind === 'too-large' || kind === 'too-many-fields'))
    return 'the header section is too large for its seals to be verified'
  const signed = [...header.all('arc-seal'), ...header.all('arc-message-signature')]
  if (signed.some(({ raw }) => sealerOf(raw) === undefined)) return 'd= and s= of an ARC field are not valid DNS names'
  return undefined
}

/** d= and s= of an ARC-Seal or ARC-Message-Signature, if they name a key that may be looked up. */
export function sealerOf(raw: Buffer): Sealer | undefined {
  const text = raw.toString('latin1')
  const tags = readTags(text.slice(text.indexOf(':') + 1))
  if ('malformed' in tags) return undefined
  const domain = tags.get('d')?.value.toLowerCase() ?? ''
  const selector = tags.get('s')?.value.toLowerCase() ?? ''
  return keyName(selector, domain) === undefined ? undefined : { domain, selector }
}

/** Never rejects. */
export async function verifySeals(message: Header): Promise<Seals> {
  let hasLookupFailed = false
  // mailauth reads only the first record of a name. If there are several keys, the chain is verified with each of them.
  let attempt = 0
  let attempts = 1
  const lookUp = resolverFor(message, { questions: MAX_KEYS, purpose: 'arc' })
  const resolver: typeof lookUp = async (name, type) => {
    try {
      const [first, ...others] = (await lookUp(name, type)) as string[][]
      if (first === undefined || others.length === 0) return first === undefined ? [] : [first]
      const keys = keyRecords([first, ...others])
      attempts = Math.max(attempts, keys.length)
      return [[keys[Math.min(attempt, keys.length - 1)] ?? keys[0]]]
    } catch (error) {
      hasLookupFailed ||= !isPermanent(error)
      throw error
    }
  }
  try {
    const { getARChain, verifyASChain } = await import('mailauth/lib/arc/index.js')
    const chain = getARChain({ parsed: rowsOf(message.header) }, { strict: true })
    if (!chain) return { broken: 'there is no ARC set', unknown: false }
    for (;;) {
      try {
        await verifyASChain({ chain }, { resolver, strict: true })
        return { unknown: false }
      } catch (error) {
        attempt += 1
        if (attempt >= attempts || hasLookupFailed) throw error
      }
    }
  } catch (error) {
    return { broken: `the ARC chain is broken${detail(error)}`, unknown: hasLookupFailed }
  }
}

// The form in which mailauth parses fields: without the last CRLF.
const rowsOf = (header: HeaderFields) =>
  FIELDS.flatMap(key => header.all(key).map(({ name, raw }) => ({ key, casedKey: name, line: withoutEnd(raw) })))

const withoutEnd = (raw: Buffer): Buffer => (raw.subarray(-2).toString('latin1') === '\r\n' ? raw.subarray(0, -2) : raw)

const PERMANENT = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME', 'EQUESTIONS'])

const isPermanent = (error: unknown): boolean => PERMANENT.has(codeOf(error))

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

const detail = (error: unknown): string => (error instanceof Error ? `: ${printable(error.message, 160)}` : '')
