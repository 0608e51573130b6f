/** 7-Zip and CAB: the names that can be read without decompression. gzip and zstd: the content, which Node unpacks. */

import { extensionOf } from '../mime/names.ts'
import { inflate } from './inflate.ts'
import type { Inspector } from './inspection.ts'
import { memberLister, noteUnread, utf8, withoutCompression } from './listing.ts'

const MAX_PACKED = 8_388_608
/** The same for content of a format that is inspected. */
const MAX_KNOWN_FORMAT = 33_554_432
const MAX_RATIO = 100
/** Bytes of a 7-Zip directory that are searched. */
const MAX_DIRECTORY = 1_048_576

/** 7-Zip has its directory at the end. Where it is compressed, the names are not known. */
export const namesOfSevenZip: Inspector = (bytes, { notes, budget }) => {
  if (bytes.length < 32) return notes.trait('unscannable', 'the archive is cut off')
  const start = 32 + Number(bytes.readBigUInt64LE(12))
  const length = Number(bytes.readBigUInt64LE(20))
  const header = bytes.subarray(start, start + Math.min(length, MAX_DIRECTORY))
  if (start > bytes.length || header.length === 0) return notes.trait('unscannable', 'the archive has no directory')
  // AES-256 with SHA-256, by its codec id.
  if (header.includes(Buffer.from('06f10701', 'hex'))) notes.trait('encrypted', 'files of the archive need a password')
  if (header[0] !== 1) return notes.beyond('the names in the archive are compressed')
  if (length > MAX_DIRECTORY) notes.beyond('the directory is longer than the limit')
  const list = memberLister(notes, budget)
  for (const name of sevenZipNames(header)) if (!list({ name })) return
}

/** The property `kNames`: texts in UTF-16, each ended by a NUL. */
function sevenZipNames(header: Buffer): readonly string[] {
  for (let at = header.indexOf(0x11); at >= 0; at = header.indexOf(0x11, at + 1)) {
    const first = header[at + 1] ?? 0
    const [size, from] =
      first < 0x80 ? [first, at + 2] : first < 0xc0 ? [((first & 0x3f) << 8) | (header[at + 2] ?? 0), at + 3] : [0, 0]
    const whole = from + size <= header.length && size > 3 && size % 2 === 1 && header[from] === 0
    if (!whole || header.readUInt16LE(from + size - 2) !== 0) continue
    return header.toString('utf16le', from + 1, from + size - 2).split('\0')
  }
  return []
}

export const namesOfCab: Inspector = (bytes, { notes, budget }) => {
  if (bytes.length < 36) return notes.trait('unscannable', 'the cabinet is cut off')
  const list = memberLister(notes, budget)
  let at = bytes.readUInt32LE(16)
  for (let left = bytes.readUInt16LE(28); left > 0 && at + 17 <= bytes.length; left -= 1) {
    const end = bytes.indexOf(0, at + 16)
    if (end < 0 || end - at > 300) return notes.trait('unscannable', 'a name in the cabinet has no end')
    if (!list({ name: utf8(bytes.subarray(at + 16, end)), size: bytes.readUInt32LE(at) })) return
    at = end + 1
  }
}

/** One compressed file, with its name if it has one. The content is inspected. */
export const inspectGzip: Inspector = async (bytes, to) => {
  let at = 10
  const flags = bytes[3] ?? 0
  if ((flags & 4) !== 0 && at + 2 <= bytes.length) at += 2 + bytes.readUInt16LE(at)
  const end = (flags & 8) !== 0 ? bytes.indexOf(0, at) : -1
  const own = end > at && end - at < 1024 ? bytes.toString('latin1', at, end) : ''
  const declared = bytes.length >= 18 ? bytes.readUInt32LE(bytes.length - 4) : 0
  const name = withoutCompression(to.name)
  // Some programs name the file as the header says, others by the name of the compressed file.
  if (own !== '' && name !== '' && extensionOf(own) !== extensionOf(name)) to.notes.member({ name, size: declared })
  await inspectStream(bytes, to, { form: 'gzip', name: own || name, declared })
}

export const inspectZstd: Inspector = (bytes, to) =>
  inspectStream(bytes, to, { form: 'zstd', name: withoutCompression(to.name), declared: 0 })

interface Stream {
  readonly form: 'gzip' | 'zstd'
  readonly name: string
  /** The length that the format declares. */
  readonly declared: number
}

async function inspectStream(
  bytes: Buffer,
  to: Parameters<Inspector>[1],
  { form, name, declared }: Stream,
): Promise<void> {
  const { notes, budget, signal, nested, isKnown } = to
  const unpack = (maxBytes: number) => inflate(bytes, { form, maxBytes, budget, signal })
  const start = await unpack(MAX_PACKED)
  const isMore = start.end === 'cut' && isKnown(name, start.bytes)
  const { bytes: plain, end: how } = isMore ? await unpack(MAX_KNOWN_FORMAT) : start
  notes.member({ name, size: declared || plain.length })
  const swells = Math.max(declared, plain.length)
  if (how === 'cut' && swells > bytes.length * MAX_RATIO)
    notes.trait('bomb', `${bytes.length} bytes unpack to ${swells} or more`)
  else if (how === 'cut' && (isMore || plain.length < MAX_PACKED)) notes.beyond('it holds more than may be inflated')
  if (how === 'broken' && plain.length === 0)
    noteUnread(form, 'it is damaged, or needs more memory than it may take: nothing of it was read', to)
  else if (how === 'broken') notes.trait('unscannable', 'the packed file is damaged or cut off')
  if (plain.length > 0) await nested(name, plain)
}
