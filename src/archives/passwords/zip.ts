/** Opens the encrypted entries of a zip archive with a password that the message gives. */
import { setImmediate } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { inflate } from '../inflate.ts'
import type { Budget } from '../inspection.ts'
import { dataOf, type ZipEntry } from '../zip-directory.ts'
import type { PasswordCandidate } from './candidates.ts'
import type { PasswordTrial } from './trial.ts'
import { aesDecrypt, aesEntry, aesKeys } from './zip-aes.ts'
import { CRYPTO_HEADER, ZipCrypto } from './zip-crypto.ts'

/** Bytes of the entry that proves a password, and of any entry that is decrypted. */
const [MAX_PROOF, MAX_ENTRY] = [1_048_576, 4_194_304]
/** Bytes that are decrypted before the event loop serves others. */
const SLICE = 262_144
/** Microseconds: of the keys of WinZip-AES, of those of ZipCrypto, and of a kilobyte of either. */
const [AES_WORK, CRYPTO_WORK, KILOBYTE_WORK] = [800, 5, 12]

/** The bytes of an entry without its encryption, still compressed. */
export interface OpenedEntry {
  readonly data: Buffer
  readonly method: number
}

/** What opening an archive needs. */
export interface ZipOpening {
  readonly passwords: PasswordTrial
  readonly budget: Budget
  readonly signal: AbortSignal
}

/** An archive that a password opened. */
export class OpenedZip {
  readonly by: PasswordCandidate
  readonly #bytes: Buffer
  readonly #password: Buffer
  readonly #passwords: PasswordTrial

  constructor(bytes: Buffer, by: PasswordCandidate, password: Buffer, passwords: PasswordTrial) {
    this.#bytes = bytes
    this.by = by
    this.#password = password
    this.#passwords = passwords
  }

  /** Undefined where the password does not open this entry, or no work is left for it. */
  async entry(entry: ZipEntry): Promise<OpenedEntry | undefined> {
    const lock = lockOf(this.#bytes, entry)
    if (lock === undefined || lock.data.length > MAX_ENTRY || !this.#passwords.spend(workOf(lock))) return undefined
    return await unlock(lock, this.#password)
  }
}

/** Tries the passwords of the message on the smallest encrypted entry. Undefined where none opens it. */
export async function openZip(
  bytes: Buffer,
  entries: readonly ZipEntry[],
  { passwords, budget, signal }: ZipOpening,
): Promise<OpenedZip | undefined> {
  const proof = proofOf(bytes, entries)
  if (proof === undefined) return undefined
  const { entry, lock } = proof
  let key: Buffer = Buffer.alloc(0)
  const isRight = async (password: Buffer): Promise<boolean> => {
    if (lock.aes === undefined && !checksByte(lock, password)) return false
    const opened = await unlock(lock, password)
    if (opened === undefined) return false
    // The code of WinZip-AES has authenticated it; ZipCrypto has the CRC of the plain bytes alone.
    return lock.aes !== undefined || (await hasChecksum(opened, entry, budget, signal))
  }
  const by = await passwords.open(lock.aes === undefined ? CRYPTO_WORK : AES_WORK, async password => {
    for (const form of encodings(password)) {
      if (!(await isRight(form))) continue
      key = form
      return true
    }
    return false
  })
  return by && new OpenedZip(bytes, by, key, passwords)
}

/** A password as bytes: UTF-8, and the Latin of older programs. */
function encodings(password: string): readonly Buffer[] {
  const utf8 = Buffer.from(password)
  return utf8.length === password.length ? [utf8] : [utf8, Buffer.from(password, 'latin1')]
}

/** An encrypted entry: its bytes and how they are encrypted. */
interface Lock {
  readonly data: Buffer
  readonly method: number
  readonly aes: ReturnType<typeof aesEntry>
  /** What the last byte of the header may be: the programs disagree (APPNOTE.TXT 6.1.6). */
  readonly checks: readonly number[]
}

function lockOf(bytes: Buffer, entry: ZipEntry): Lock | undefined {
  const { offset, packed, method, crc } = entry
  const data = dataOf(bytes, offset, packed)
  if (data === undefined || data.length < CRYPTO_HEADER) return undefined
  const flags = bytes.readUInt16LE(offset + 6)
  // PKWARE's strong encryption, which only its own programs read.
  if ((flags & 0x40) !== 0) return undefined
  const start = offset + 30 + bytes.readUInt16LE(offset + 26)
  const aes = aesEntry(method, bytes.subarray(start, start + bytes.readUInt16LE(offset + 28)))
  if (aes === undefined && method === 99) return undefined
  return { data, method: aes?.method ?? method, aes, checks: [crc >>> 24, bytes.readUInt16LE(offset + 10) >>> 8] }
}

/** The smallest encrypted entry that has content, in the directory's order among equals. */
function proofOf(bytes: Buffer, entries: readonly ZipEntry[]): { entry: ZipEntry; lock: Lock } | undefined {
  let smallest: ZipEntry | undefined
  for (const entry of entries)
    if (entry.encrypted && entry.size > 0 && entry.packed < (smallest?.packed ?? MAX_PROOF)) smallest = entry
  const lock = smallest && lockOf(bytes, smallest)
  return smallest && lock && { entry: smallest, lock }
}

const workOf = ({ data, aes }: Lock): number =>
  Math.ceil((data.length / 1024) * KILOBYTE_WORK) + (aes === undefined ? CRYPTO_WORK : AES_WORK)

/** One of 256 wrong passwords passes. */
function checksByte({ data, checks }: Lock, password: Buffer): boolean {
  const header = new ZipCrypto(password).decrypt(Buffer.from(data.subarray(0, CRYPTO_HEADER)))
  return checks.includes(header[CRYPTO_HEADER - 1] as number)
}

async function unlock(lock: Lock, password: Buffer): Promise<OpenedEntry | undefined> {
  const { data, method, aes } = lock
  if (aes !== undefined) {
    const keys = await aesKeys(password, data, aes)
    const plain = keys && (await aesDecrypt(keys))
    return plain && { data: plain, method }
  }
  if (!checksByte(lock, password)) return undefined
  const plain = Buffer.from(data)
  const cipher = new ZipCrypto(password)
  for (let at = 0; at < plain.length; at += SLICE) {
    if (at > 0) await setImmediate()
    cipher.decrypt(plain.subarray(at, at + SLICE))
  }
  return { data: plain.subarray(CRYPTO_HEADER), method }
}

async function hasChecksum(
  { data, method }: OpenedEntry,
  { crc, size }: ZipEntry,
  budget: Budget,
  signal: AbortSignal,
): Promise<boolean> {
  if (method === 0) return crc32(data) === crc
  // A method that is not decoded here: the length of the stream cannot be checked, and the byte has to do.
  if (method !== 8) return true
  const { bytes, end } = await inflate(data, { form: 'raw', maxBytes: size + 1, budget, signal })
  return end !== 'broken' && bytes.length === size && crc32(bytes) === crc
}
