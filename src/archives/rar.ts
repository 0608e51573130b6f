/** RAR archives, versions 1.5 to 4 and 5: the names, and the files that are stored without compression. */
import type { ArchiveMember, Inspector, Notes } from './inspection.ts'
import { memberLister, untilNul, utf8 } from './listing.ts'

/** Blocks of any kind that are read. */
const MAX_BLOCKS = 10_000

type List = (member: ArchiveMember, content: Content) => Promise<boolean>

/** The bytes of a file in the archive, and whether they are stored without compression. */
interface Content {
  readonly bytes: Buffer
  readonly stored: boolean
}

export const namesOfRar: Inspector = async (bytes, { notes, budget, nested }) => {
  const listed = memberLister(notes, budget)
  const list: List = async (member, { bytes, stored }) => {
    if (!listed(member)) return false
    if (member.encrypted || member.size === 0) return true
    if (stored) await nested(member.name, bytes)
    else notes.trait('unscannable', 'files in it have a compression that is not supported')
    return true
  }
  if (bytes[6] === 1) await rar5(bytes, notes, list)
  else await rar4(bytes, notes, list)
}

async function rar4(bytes: Buffer, notes: Notes, list: List): Promise<void> {
  let blocks = 0
  for (let at = 7; at + 7 <= bytes.length; blocks += 1) {
    if (blocks === MAX_BLOCKS) {
      notes.beyond('the archive has more blocks than are read')
      return
    }
    const [type, flags, size] = [bytes[at + 2], bytes.readUInt16LE(at + 3), bytes.readUInt16LE(at + 5)]
    if (size < 7) return
    if (type === 0x73 && (flags & 0x80) !== 0) {
      notes.trait('encrypted', 'even the names in the archive are encrypted')
      return
    }
    if (type === 0x74 && at + 32 <= bytes.length) {
      const length = bytes.readUInt16LE(at + 26)
      const from = at + 32 + ((flags & 0x100) !== 0 ? 8 : 0)
      const name = untilNul(bytes.subarray(from, from + length))
      const member = {
        name: utf8(name),
        size: bytes.readUInt32LE(at + 11),
        ...((flags & 4) !== 0 && { encrypted: true }),
      }
      const start = at + size
      const content = bytes.subarray(start, start + bytes.readUInt32LE(at + 7))
      if (!(await list(member, { bytes: content, stored: bytes[at + 25] === STORED }))) return
    }
    const added = (flags & 0x8000) !== 0 && at + 11 <= bytes.length ? bytes.readUInt32LE(at + 7) : 0
    at += size + added
  }
}

/** The method for stored files. */
const STORED = 0x30

async function rar5(bytes: Buffer, notes: Notes, list: List): Promise<void> {
  const number = (at: number): readonly [value: number, next: number] => {
    let value = 0
    for (let index = 0; index < 8 && at + index < bytes.length; index += 1) {
      const byte = bytes[at + index] ?? 0
      value += (byte & 0x7f) * 2 ** (7 * index)
      if ((byte & 0x80) === 0) return [value, at + index + 1]
    }
    return [value, bytes.length]
  }
  let blocks = 0
  for (let at = 8; at + 7 <= bytes.length; blocks += 1) {
    if (blocks === MAX_BLOCKS) {
      notes.beyond('the archive has more blocks than are read')
      return
    }
    const [size, head] = number(at + 4)
    const end = head + size
    if (size === 0 || end > bytes.length) {
      notes.trait('unscannable', 'the archive is damaged or cut off')
      return
    }
    const [type, afterType] = number(head)
    const [flags, afterFlags] = number(afterType)
    const [extra, afterExtra] = (flags & 1) !== 0 ? number(afterFlags) : ([0, afterFlags] as const)
    const [data, body] = (flags & 2) !== 0 ? number(afterExtra) : ([0, afterExtra] as const)
    if (type === 4) notes.trait('encrypted', 'even the names in the archive are encrypted')
    if (type === 2) {
      const [fileFlags, afterFileFlags] = number(body)
      const [unpacked, afterSize] = number(afterFileFlags)
      let next = number(afterSize)[1]
      next += ((fileFlags & 2) !== 0 ? 4 : 0) + ((fileFlags & 4) !== 0 ? 4 : 0)
      const [packing, afterPacking] = number(next)
      next = number(afterPacking)[1]
      const [length, name] = number(next)
      // An extra record of kind 1 says how the file is encrypted.
      const encrypted = extra > 0 && number(number(end - extra)[1])[0] === 1
      const member = {
        name: utf8(bytes.subarray(name, Math.min(name + length, end))),
        size: unpacked,
        ...(encrypted && { encrypted }),
      }
      const content = bytes.subarray(end, end + data)
      if (!(await list(member, { bytes: content, stored: (packing & 0x380) === 0 }))) return
    }
    // Encrypted headers, or the end.
    if (type === 4 || type === 5) return
    at = end + data
  }
}
