/** Zip archives as every reader would see them: by the directory at the end, and by the entries as they stand. */
import { setImmediate } from 'node:timers/promises'
import { inflate } from './inflate.ts'
import type { Inspector, Notes } from './inspection.ts'
import { inspectOoxml, isOoxml } from './ooxml.ts'
import { dataOf, LOCAL_HEADER, readDirectory, type ZipEntry } from './zip-directory.ts'

/** What is declared in all, and beyond which ratio it is a bomb. Small files may be very regular. */
const MAX_DECLARED = 209_715_200
const MAX_RATIO = 100
const RATIO_FROM = 1_048_576
/** Of a longer entry the beginning is unpacked first: where that is of no format that is looked into, the rest is not. */
const LONG_ENTRY = 8_388_608
const HEAD = 40_960
/** An entry is unpacked as far as the budget goes. */
const MAX_ENTRY = 33_554_432
/** Entries that are unpacked before others have their turn. */
const TURN = 100
/** Names that only the entries have are sought in so many places. */
const MAX_SIGNATURES = 10_000

export const inspectZip: Inspector = async (bytes, to) => {
  const { notes, budget, signal, nested, isKnown } = to
  const { entries, broken, more } = await readDirectory(bytes, budget.entries)
  budget.entries -= entries.length
  for (const { name, size, encrypted } of entries) notes.member({ name, size, ...(encrypted && { encrypted }) })
  if (broken !== undefined) notes.trait('unscannable', `the directory of the archive cannot be read: ${broken}`)
  if (more) notes.beyond(`it has more than ${entries.length} entries`)
  if (entries.some(({ encrypted }) => encrypted)) notes.trait('encrypted', 'entries of the archive need a password')
  const ranges = checkRanges(bytes, entries, notes)
  if (!more) checkHiddenEntries(bytes, ranges, notes)
  // Whoever puts something before an archive need not tell the directory: most programs reckon with that.
  const first = bytes.indexOf(LOCAL_HEADER)
  if (broken !== undefined && first > 0) return await nested('', bytes.subarray(first))
  if (isBomb(bytes, entries, notes)) return
  const unpack = async (
    { offset, packed, method, encrypted, size }: ZipEntry,
    most = MAX_ENTRY,
  ): Promise<Buffer | undefined> => {
    const data = dataOf(bytes, offset, packed)
    if (data === undefined || encrypted) return undefined
    if (method === 0) return data
    if (method !== 8) {
      notes.trait('unscannable', `an entry is packed in a way that is not unpacked (method ${method})`)
      return undefined
    }
    const { bytes: plain, end } = await inflate(data, { form: 'raw', maxBytes: most, budget, signal })
    if (end === 'whole' && plain.length !== size) notes.trait('lying-directory', 'an entry is not as long as it says')
    if (end === 'cut' && (most === MAX_ENTRY || plain.length < most)) notes.beyond('it holds more than may be unpacked')
    return plain
  }
  const ownParts = isOoxml(entries) ? await inspectOoxml(entries, unpack, to) : undefined
  let unpacked = 0
  for (const entry of entries) {
    if (ownParts?.has(entry)) continue
    if (budget.files <= 0 || budget.inflate <= 0) return notes.beyond('it holds more than may be looked into')
    if (entry.packed === 0 || entry.name.endsWith('/')) continue
    unpacked += 1
    if (unpacked % TURN === 0) await setImmediate()
    if (entry.size > LONG_ENTRY) {
      const head = await unpack(entry, HEAD)
      if (head && !isKnown(entry.name, head)) continue
    }
    const plain = await unpack(entry)
    if (plain) await nested(entry.name, plain)
  }
}

interface Range {
  readonly start: number
  readonly stop: number
}

/** Where entries lie; what overlaps, or is called otherwise by its own header, is told. */
function checkRanges(bytes: Buffer, entries: readonly ZipEntry[], notes: Notes): readonly Range[] {
  const ranges: Range[] = []
  for (const { name, raw, offset, packed, encrypted } of entries) {
    const data = dataOf(bytes, offset, packed)
    if (data === undefined) {
      notes.trait('lying-directory', `the directory names ${name.slice(0, 80)} where there is nothing`)
      continue
    }
    const own = bytes.subarray(offset + 30, offset + 30 + bytes.readUInt16LE(offset + 26))
    const flags = bytes.readUInt16LE(offset + 6)
    if (!own.equals(raw))
      notes.trait('lying-directory', `${name.slice(0, 80)} calls itself ${own.toString('latin1', 0, 80)}`)
    if (((flags & 1) !== 0) !== encrypted)
      notes.trait('lying-directory', `${name.slice(0, 80)} is and is not encrypted`)
    ranges.push({ start: offset, stop: data.byteOffset - bytes.byteOffset + packed })
  }
  const sorted = ranges.toSorted((a, b) => a.start - b.start)
  for (const [index, { start }] of sorted.entries()) {
    if (index > 0 && start < (sorted[index - 1]?.stop ?? 0)) notes.trait('overlapping', 'entries share bytes')
  }
  return sorted
}

/** Entries that stand in the file and not in the directory: readers that stream see them. */
function checkHiddenEntries(bytes: Buffer, ranges: readonly Range[], notes: Notes): void {
  let next = 0
  let at = bytes.indexOf(LOCAL_HEADER)
  for (let found = 0; at >= 0; found += 1) {
    if (found === MAX_SIGNATURES) {
      notes.beyond('it has more marks of entries than are looked at')
      break
    }
    while (next < ranges.length && (ranges[next]?.stop ?? 0) <= at) next += 1
    const around = ranges[next]
    if (around !== undefined && around.start <= at) {
      // Within an entry that is known; a stored archive in it has signatures of its own.
      at = bytes.indexOf(LOCAL_HEADER, Math.max(around.stop, at + 4))
      continue
    }
    const length = at + 30 <= bytes.length ? bytes.readUInt16LE(at + 26) : 0
    const name = bytes.toString('latin1', at + 30, at + 30 + Math.min(length, 255))
    if (length > 0 && at + 30 + length <= bytes.length) {
      notes.trait('lying-directory', `the directory does not name ${name.slice(0, 80)}`)
      notes.member({ name })
    }
    at = bytes.indexOf(LOCAL_HEADER, at + 4)
  }
  const first = ranges[0]?.start ?? 0
  if (first > 0 && !bytes.subarray(0, 4).equals(LOCAL_HEADER) && bytes[0] !== 0x50)
    notes.trait('polyglot', `${first} bytes stand before the archive`)
}

/** Tells a bomb, by what is declared. */
function isBomb(bytes: Buffer, entries: readonly ZipEntry[], notes: Notes): boolean {
  const declared = entries.reduce((sum, { size }) => sum + size, 0)
  if (declared > MAX_DECLARED) notes.trait('bomb', `${bytes.length} bytes say that they unpack to ${declared}`)
  else if (declared > RATIO_FROM && declared > bytes.length * MAX_RATIO)
    notes.trait('bomb', `${bytes.length} bytes unpack to ${declared}`)
  else return false
  return true
}
