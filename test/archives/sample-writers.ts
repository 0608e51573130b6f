/** Writers of formats for which no program of the tests writes a file: one file in each, not compressed or by zlib. */
import { crc32, deflateSync } from 'node:zlib'
import { pack } from '../support/seven-zip.ts'

const u32 = (...numbers: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * numbers.length)
  for (const [index, number] of numbers.entries()) bytes.writeUInt32LE(number, 4 * index)
  return bytes
}
const wide = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le')

/** RAR 5 (RARLAB, RAR 5.0 archive format). */
export function rar(name: string, data: Buffer): Buffer {
  const size = number(data.length)
  const title = Buffer.from(name)
  const attributes = Buffer.concat([Buffer.from([0x20]), u32(crc32(data)), Buffer.from([0, 0]), number(title.length)])
  const file = Buffer.concat([Buffer.from([2, 2]), size, Buffer.from([4]), size, attributes, title])
  const mark = Buffer.from('526172211a070100', 'hex')
  return Buffer.concat([mark, block(Buffer.from([1, 0, 0])), block(file), data, block(Buffer.from([5, 0, 0]))])
}

function block(header: Buffer): Buffer {
  const body = Buffer.concat([number(header.length), header])
  return Buffer.concat([u32(crc32(body)), body])
}

/** Seven bits a byte, the lower ones first. */
function number(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return Buffer.from([...bytes, rest])
}

/** LZMA without a container: the stream of an archive of 7-Zip behind the header of `lzma.txt`. */
export async function lzma(data: Buffer): Promise<Buffer> {
  const archive = await pack('a.7z', { a: data }, ['-m0=LZMA:d=64k', '-mhc=off', '-mf=off'])
  const length = Buffer.alloc(8)
  length.writeUInt32LE(data.length)
  const properties = Buffer.concat([Buffer.from([0x5d]), u32(0x10000)])
  return Buffer.concat([properties, length, archive.subarray(32, 32 + archive.readUInt32LE(12))])
}

/** xar 1.6: a table of contents in XML, packed by zlib, and the files. */
export function xar(name: string, data: Buffer): Buffer {
  const size = `<length>${data.length}</length><offset>0</offset><size>${data.length}</size>`
  const file = `<file id="1"><name>${name}</name><type>file</type><data>${size}<encoding style="application/octet-stream"/></data></file>`
  const toc = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<xar><toc>${file}</toc></xar>`)
  const packed = deflateSync(toc)
  const header = Buffer.alloc(28)
  header.write('xar!')
  header.writeUInt16BE(28, 4)
  header.writeUInt16BE(1, 6)
  header.writeUInt32BE(packed.length, 12)
  header.writeUInt32BE(toc.length, 20)
  return Buffer.concat([header, packed, data])
}

/** A file as the packager stores it (MS-OLEDS §2.3.6). */
export const packaged = (name: string, data: Buffer): Buffer => {
  const head = Buffer.from(`\x02\0label\0C:\\${name}\0\0\0\x03\0`, 'latin1')
  const path = Buffer.from(`t\0`, 'latin1')
  return Buffer.concat([head, u32(path.length), path, u32(data.length), data])
}

/** RTF with an object of the packager. */
export function rtf(name: string, data: Buffer): Buffer {
  const native = packaged(name, data)
  const head = Buffer.from('0105000002000000080000005061636b616765000000000000000000', 'hex')
  const object = Buffer.concat([head, u32(native.length), native]).toString('hex')
  return Buffer.from(`{\\rtf1{\\object{\\*\\objdata ${object}}}}`)
}

/** A notebook of OneNote with one FileDataStoreObject (MS-ONESTORE §2.6.13). */
export const notebook = (name: string, data: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('e4525c7b8cd8a74daeb15378d02996d3', 'hex'),
    u32(wide(name).length),
    wide(name),
    Buffer.from('e716e3bd65261145a4c48d4d0b7a9eac', 'hex'),
    u32(data.length, 0),
    Buffer.alloc(12),
    data,
  ])

/** What Word packs into a web archive. */
export const activeMime = (data: Buffer): Buffer =>
  Buffer.concat([Buffer.from('ActiveMime'), Buffer.alloc(40), deflateSync(data)])

/** An image of macOS (UDIF): one volume that is not compressed, its table in XML, and the trailer. */
export function dmg(volume: Buffer): Buffer {
  const table = Buffer.alloc(204 + 80)
  table.write('mish')
  table.writeUInt32BE(1, 4)
  table.writeBigUInt64BE(BigInt(volume.length / 512), 16)
  table.writeUInt32BE(2, 200)
  // One run of bytes as they are, and the end.
  table.writeUInt32BE(1, 204)
  table.writeBigUInt64BE(BigInt(volume.length / 512), 204 + 16)
  table.writeBigUInt64BE(BigInt(volume.length), 204 + 32)
  table.writeUInt32BE(0xffffffff, 244)
  table.writeBigUInt64BE(BigInt(volume.length / 512), 244 + 8)
  const entry = `<dict><key>Attributes</key><string>0x0050</string><key>Data</key><data>${table.toString('base64')}</data><key>ID</key><string>0</string><key>Name</key><string>disk (DOS_FAT_12 : 0)</string></dict>`
  const plist = `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0"><dict><key>resource-fork</key><dict><key>blkx</key><array>${entry}</array></dict></dict></plist>\n`
  const trailer = Buffer.alloc(512)
  trailer.write('koly')
  trailer.writeUInt32BE(4, 4)
  trailer.writeUInt32BE(512, 8)
  trailer.writeUInt32BE(1, 12)
  trailer.writeBigUInt64BE(BigInt(volume.length), 32)
  trailer.writeUInt32BE(1, 56)
  trailer.writeUInt32BE(1, 60)
  trailer.writeBigUInt64BE(BigInt(volume.length), 216)
  trailer.writeBigUInt64BE(BigInt(plist.length), 224)
  trailer.writeUInt32BE(1, 488)
  trailer.writeBigUInt64BE(BigInt(volume.length / 512), 492)
  return Buffer.concat([volume, Buffer.from(plist), trailer])
}
