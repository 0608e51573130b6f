/** Parses public key records (RFC 6376 §3.6.1, RFC 8463) and caches the imported keys. */
import type { KeyObject } from 'node:crypto'
import { nodeCrypto } from '../../model/lazy.ts'
import type { Answer } from '../../model/resolver.ts'
import type { Refusal } from './signature.ts'
import { listOf, readTags, type Tags, withoutSpace } from './tags.ts'

export interface PublicKey {
  readonly object: KeyObject
  readonly type: 'rsa' | 'ed25519'
  readonly bits: number
  /** t=y */
  readonly testing: boolean
  /** t=s: i= must be in d= itself. */
  readonly strict: boolean
}

/** The key of a record, or why it is refused. A weak key has its size too. */
export type KeyFound =
  | { readonly key: PublicKey; readonly refused?: never }
  | { readonly refused: Refusal; readonly bits?: number }

/** Reads the answer to a key lookup: one to three keys, each of which is tried. */
export type KeyReader = (answer: Answer<readonly string[]>, name: string) => readonly [KeyFound, ...KeyFound[]]

const MAX_BYTES = 4096
// RFC 6376 §6.1.2 step 4 leaves open which of several records is meant. Keys are rotated, and TXT records are
// misplaced.
const MAX_KEYS = 3
const KEY_RECORD = /(?:^|;)\s*p\s*=/
// RFC 8301 §3.2: shorter keys are broken. Keys over 8192 bits cost the verifier much and are not in use.
const MIN_BITS = 1024
const MAX_BITS = 8192
// With an exponent of 1 every signature verifies, and a long one takes milliseconds. Keys in use have 65537 or 3.
const MIN_EXPONENT = 3n
const MAX_EXPONENT = 0xffff_ffffn
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

/** Caches the last `maxKeys` records with their keys, because importing a key costs twice as much as a verification. */
export function keyReader({ maxKeys = 500 }: { readonly maxKeys?: number } = {}): KeyReader {
  const known = new Map<string, KeyFound>()
  // A cached answer is the same object each time: then not even its texts are joined.
  const answered = new WeakMap<object, readonly [KeyFound, ...KeyFound[]]>()
  return (answer, name) => {
    if (answer.kind === 'failure') {
      const result = answer.cause === 'bad-name' ? 'permerror' : 'temperror'
      return [refuse(result, `the lookup of the key at ${name} failed: ${answer.cause}`)]
    }
    if (answer.kind !== 'answer') return [refuse('permerror', `there is no key at ${name}`)]
    const before = answered.get(answer.records)
    if (before !== undefined) return before
    const [first, ...others] = keyRecords(answer.records)
    const keys = [read(first, name), ...others.map(record => read(record, name))] as const
    answered.set(answer.records, keys)
    return keys
  }

  function read(record: string, name: string): KeyFound {
    if (record.length > MAX_BYTES) return refuse('permerror', `the record at ${name} is longer than ${MAX_BYTES} bytes`)

    const found = known.get(record) ?? readKey(record)
    known.delete(record)
    known.set(record, found)
    const [oldest = record] = known.size > maxKeys ? known.keys() : []
    if (oldest !== record) known.delete(oldest)
    return found
  }
}

/** The records that may be keys, without duplicates, their strings joined; the first record when none may be one. */
export function keyRecords(
  records: readonly [readonly string[], ...(readonly string[])[]],
): readonly [string, ...string[]] {
  const texts = [...new Set(records.map(strings => strings.join('')))]
  const [first = records[0].join(''), ...others] = texts.filter(text => KEY_RECORD.test(text)).slice(0, MAX_KEYS)
  return [first, ...others]
}

/** Parses one record whose strings are joined. */
export function readKey(record: string): KeyFound {
  const tags = readTags(record)
  if ('malformed' in tags) return refuse('permerror', `the key record ${tags.malformed}`)
  const problem = tagProblem(tags)
  if (problem !== undefined) return refuse('permerror', problem)
  const type = (tags.get('k')?.value ?? 'rsa').toLowerCase()
  if (type !== 'rsa' && type !== 'ed25519') return refuse('permerror', 'the type of the key is not supported')
  const text = withoutSpace(tags.get('p')?.value ?? '')
  if (text === '') return refuse('permerror', 'the key has been revoked')

  const object = BASE64.test(text) ? importKey(Buffer.from(text, 'base64'), type) : undefined
  if (object === undefined) return refuse('permerror', `p= of the key record is not a valid ${type} key`)
  const { modulusLength: bits = 256, publicExponent: exponent = MIN_EXPONENT } = object.asymmetricKeyDetails ?? {}
  const weak = type === 'rsa' ? weakness(bits, exponent) : undefined
  if (weak !== undefined) return { ...refuse('policy', weak), bits }
  const flags = listOf(tags.get('t')?.value ?? '')
  return { key: { object, type, bits, testing: flags.includes('y'), strict: flags.includes('s') } }
}

const refuse = (result: Refusal['result'], reason: string): { readonly refused: Refusal } => ({
  refused: { result, reason },
})

function tagProblem(tags: Tags): string | undefined {
  const [first] = tags.keys()
  const version = tags.get('v')
  if (version !== undefined && (first !== 'v' || version.value !== 'DKIM1'))
    return 'the version of the key record is not DKIM1'
  if (!tags.has('p')) return 'the key record has no p= tag'
  const services = listOf(tags.get('s')?.value ?? '*')
  if (!services.includes('*') && !services.includes('email')) return 'the key is not for email'
  return listOf(tags.get('h')?.value ?? 'sha256').includes('sha256') ? undefined : 'the key is not for sha256'
}

function weakness(bits: number, exponent: bigint): string | undefined {
  if (bits < MIN_BITS) return `an RSA key of ${bits} bits is too weak (RFC 8301)`
  if (bits > MAX_BITS) return `an RSA key of ${bits} bits is larger than ${MAX_BITS}`
  return exponent < MIN_EXPONENT || exponent > MAX_EXPONENT ? 'the RSA key has an unsafe public exponent' : undefined
}

/** RSA keys are published as SubjectPublicKeyInfo, and as the bare RSAPublicKey that the RFC describes. */
function importKey(bytes: Buffer, type: PublicKey['type']): KeyObject | undefined {
  const der = { format: 'der' } as const
  try {
    if (type === 'ed25519')
      return bytes.length === 32
        ? nodeCrypto().createPublicKey({ ...der, key: Buffer.concat([ED25519_SPKI, bytes]), type: 'spki' })
        : undefined
    const object = nodeCrypto().createPublicKey({ ...der, key: bytes, type: isBare(bytes) ? 'pkcs1' : 'spki' })
    return object.asymmetricKeyType === 'rsa' ? object : undefined
  } catch {
    return undefined
  }
}

/** RSAPublicKey begins with an INTEGER within the outer SEQUENCE, SubjectPublicKeyInfo with another SEQUENCE. */
function isBare(bytes: Buffer): boolean {
  const length = bytes[1] ?? 0
  return bytes[length < 0x80 ? 2 : 2 + (length & 0x7f)] === 0x02
}
