/** Tar archives: the old form, POSIX's and GNU's, with the long names of both. */
import { BLOCK, octal } from '../filetypes/tar-header.ts'
import type { Inspector } from './inspection.ts'
import { memberLister, untilNul, utf8 } from './listing.ts'

const MAX_NAME_LENGTH = 4096
/** Headers of any kind that are read. */
const MAX_HEADERS = 10_000

/** Types of entries: a file in three ways, GNU's long name, the extended header of POSIX. */
const FILES: ReadonlySet<string> = new Set(['0', '7', '\0'])
const [LONG_NAME, EXTENDED] = ['L', 'x']

export const inspectTar: Inspector = async (bytes, { notes, budget, nested }) => {
  const list = memberLister(notes, budget)
  let headers = 0
  // What an extended header declares for the next entry.
  let next: Extended = {}
  for (let at = 0; at + BLOCK <= bytes.length; headers += 1) {
    if (headers === MAX_HEADERS) return notes.beyond('it has more entries than are read')
    const head = bytes.subarray(at, at + BLOCK)
    if (head[0] === 0) return
    const type = String.fromCharCode(head[156] ?? 0)
    const size = (FILES.has(type) ? next.size : undefined) ?? sizeOf(head)
    if (size === undefined) return notes.trait('unscannable', 'a size in the archive is no number')
    const body = bytes.subarray(at + BLOCK, at + BLOCK + size)
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
    if (type === LONG_NAME) next = { ...next, name: utf8(untilNul(body.subarray(0, MAX_NAME_LENGTH))) }
    else if (type === EXTENDED) next = { ...next, ...extended(body) }
    else {
      const name = next.name ?? nameIn(head)
      next = {}
      if (!FILES.has(type)) continue
      if (!list({ name, size })) return
      if (size > 0) await nested(name, body)
    }
  }
}

/** In octal, or in GNU's binary form for large sizes, with the highest bit set. */
function sizeOf(head: Buffer): number | undefined {
  if (((head[124] ?? 0) & 0x80) === 0) return octal(head.subarray(124, 136))
  return head.readUInt32BE(124) === 0x80000000 && head.readUInt16BE(128) === 0 ? head.readUIntBE(130, 6) : undefined
}

function nameIn(head: Buffer): string {
  const text = (at: number, length: number) => utf8(untilNul(head.subarray(at, at + length)))
  // GNU has times where POSIX has the beginning of the name.
  const prefix = head.toString('latin1', 257, 263) === 'ustar\0' ? text(345, 155) : ''
  return prefix ? `${prefix}/${text(0, 100)}` : text(0, 100)
}

interface Extended {
  readonly name?: string
  readonly size?: number
}

/** Lines such as `30 path=invoice.exe`, each with its length in front (POSIX pax, "Extended Header"). */
function extended(body: Buffer): Extended {
  const found: { name?: string; size?: number } = {}
  const text = body.subarray(0, 65_536)
  for (let at = 0; at < text.length; ) {
    const blank = text.indexOf(0x20, at)
    const length = Number(text.toString('latin1', at, Math.min(Math.max(blank, at), at + 8)))
    if (!Number.isSafeInteger(length) || length < 5) break
    const line = utf8(text.subarray(blank + 1, at + length - 1))
    const [key, value] = [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]
    if (key === 'path') found.name = value.slice(0, MAX_NAME_LENGTH)
    if (key === 'size' && /^\d{1,15}$/.test(value)) found.size = Number(value)
    at += length
  }
  return found
}
