/** Writes a zip archive of stored entries with the traditional encryption (PKWARE APPNOTE.TXT 6.1). */
import { crc32 } from 'node:zlib'

export interface EncryptedEntry {
  readonly name: string
  readonly data: Buffer | string
  /** How the content is compressed already. @default 0, stored */
  readonly method?: number
  /** The plain content, where the data is compressed. */
  readonly plain?: Buffer
}

export function encryptedZip(password: string, entries: readonly EncryptedEntry[]): Buffer {
  const [parts, directory]: [Buffer[], Buffer[]] = [[], []]
  let offset = 0
  for (const { name, data, method = 0, plain = Buffer.from(data) } of entries) {
    const crc = crc32(plain)
    const content = encrypt(
      password,
      Buffer.concat([Buffer.alloc(11, 0x41), Buffer.from([crc >>> 24]), Buffer.from(data)]),
    )
    const title = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x801, 2)
    common.writeUInt16LE(method, 4)
    common.writeUInt32LE(crc, 10)
    common.writeUInt32LE(content.length, 14)
    common.writeUInt32LE(plain.length, 18)
    common.writeUInt16LE(title.length, 22)
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, title, content)
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), common, rest, title)
    offset += 30 + title.length + content.length
  }
  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(listing.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, listing, end])
}

function encrypt(password: string, plain: Buffer): Buffer {
  const keys = [0x12345678, 0x23456789, 0x34567890] as [number, number, number]
  // The checksum of zlib inverts its register before and after; the keys do not.
  const step = (key: number, byte: number): number => ~crc32(Buffer.from([byte]), ~key >>> 0) >>> 0
  const update = (byte: number): void => {
    keys[0] = step(keys[0], byte)
    keys[1] = (Math.imul(keys[1] + (keys[0] & 0xff), 134_775_813) + 1) >>> 0
    keys[2] = step(keys[2], keys[1] >>> 24)
  }
  for (const byte of Buffer.from(password)) update(byte)
  return Buffer.from(
    plain.map(byte => {
      const mask = (keys[2] | 2) & 0xffff
      const cipher = byte ^ ((Math.imul(mask, mask ^ 1) >>> 8) & 0xff)
      update(byte)
      return cipher
    }),
  )
}
