/** Writers of containers that no program of the tests writes: cpio, ar, RPM and LHA. */

type Files = Readonly<Record<string, Buffer | string>>

const padded = (bytes: Buffer, to: number, fill = 0): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((to - (bytes.length % to)) % to, fill)])

/** The new portable format of cpio. */
export function cpio(files: Files): Buffer {
  const entry = (name: string, content: Buffer, inode: number): Buffer => {
    const fields = [inode, 0o100644, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0]
    const head = `070701${fields.map(field => field.toString(16).padStart(8, '0')).join('')}${name}\0`
    return Buffer.concat([padded(Buffer.from(head), 4), padded(content, 4)])
  }
  const entries = Object.entries(files).map(([name, content], index) => entry(name, Buffer.from(content), index + 1))
  return Buffer.concat([...entries, entry('TRAILER!!!', Buffer.alloc(0), 0)])
}

/** The format of Debian's packages. */
export function ar(files: Files): Buffer {
  const entries = Object.entries(files).map(([name, content]) => {
    const bytes = Buffer.from(content)
    const fields = [name.padEnd(16), '0'.padEnd(12), '0'.padEnd(6), '0'.padEnd(6), '100644'.padEnd(8)]
    return Buffer.concat([
      Buffer.from(`${fields.join('')}${String(bytes.length).padEnd(10)}\`\n`),
      padded(bytes, 2, 10),
    ])
  })
  return Buffer.concat([Buffer.from('!<arch>\n'), ...entries])
}

/** A package of RPM 3: a lead, two headers without entries, and the payload. */
export function rpm(payload: Buffer): Buffer {
  const lead = Buffer.alloc(96)
  lead.writeUInt32BE(0xedabeedb, 0)
  lead[4] = 3
  lead.write('invoice-1-1', 10)
  lead.writeUInt16BE(1, 76)
  lead.writeUInt16BE(5, 78)
  const header = Buffer.alloc(16)
  header.writeUInt32BE(0x8eade801, 0)
  return Buffer.concat([lead, header, header, payload])
}

/** LHA, level 1, not compressed. */
export function lha(files: Files): Buffer {
  const entries = Object.entries(files).map(([name, content]) => {
    const bytes = Buffer.from(content)
    const head = Buffer.alloc(27 + name.length)
    head.write('-lh0-', 2)
    head.writeUInt32LE(bytes.length, 7)
    head.writeUInt32LE(bytes.length, 11)
    head[19] = 0x20
    head[20] = 1
    head[21] = name.length
    head.write(name, 22)
    head.writeUInt16LE(crc16(bytes), 22 + name.length)
    head[24 + name.length] = 0x4d
    head[0] = head.length - 2
    head[1] = head.subarray(2).reduce((sum, byte) => (sum + byte) & 0xff, 0)
    return Buffer.concat([head, bytes])
  })
  return Buffer.concat([...entries, Buffer.alloc(1)])
}

/** CRC-16 with the polynomial A001. */
function crc16(bytes: Buffer): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0xa001 : crc >>> 1
  }
  return crc
}
