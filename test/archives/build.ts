/** Builds files, honest ones and traps: zip archives and Compound Files byte by byte. */
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipFileOptions {
  readonly name: string
  readonly data?: Buffer | string
  /** Deflated already, with what it unpacks to. */
  readonly packed?: { readonly bytes: Buffer; readonly size: number; readonly crc: number }
  readonly stored?: boolean
  readonly encrypted?: boolean
  /** What its own header calls it, when the directory calls it otherwise. */
  readonly ownName?: string
  /** The size that the directory tells. */
  readonly declared?: number
  /** Not named by the directory. */
  readonly hidden?: boolean
  /** The place of another entry, to share its bytes. */
  readonly sameAs?: number
}

/** A zip archive with these entries; `before` and `after` stand around it. */
export function zip(files: readonly ZipFileOptions[], { before = '', comment = '' } = {}): Buffer {
  const parts: Buffer[] = [Buffer.from(before, 'latin1')]
  const directory: Buffer[] = []
  const offsets: number[] = []
  let offset = parts[0]?.length ?? 0
  let named = 0
  for (const file of files) {
    const plain = Buffer.from(file.data ?? '')
    const { bytes, size, crc } = file.packed ?? {
      bytes: file.stored ? plain : deflateRawSync(plain),
      size: plain.length,
      crc: crc32(plain),
    }
    const [name, ownName] = [Buffer.from(file.name), Buffer.from(file.ownName ?? file.name)]
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE((file.encrypted ? 1 : 0) | 0x800, 2)
    common.writeUInt16LE(file.stored ? 0 : 8, 4)
    common.writeUInt32LE(crc, 10)
    common.writeUInt32LE(bytes.length, 14)
    common.writeUInt32LE(file.declared ?? size, 18)
    common.writeUInt16LE(name.length, 22)
    const own = Buffer.from(common)
    own.writeUInt16LE(ownName.length, 22)
    const at = file.sameAs === undefined ? offset : (offsets[file.sameAs] ?? 0)
    offsets.push(at)
    if (file.sameAs === undefined) {
      parts.push(Buffer.from('PK\x03\x04', 'latin1'), own, ownName, bytes)
      offset += 30 + ownName.length + bytes.length
    }
    if (file.hidden) continue
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(at, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), common, tail, name)
    named += 1
  }
  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(named & 0xffff, 8)
  end.writeUInt16LE(named & 0xffff, 10)
  end.writeUInt32LE(listing.length, 12)
  end.writeUInt32LE(offset, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...parts, listing, end, Buffer.from(comment, 'latin1')])
}

export interface OleStream {
  /** One storage at most: `Macros/VBA` counts as one name each. */
  readonly path: string
  readonly data: Buffer | string
}

const SECTOR = 512
const MINI = 64
const END = 0xfffffffe

/** A Compound File with these streams. Small ones lie in the mini stream, as MS-CFB has it. */
export function ole(streams: readonly OleStream[], { rootClass = '' } = {}): Buffer {
  const fat: number[] = []
  const sectors: Buffer[] = []
  const put = (data: Buffer): number => {
    if (data.length === 0) return END
    const first = sectors.length
    const count = Math.ceil(data.length / SECTOR)
    for (let index = 0; index < count; index += 1) {
      const sector = Buffer.alloc(SECTOR)
      data.copy(sector, 0, index * SECTOR, (index + 1) * SECTOR)
      sectors.push(sector)
      fat.push(index + 1 < count ? first + index + 1 : END)
    }
    return first
  }
  const nodes: { name: string; type: number; right: number; child: number; start: number; size: number }[] = [
    { name: 'Root Entry', type: 5, right: 0xffffffff, child: 0xffffffff, start: END, size: 0 },
  ]
  const add = (parent: number, name: string, type: number, start = END, size = 0): number => {
    const node = nodes[parent]
    nodes.push({ name, type, right: node?.child ?? 0xffffffff, child: 0xffffffff, start, size })
    if (node) node.child = nodes.length - 1
    return nodes.length - 1
  }
  const folders = new Map<string, number>([['', 0]])
  const mini: Buffer[] = []
  const miniFat: number[] = []
  for (const { path, data } of streams) {
    const bytes = Buffer.from(data)
    const names = path.split('/')
    let parent = 0
    for (let depth = 1; depth < names.length; depth += 1) {
      const folder = names.slice(0, depth).join('/')
      const known = folders.get(folder) ?? add(parent, names[depth - 1] ?? '', 1)
      folders.set(folder, known)
      parent = known
    }
    let start = END
    if (bytes.length >= 4096) start = put(bytes)
    else if (bytes.length > 0) {
      start = miniFat.length
      const count = Math.ceil(bytes.length / MINI)
      for (let index = 0; index < count; index += 1) {
        const piece = Buffer.alloc(MINI)
        bytes.copy(piece, 0, index * MINI, (index + 1) * MINI)
        mini.push(piece)
        miniFat.push(index + 1 < count ? start + index + 1 : END)
      }
    }
    add(parent, names.at(-1) ?? '', 2, start, bytes.length)
  }
  const [root] = nodes
  if (root) Object.assign(root, { start: put(Buffer.concat(mini)), size: mini.length * MINI })
  const words = (numbers: readonly number[]) => {
    const table = Buffer.alloc(Math.ceil((numbers.length * 4) / SECTOR) * SECTOR, 0xff)
    for (const [index, number] of numbers.entries()) table.writeUInt32LE(number, index * 4)
    return table
  }
  const miniFatAt = put(words(miniFat))
  const directory = Buffer.concat(
    nodes.map(({ name, type, right, child, start, size }, index) => {
      const entry = Buffer.alloc(128)
      entry.write(name, 'utf16le')
      entry.writeUInt16LE((name.length + 1) * 2, 64)
      entry[66] = type
      entry.writeUInt32LE(0xffffffff, 68)
      entry.writeUInt32LE(right, 72)
      entry.writeUInt32LE(child, 76)
      if (index === 0) entry.write(rootClass, 80, 'hex')
      entry.writeUInt32LE(start, 116)
      entry.writeUInt32LE(size, 120)
      return entry
    }),
  )
  const directoryAt = put(directory)
  const fatCount = Math.ceil((sectors.length + 1) / 127)
  const fatAt = sectors.length
  for (let index = 0; index < fatCount; index += 1) fat.push(0xfffffffd)
  const head = Buffer.alloc(SECTOR, 0)
  head.write('d0cf11e0a1b11ae1', 'hex')
  head.writeUInt16LE(0x3e, 24)
  head.writeUInt16LE(3, 26)
  head.writeUInt16LE(0xfffe, 28)
  head.writeUInt16LE(9, 30)
  head.writeUInt16LE(6, 32)
  head.writeUInt32LE(fatCount, 44)
  head.writeUInt32LE(directoryAt, 48)
  head.writeUInt32LE(4096, 56)
  head.writeUInt32LE(miniFatAt, 60)
  head.writeUInt32LE(miniFat.length > 0 ? 1 : 0, 64)
  head.writeUInt32LE(END, 68)
  head.fill(0xff, 76)
  for (let index = 0; index < fatCount; index += 1) head.writeUInt32LE(fatAt + index, 76 + index * 4)
  return Buffer.concat([head, ...sectors, words(fat)])
}

/** MS-OVBA's compression with no copies: every byte as it is. */
export function vba(source: string): Buffer {
  const text = Buffer.from(source, 'latin1')
  const chunks: Buffer[] = [Buffer.from([1])]
  for (let at = 0; at < text.length; at += 3600) {
    const piece = text.subarray(at, at + 3600)
    const coded: Buffer[] = []
    for (let index = 0; index < piece.length; index += 8) coded.push(Buffer.from([0]), piece.subarray(index, index + 8))
    const body = Buffer.concat(coded)
    const head = Buffer.alloc(2)
    head.writeUInt16LE(0xb000 | (body.length - 1))
    chunks.push(head, body)
  }
  return Buffer.concat(chunks)
}
