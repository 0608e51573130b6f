/**
 * The standard security handler (ISO 32000-2 §7.6.4, ISO 32000-1 §7.6): documents whose user password is empty are
 * readable to all, and are decrypted, and so are those whose password the message gives. The owner's password only
 * forbids printing or changing.
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import { type Dict, isDict, nameOf, numberOf, PdfString, type Value } from './values.ts'

/** Passwords shorter than 32 bytes are filled up with these (algorithm 2). */
const PADDING = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex')
/** The rounds of algorithm 2.B, which ends by chance after 64 or somewhat more. */
const MAX_ROUNDS = 512

type Method = 'none' | 'rc4' | 'aes-128' | 'aes-256'

export interface Decryption {
  readonly strings: (bytes: Buffer, number: number, generation: number) => Buffer
  readonly streams: (bytes: Buffer, number: number, generation: number) => Buffer
}

/** Undefined where the password does not open the document, or its handler is another one. */
export function decryption(encrypt: Dict, id: string, password = ''): Decryption | undefined {
  if (nameOf(encrypt.get('Filter')) !== 'Standard') return undefined
  const version = numberOf(encrypt.get('V'))
  const [stringMethod, streamMethod] = [methodOf(encrypt, version, 'StrF'), methodOf(encrypt, version, 'StmF')]
  if (stringMethod === undefined || streamMethod === undefined) return undefined
  const key = version >= 5 ? modernKey(encrypt, password) : oldKey(encrypt, version, id, password)
  if (key === undefined) return undefined
  return { strings: decoder(stringMethod, key), streams: decoder(streamMethod, key) }
}

/** Of strings or streams: by the crypt filter that is named for them (§7.6.6). */
function methodOf(encrypt: Dict, version: number, which: 'StrF' | 'StmF'): Method | undefined {
  if (version === 1 || version === 2) return 'rc4'
  if (version !== 4 && version !== 5) return undefined
  const name = nameOf(encrypt.get(which))
  if (name === '' || name === 'Identity') return 'none'
  const filters = encrypt.get('CF')
  const filter = isDict(filters) ? filters.get(name) : undefined
  const method = isDict(filter) ? nameOf(filter.get('CFM')) : ''
  return Object.hasOwn(METHODS, method) ? METHODS[method] : undefined
}

const METHODS: Readonly<Record<string, Method>> = { None: 'none', V2: 'rc4', AESV2: 'aes-128', AESV3: 'aes-256' }

/** Algorithms 2 and 6. */
function oldKey(encrypt: Dict, version: number, id: string, password: string): Buffer | undefined {
  const revision = numberOf(encrypt.get('R'))
  const bits = version === 1 ? 40 : version === 4 ? 128 : numberOf(encrypt.get('Length'), 40)
  const length = Math.min(16, Math.max(5, bits >> 3))
  const permissions = Buffer.alloc(4)
  permissions.writeInt32LE(numberOf(encrypt.get('P')) | 0)
  const [owner, user, documentId] = [text(encrypt.get('O')), text(encrypt.get('U')), Buffer.from(id, 'latin1')]
  const open = revision >= 4 && encrypt.get('EncryptMetadata') === false ? [Buffer.alloc(4, 255)] : []
  const padded = Buffer.concat([Buffer.from(password, 'latin1'), PADDING]).subarray(0, 32)
  let key = md5(padded, owner.subarray(0, 32), permissions, documentId, ...open)
  for (let round = 0; revision >= 3 && round < 50; round += 1) key = md5(key.subarray(0, length))
  key = key.subarray(0, length)
  if (revision < 3) return rc4(key, PADDING).equals(user.subarray(0, 32)) ? key : undefined
  let check = rc4(key, md5(PADDING, documentId))
  for (let round = 1; round < 20; round += 1)
    check = rc4(
      key.map(byte => byte ^ round),
      check,
    )
  return check.equals(user.subarray(0, 16)) ? key : undefined
}

/** Algorithms 2.A and 2.B: the key is stored, encrypted with a hash of the password. */
function modernKey(encrypt: Dict, password: string): Buffer | undefined {
  const revision = numberOf(encrypt.get('R'))
  // SASLprep makes the compatible form of letters (RFC 4013 §2.2).
  const secret = Buffer.from(password.normalize('NFKC')).subarray(0, 127)
  const [user, sealed] = [text(encrypt.get('U')), text(encrypt.get('UE'))]
  if (user.length < 48 || sealed.length < 32) return undefined
  const hash = (salt: Buffer) =>
    revision >= 6 ? hardened(secret, salt) : createHash('sha256').update(secret).update(salt).digest()
  if (!hash(user.subarray(32, 40)).equals(user.subarray(0, 32))) return undefined
  const unseal = createDecipheriv('aes-256-cbc', hash(user.subarray(40, 48)), Buffer.alloc(16)).setAutoPadding(false)
  return Buffer.concat([unseal.update(sealed.subarray(0, 32)), unseal.final()])
}

/** Algorithm 2.B for the user's password. */
function hardened(secret: Buffer, salt: Buffer): Buffer {
  let key = createHash('sha256').update(secret).update(salt).digest()
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const once = Buffer.concat([secret, key])
    const repeated = Buffer.alloc(once.length * 64, once)
    const cipher = createCipheriv('aes-128-cbc', key.subarray(0, 16), key.subarray(16, 32)).setAutoPadding(false)
    const mixed = Buffer.concat([cipher.update(repeated), cipher.final()])
    let sum = 0
    for (const byte of mixed.subarray(0, 16)) sum += byte
    key = createHash(['sha256', 'sha384', 'sha512'][sum % 3] ?? 'sha256')
      .update(mixed)
      .digest()
    if (round >= 63 && (mixed.at(-1) ?? 0) <= round - 31) break
  }
  return key.subarray(0, 32)
}

/** The key of an object comes from its number, except with AES-256 (algorithm 1). */
function decoder(method: Method, key: Buffer): Decryption['strings'] {
  if (method === 'none') return bytes => bytes
  if (method === 'aes-256') return bytes => aes('aes-256-cbc', key, bytes)
  return (bytes, number, generation) => {
    const suffix = Buffer.from([number, number >> 8, number >> 16, generation, generation >> 8])
    const salt = method === 'aes-128' ? [Buffer.from('sAlT')] : []
    const own = md5(key, suffix, ...salt).subarray(0, Math.min(16, key.length + 5))
    return method === 'rc4' ? rc4(own, bytes) : aes('aes-128-cbc', own, bytes)
  }
}

/** The first block is the initial vector; what is left over after whole blocks is damaged, and left out. */
function aes(cipher: 'aes-128-cbc' | 'aes-256-cbc', key: Buffer, bytes: Buffer): Buffer {
  const whole = bytes.length - (bytes.length % 16)
  if (whole < 32) return Buffer.alloc(0)
  const decipher = createDecipheriv(cipher, key, bytes.subarray(0, 16)).setAutoPadding(false)
  const plain = Buffer.concat([decipher.update(bytes.subarray(16, whole)), decipher.final()])
  const padding = plain.at(-1) ?? 0
  return padding >= 1 && padding <= 16 ? plain.subarray(0, plain.length - padding) : plain
}

/** OpenSSL 3 has no RC4 without its legacy provider. */
function rc4(key: Uint8Array, bytes: Buffer): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index)
  for (let at = 0, other = 0; at < 256; at += 1) {
    other = (other + (state[at] ?? 0) + (key[at % key.length] ?? 0)) & 255
    ;[state[at], state[other]] = [state[other] ?? 0, state[at] ?? 0]
  }
  const plain = Buffer.allocUnsafe(bytes.length)
  let [one, two] = [0, 0]
  for (let at = 0; at < bytes.length; at += 1) {
    one = (one + 1) & 255
    const first = state[one] ?? 0
    two = (two + first) & 255
    const second = state[two] ?? 0
    state[one] = second
    state[two] = first
    plain[at] = (bytes[at] ?? 0) ^ (state[(first + second) & 255] ?? 0)
  }
  return plain
}

function md5(...pieces: readonly Uint8Array[]): Buffer {
  const hash = createHash('md5')
  for (const piece of pieces) hash.update(piece)
  return hash.digest()
}

const text = (value: Value | undefined): Buffer => Buffer.from(value instanceof PdfString ? value.bytes : '', 'latin1')
