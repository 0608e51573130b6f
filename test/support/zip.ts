/** A ZIP archive of stored files (APPNOTE.TXT 4.3), as small as a test needs. */
import { crc32 } from 'node:zlib'

export interface ZipOptions {
  /** Mark the content as encrypted, and make it look so. */
  readonly encrypted?: boolean
}

export function zip(files: Readonly<Record<string, Buffer>>, { encrypted = false }: ZipOptions = {}): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, plain] of Object.entries(files)) {
    // The traditional encryption puts twelve bytes before the content.
    const content = encrypted ? Buffer.concat([Buffer.alloc(12, 7), plain.map(byte => byte ^ 0x5a)]) : plain
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(encrypted ? 1 : 0, 2)
    common.writeUInt32LE(crc32(plain), 10)
    common.writeUInt32LE(content.length, 14)
    common.writeUInt32LE(plain.length, 18)
    common.writeUInt16LE(name.length, 22)
    parts.push(Buffer.from('PK\x03\x04'), common, Buffer.from(name), content)
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), common, rest, Buffer.from(name))
    offset += 4 + common.length + name.length + content.length
  }
  const entries = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  const count = Object.keys(files).length
  end.writeUInt16LE(count, 4)
  end.writeUInt16LE(count, 6)
  end.writeUInt32LE(entries.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, entries, Buffer.from('PK\x05\x06'), end])
}
