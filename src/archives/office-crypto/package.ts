/** Opens encrypted documents of Office 2007 and later (MS-OFFCRYPTO §2.3.4), where the password is known. */
import { createDecipheriv, hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { xmlAttribute, xmlTags } from '../xml.ts'

/** How a document is encrypted. */
export interface PackageLock {
  /** Microseconds of CPU that one password costs. */
  readonly work: number
  /** A function that decrypts the document; undefined for a wrong password. */
  unlock(password: string): Promise<((encrypted: Buffer) => Buffer) | undefined>
}

/** Undefined where the encryption is not one of those that Office writes; `too-costly` where it has too many rounds. */
export function readLock(info: Buffer): PackageLock | 'too-costly' | undefined {
  if (info.length < 8) return undefined
  const [major, minor] = [info.readUInt16LE(0), info.readUInt16LE(2)]
  if (major === 4 && minor === 4) return agileLock(info.toString('utf8', 8, 65_536))
  return major >= 2 && major <= 4 && minor === 2 ? standardLock(info) : undefined
}

/** Rounds after which the event loop serves others: about a millisecond. */
const ROUNDS = 1000
/** Microseconds of a round with each function. */
const ROUND_WORK: Readonly<Record<string, number>> = { sha1: 1, sha256: 1, sha384: 1.2, sha512: 1.2, md5: 1 }
/** A document that asks for more is not opened, which is reported: Office writes 50,000 and 100,000. */
const MAX_ROUNDS = 200_000
/** Bytes of a document that are decrypted. */
const MAX_PACKAGE = 33_554_432

/** The hash of the salt and the password, hashed again with each number. */
async function spin(algorithm: string, salt: Buffer, password: string, rounds: number): Promise<Buffer> {
  const first = hash(algorithm, Buffer.concat([salt, Buffer.from(password, 'utf16le')]), 'buffer')
  const input = Buffer.alloc(4 + first.length)
  first.copy(input, 4)
  for (let round = 0; round < rounds; round += 1) {
    input.writeUInt32LE(round)
    hash(algorithm, input, 'buffer').copy(input, 4)
    if (round % ROUNDS === ROUNDS - 1) await setImmediate()
  }
  return input.subarray(4)
}

/** Standard encryption (§2.3.4.5): SHA-1 and AES without chaining. */
function standardLock(info: Buffer): PackageLock | undefined {
  const headerSize = info.readUInt32LE(8)
  const bits = info.readUInt32LE(12 + 16)
  const verifier = info.subarray(12 + headerSize)
  if (!STANDARD_BITS.has(bits) || verifier.length < 72) return undefined
  const salt = verifier.subarray(4, 20)
  const decrypt = (key: Buffer, bytes: Buffer): Buffer => decipher(`aes-${bits}-ecb`, key, null, bytes)
  return {
    work: 50_000 * (ROUND_WORK.sha1 ?? 1),
    async unlock(password) {
      const spun = await spin('sha1', salt, password, 50_000)
      const key = standardKey(hash('sha1', Buffer.concat([spun, Buffer.alloc(4)]), 'buffer'), bits / 8)
      const proof = hash('sha1', decrypt(key, verifier.subarray(20, 36)), 'buffer')
      if (!decrypt(key, verifier.subarray(40, 72)).subarray(0, 20).equals(proof)) return undefined
      return encrypted => sized(encrypted, bytes => decrypt(key, bytes))
    },
  }
}

const STANDARD_BITS: ReadonlySet<number> = new Set([128, 192, 256])

function standardKey(digest: Buffer, length: number): Buffer {
  const half = (fill: number): Buffer => {
    const block = Buffer.alloc(64, fill)
    for (const [index, byte] of digest.entries()) block[index] = fill ^ byte
    return hash('sha1', block, 'buffer')
  }
  return Buffer.concat([half(0x36), half(0x5c)]).subarray(0, length)
}

/** What a piece of the key is for (§2.3.4.13). */
const [VERIFIER, VERIFIER_HASH, KEY] = ['fea7d2763b4b9e79', 'd7aa0f6d3061344e', '146e0be7abacd0d6'].map(block =>
  Buffer.from(block, 'hex'),
) as [Buffer, Buffer, Buffer]
const SEGMENT = 4096

interface Agile {
  readonly hash: string
  readonly cipher: string
  readonly keyBytes: number
  readonly blockSize: number
  readonly salt: Buffer
}

/** Agile encryption (§2.3.4.10): its parameters are in XML. */
function agileLock(xml: string): PackageLock | 'too-costly' | undefined {
  const [dataTag] = xmlTags(xml, new Set(['keyData']))
  const [keyTag] = xmlTags(xml, new Set(['encryptedKey']))
  const data = dataTag && agileOf(dataTag.attributes)
  const key = keyTag && agileOf(keyTag.attributes)
  const rounds = Number(keyTag && xmlAttribute(keyTag.attributes, 'spinCount'))
  if (!data || !key || !keyTag || !Number.isInteger(rounds) || rounds < 0) return undefined
  if (rounds > MAX_ROUNDS) return 'too-costly'
  const value = (name: string): Buffer => Buffer.from(xmlAttribute(keyTag.attributes, name) ?? '', 'base64')
  return {
    work: rounds * (ROUND_WORK[key.hash] ?? 1),
    async unlock(password) {
      const spun = await spin(key.hash, key.salt, password, rounds)
      const open = (purpose: Buffer, bytes: Buffer): Buffer => {
        const derived = fitted(hash(key.hash, Buffer.concat([spun, purpose]), 'buffer'), key.keyBytes)
        return decipher(key.cipher, derived, fitted(key.salt, key.blockSize), bytes)
      }
      const proof = hash(key.hash, open(VERIFIER, value('encryptedVerifierHashInput')), 'buffer')
      const expected = open(VERIFIER_HASH, value('encryptedVerifierHashValue')).subarray(0, proof.length)
      if (!expected.equals(proof)) return undefined
      const secret = open(KEY, value('encryptedKeyValue')).subarray(0, data.keyBytes)
      return encrypted => sized(encrypted, bytes => decryptSegments(bytes, secret, data))
    },
  }
}

function agileOf(attributes: string): Agile | undefined {
  const number = (name: string): number => Number(xmlAttribute(attributes, name))
  const algorithm = (xmlAttribute(attributes, 'hashAlgorithm') ?? '').toLowerCase().replace('-', '')
  const [bits, blockSize] = [number('keyBits'), number('blockSize')]
  const isCbc = /cbc$/i.test(xmlAttribute(attributes, 'cipherChaining') ?? '')
  const isAes = /^aes$/i.test(xmlAttribute(attributes, 'cipherAlgorithm') ?? '')
  if (!Object.hasOwn(ROUND_WORK, algorithm) || !STANDARD_BITS.has(bits) || blockSize !== 16 || !isCbc || !isAes)
    return undefined
  const salt = Buffer.from(xmlAttribute(attributes, 'saltValue') ?? '', 'base64')
  return { hash: algorithm, cipher: `aes-${bits}-cbc`, keyBytes: bits / 8, blockSize, salt }
}

function decryptSegments(bytes: Buffer, key: Buffer, { hash: algorithm, cipher, blockSize, salt }: Agile): Buffer {
  const plain: Buffer[] = []
  const number = Buffer.alloc(4)
  for (let at = 0; at < bytes.length; at += SEGMENT) {
    number.writeUInt32LE(at / SEGMENT)
    const iv = fitted(hash(algorithm, Buffer.concat([salt, number]), 'buffer'), blockSize)
    plain.push(decipher(cipher, key, iv, bytes.subarray(at, at + SEGMENT)))
  }
  return Buffer.concat(plain)
}

/** Cut, or filled up with 0x36. */
const fitted = (bytes: Buffer, length: number): Buffer =>
  bytes.length >= length ? bytes.subarray(0, length) : Buffer.concat([bytes, Buffer.alloc(length - bytes.length, 0x36)])

/** Decrypts whole blocks, without padding. */
function decipher(cipher: string, key: Buffer, iv: Buffer | null, bytes: Buffer): Buffer {
  const decrypt = createDecipheriv(cipher, key, iv).setAutoPadding(false)
  return Buffer.concat([decrypt.update(bytes.subarray(0, bytes.length & ~15)), decrypt.final()])
}

/** The size of the document stands before it. */
function sized(encrypted: Buffer, decrypt: (bytes: Buffer) => Buffer): Buffer {
  const size = Number(encrypted.readBigUInt64LE(0))
  return decrypt(encrypted.subarray(8, 8 + MAX_PACKAGE)).subarray(0, size)
}
