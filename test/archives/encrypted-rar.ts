/** Writes an encrypted RAR 5 archive of one stored file (RARLAB, RAR 5.0 archive format). */
import { createCipheriv, createHash, pbkdf2Sync } from 'node:crypto'
import { crc32 } from 'node:zlib'

export interface EncryptedRarOptions {
  readonly name: string
  readonly data: Buffer
  readonly password: string
  /** The binary logarithm of the rounds. @default 15 */
  readonly rounds?: number
}

export function encryptedRar({ name, data, password, rounds = 15 }: EncryptedRarOptions): Buffer {
  const [salt, iv] = [Buffer.alloc(16, 0x5a), Buffer.alloc(16, 0x33)]
  const key = pbkdf2Sync(password, salt, 2 ** rounds, 32, 'sha256')
  const value = pbkdf2Sync(password, salt, 2 ** rounds + 32, 32, 'sha256')
  const check = Buffer.alloc(8)
  for (const [at, byte] of value.entries()) check[at % 8] = (check[at % 8] as number) ^ byte
  const padded = Buffer.concat([data, Buffer.alloc((16 - (data.length % 16)) % 16)])
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false)
  const packed = Buffer.concat([cipher.update(padded), cipher.final()])
  const sum = createHash('sha256').update(check).digest().subarray(0, 4)
  const record = Buffer.concat([Buffer.from([1, 0, 1, rounds]), salt, iv, check, sum])
  const extra = Buffer.concat([number(record.length), record])
  const title = Buffer.from(name)
  const crc = Buffer.alloc(4)
  crc.writeUInt32LE(crc32(data))
  const file = Buffer.concat([
    Buffer.from([2, 3]),
    number(extra.length),
    number(packed.length),
    // The flag of a checksum, the size, attributes, the checksum, stored, Windows, the name.
    Buffer.from([4]),
    number(data.length),
    Buffer.from([0x20]),
    crc,
    Buffer.from([0, 0]),
    number(title.length),
    title,
    extra,
  ])
  const mark = Buffer.from('526172211a070100', 'hex')
  return Buffer.concat([mark, block(Buffer.from([1, 0, 0])), block(file), packed, block(Buffer.from([5, 0, 0]))])
}

/** With its checksum and its size. */
function block(header: Buffer): Buffer {
  const body = Buffer.concat([number(header.length), header])
  const crc = Buffer.alloc(4)
  crc.writeUInt32LE(crc32(body))
  return Buffer.concat([crc, body])
}

/** Seven bits a byte, the lower ones first. */
function number(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest >>>= 7
  } while (rest > 0)
  return Buffer.from(bytes)
}
