/** WinZip's encryption of zip archives, AE-1 and AE-2 ("AES Encryption Information", WinZip, 2009). */
import { createCipheriv, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'

const derive = promisify(pbkdf2)

/** The method of an encrypted entry, and the id of the extra field that names the true one. */
const [AES_METHOD, AES_FIELD] = [99, 0x9901]
/** Bytes that check the password, and bytes that authenticate the content. */
const [CHECK, MAC] = [2, 10]
/** Bytes that are decrypted before the event loop serves others. */
const SLICE = 1_048_576

/** What the extra field of an entry says. */
export interface AesEntry {
  /** Bytes of the key: 16, 24 or 32. */
  readonly keyLength: number
  /** How the content is compressed. */
  readonly method: number
}

/** Reads the extra fields of an entry. Undefined where it has another encryption. */
export function aesEntry(method: number, extra: Buffer): AesEntry | undefined {
  if (method !== AES_METHOD) return undefined
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2)
    const strength = extra[at + 8] ?? 0
    if (extra.readUInt16LE(at) === AES_FIELD && length >= 7 && at + 11 <= extra.length)
      return strength >= 1 && strength <= 3
        ? { keyLength: 8 + 8 * strength, method: extra.readUInt16LE(at + 9) }
        : undefined
    at += 4 + length
  }
  return undefined
}

/** The keys that a password gives, or undefined where it is the wrong one: one of 65,536 wrong ones passes here. */
export async function aesKeys(password: Buffer, data: Buffer, { keyLength }: AesEntry): Promise<AesKeys | undefined> {
  const saltLength = keyLength / 2
  if (data.length < saltLength + CHECK + MAC) return undefined
  const keys = await derive(password, data.subarray(0, saltLength), 1000, 2 * keyLength + CHECK, 'sha1')
  if (!keys.subarray(2 * keyLength).equals(data.subarray(saltLength, saltLength + CHECK))) return undefined
  return {
    key: keys.subarray(0, keyLength),
    macKey: keys.subarray(keyLength, 2 * keyLength),
    content: data.subarray(saltLength + CHECK, data.length - MAC),
    mac: data.subarray(data.length - MAC),
  }
}

/** Of one entry. */
export interface AesKeys {
  readonly key: Buffer
  readonly macKey: Buffer
  readonly content: Buffer
  readonly mac: Buffer
}

/** The content, decrypted. Undefined where its authentication fails. */
export async function aesDecrypt({ key, macKey, content, mac }: AesKeys): Promise<Buffer | undefined> {
  const whole = createHmac('sha1', macKey).update(content).digest().subarray(0, MAC)
  if (!timingSafeEqual(whole, mac)) return undefined
  const plain = Buffer.allocUnsafe(content.length)
  for (let at = 0; at < content.length; at += SLICE) {
    if (at > 0) await setImmediate()
    const slice = content.subarray(at, at + SLICE)
    const stream = keyStream(key, at / 16, Math.ceil(slice.length / 16))
    for (let index = 0; index < slice.length; index++)
      plain[at + index] = (slice[index] as number) ^ (stream[index] as number)
  }
  return plain
}

/** WinZip counts in little-endian numbers from 1; the counter of OpenSSL is big-endian. */
function keyStream(key: Buffer, from: number, blocks: number): Buffer {
  const counters = Buffer.alloc(16 * blocks)
  for (let block = 0; block < blocks; block++) counters.writeUInt32LE(from + block + 1, 16 * block)
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false)
  return cipher.update(counters)
}
