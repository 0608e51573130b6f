/** The value by which RAR 5 checks a password before it unpacks anything (RARLAB, RAR 5.0 archive format). */
import { createHash, pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { PasswordCheck } from './trial.ts'

const derive = promisify(pbkdf2)

/** Blocks that are searched for the record of the encryption. */
const MAX_BLOCKS = 1_000
/** Microseconds of 32,768 rounds, the number that RAR writes; the binary logarithm of more than this is not tried. */
const [USUAL_WORK, USUAL_ROUNDS, MAX_ROUNDS] = [5_000, 15, 18]
/** Types of blocks, and of the record in a file's extra area. */
const [FILE, ENCRYPTION_HEADER, ENCRYPTION_RECORD] = [2, 4, 1]

/** Undefined where the archive has no such value. */
export function rar5Check(bytes: Buffer): PasswordCheck | undefined {
  const record = encryptionOf(bytes)
  if (record === undefined) return undefined
  const { rounds, salt, value } = record
  return {
    work: USUAL_WORK * Math.max(1, 2 ** (rounds - USUAL_ROUNDS)),
    isRight: async password => {
      // 16 rounds more make the key of the checksums, and another 16 the value (RAR 5.0, "Encryption algorithms").
      const made = await derive(password, salt, 2 ** rounds + 32, 32, 'sha256')
      const folded = Buffer.alloc(8)
      for (const [at, byte] of made.entries()) folded[at % 8] = (folded[at % 8] as number) ^ byte
      return timingSafeEqual(folded, value)
    },
  }
}

interface Encryption {
  /** The binary logarithm of their number. */
  readonly rounds: number
  readonly salt: Buffer
  readonly value: Buffer
}

/** The encryption of the headers, or of the first file that has one. */
function encryptionOf(bytes: Buffer): Encryption | undefined {
  if (bytes[6] !== 1) return undefined
  let at = 8
  for (let block = 0; block < MAX_BLOCKS && at + 7 <= bytes.length; block++) {
    const [size, start] = number(bytes, at + 4)
    const end = start + size
    if (size === 0 || end > bytes.length) return undefined
    const [type, afterType] = number(bytes, start)
    const [flags, afterFlags] = number(bytes, afterType)
    if (type === ENCRYPTION_HEADER) return read(bytes.subarray(afterFlags, end))
    const [extra, afterExtra] = (flags & 1) !== 0 ? number(bytes, afterFlags) : [0, afterFlags]
    const [data] = (flags & 2) !== 0 ? number(bytes, afterExtra) : [0]
    const found = type === FILE && extra > 0 && extra <= size ? fileRecord(bytes.subarray(end - extra, end)) : undefined
    if (found) return found
    at = end + data
  }
  return undefined
}

function fileRecord(area: Buffer): Encryption | undefined {
  for (let at = 0; at < area.length; ) {
    const [size, start] = number(area, at)
    const [type, body] = number(area, start)
    if (type === ENCRYPTION_RECORD) return read(area.subarray(body, start + size))
    if (size === 0) return undefined
    at = start + size
  }
  return undefined
}

/** Version, flags, rounds, salt; in a file's record an initialisation vector; the value and its own checksum. */
function read(record: Buffer): Encryption | undefined {
  const [version, afterVersion] = number(record, 0)
  const [flags, at] = number(record, afterVersion)
  const rounds = record[at] ?? 255
  if (version !== 0 || (flags & 1) === 0 || rounds > MAX_ROUNDS || record.length < at + 29) return undefined
  const value = record.subarray(record.length - 12, record.length - 4)
  const checksum = createHash('sha256').update(value).digest().subarray(0, 4)
  if (!checksum.equals(record.subarray(record.length - 4))) return undefined
  return { rounds, salt: record.subarray(at + 1, at + 17), value }
}

/** A number of seven bits a byte, and where it ends. */
function number(bytes: Buffer, from: number): readonly [value: number, next: number] {
  let value = 0
  for (let index = 0; index < 8 && from + index < bytes.length; index++) {
    const byte = bytes[from + index] as number
    value += (byte & 0x7f) * 2 ** (7 * index)
    if ((byte & 0x80) === 0) return [value, from + index + 1]
  }
  return [value, bytes.length]
}
