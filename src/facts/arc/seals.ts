/** The form of an ARC chain and its seals, by mailauth, strict (RFC 8617 §5.2). It sees the ARC fields and nothing else. */

import type { HeaderFields } from '../../model/header.ts'
import type { Header } from '../../model/stage.ts'
import { keyName } from '../dkim/domain.ts'
import { keyRecords } from '../dkim/key.ts'
import { readTags } from '../dkim/tags.ts'
import { resolverFor } from '../mailauth.ts'

/** Who has sealed. */
export interface Sealer {
  /** d= of the seal, in lower case. */
  readonly domain: string
  /** s= of the seal. */
  readonly selector: string
}

export interface Seals {
  /** Why the chain is broken; undefined when every seal holds. */
  readonly broken?: string
  /** It is broken only because DNS could not be asked for a key. */
  readonly unknown: boolean
}

/** RFC 8617 §4.2.1. */
const MAX_SETS = 50
const MAX_FIELD_LENGTH = 16_384
// One question for each key. Chains of more than a handful of sealers are not seen.
const MAX_KEYS = 10
const FIELDS = ['arc-seal', 'arc-message-signature', 'arc-authentication-results'] as const

/** Why the chain need not be looked at more closely. Costs neither questions nor mailauth. */
export function obviousDefect(header: HeaderFields): string | undefined {
  const fields = FIELDS.flatMap(name => header.all(name))
  if (FIELDS.some(name => header.all(name).length > MAX_SETS)) return `there are more than ${MAX_SETS} ARC sets`
  if (fields.some(({ raw }) => raw.length > MAX_FIELD_LENGTH))
    return `an ARC field is longer than ${MAX_FIELD_LENGTH} bytes`
  if (header.defects.some(({ kind }) => kind === 'too-large' || kind === 'too-many-fields'))
    return 'the header section is too large for its seals to be verified'
  const signed = [...header.all('arc-seal'), ...header.all('arc-message-signature')]
  if (signed.some(({ raw }) => sealerOf(raw) === undefined))
    return 'd= and s= of an ARC field are no names that DNS can be asked for'
  return undefined
}

/** d= and s= of an ARC-Seal or ARC-Message-Signature, if a key may be asked for there. */
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
  let failing = false
  // mailauth reads the first record of a name. Where there are several keys, the chain is verified with each in its turn.
  let turn = 0
  let most = 1
  const ask = resolverFor(message, { questions: MAX_KEYS, purpose: 'arc' })
  const resolver: typeof ask = async (name, type) => {
    try {
      const [first, ...others] = (await ask(name, type)) as string[][]
      if (first === undefined || others.length === 0) return first === undefined ? [] : [first]
      const keys = keyRecords([first, ...others])
      most = Math.max(most, keys.length)
      return [[keys[Math.min(turn, keys.length - 1)] ?? keys[0]]]
    } catch (error) {
      failing ||= !isPermanent(error)
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
        turn += 1
        if (turn >= most || failing) throw error
      }
    }
  } catch (error) {
    return { broken: `the ARC chain is broken${detail(error)}`, unknown: failing }
  }
}

// The form in which mailauth takes fields apart: without the last CRLF.
const rowsOf = (header: HeaderFields) =>
  FIELDS.flatMap(key => header.all(key).map(({ name, raw }) => ({ key, casedKey: name, line: withoutEnd(raw) })))

const withoutEnd = (raw: Buffer): Buffer => (raw.subarray(-2).toString('latin1') === '\r\n' ? raw.subarray(0, -2) : raw)

const PERMANENT = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME', 'EQUESTIONS'])

const isPermanent = (error: unknown): boolean => PERMANENT.has(codeOf(error))

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

const detail = (error: unknown): string =>
  error instanceof Error ? `: ${error.message.slice(0, 160).replace(/[^ -~]/g, '?')}` : ''
