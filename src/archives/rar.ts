/** The names in RAR archives, of the forms 1.5 to 4 and of form 5: blocks with a size each. */
import type { Inspector, Member, Notes } from './inspection.ts'
import { lister, untilNul, utf8 } from './listing.ts'

/** Blocks of whatever kind that are read. */
const MOST_BLOCKS = 10_000

export const inspectRar: Inspector = (bytes, { notes, budget }) => {
  const list = lister(notes, budget)
  if (bytes[6] === 1) rar5(bytes, notes, list)
  else rar4(bytes, notes, list)
}

function rar4(bytes: Buffer, notes: Notes, list: (member: Member) => boolean): void {
  let blocks = 0
  for (let at = 7; at + 7 <= bytes.length; blocks += 1) {
    if (blocks === MOST_BLOCKS) {
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
      if (!list(member)) return
    }
    const added = (flags & 0x8000) !== 0 && at + 11 <= bytes.length ? bytes.readUInt32LE(at + 7) : 0
    at += size + added
  }
}

function rar5(bytes: Buffer, notes: Notes, list: (member: Member) => boolean): void {
  const number = (at: number): readonly [value: number, next: number] => {
    let value = 0
    for (let index = 0; index < 8 && at + index < bytes.length; index += 1) {
      const octet = bytes[at + index] ?? 0
      value += (octet & 0x7f) * 2 ** (7 * index)
      if ((octet & 0x80) === 0) return [value, at + index + 1]
    }
    return [value, bytes.length]
  }
  let blocks = 0
  for (let at = 8; at + 7 <= bytes.length; blocks += 1) {
    if (blocks === MOST_BLOCKS) {
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
      next = number(number(next)[1])[1]
      const [length, name] = number(next)
      // An extra record of kind 1 says how the file is encrypted.
      const encrypted = extra > 0 && number(number(end - extra)[1])[0] === 1
      if (
        !list({
          name: utf8(bytes.subarray(name, Math.min(name + length, end))),
          size: unpacked,
          ...(encrypted && { encrypted }),
        })
      )
        return
    }
    // Encrypted headers, or the end.
    if (type === 4 || type === 5) return
    at = end + data
  }
}
