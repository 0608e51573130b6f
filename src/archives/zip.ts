/** Zip archives in both readings: by the central directory at the end, and by the local headers. */
import { setImmediate } from 'node:timers/promises'
import { lazyModule } from '../model/lazy.ts'
import type { Inspector, Notes } from './inspection.ts'
import { inspectOdf, isOdf } from './odf.ts'
import { inspectOoxml, isOoxml } from './ooxml.ts'
import { openedBy } from './passwords/trial.ts'
import type { OpenedZip } from './passwords/zip.ts'
import { NEEDS_PASSWORD, ZipContent } from './zip-content.ts'
import { dataOf, LOCAL_HEADER, readDirectory, startOf, type ZipEntry } from './zip-directory.ts'
import { isCutOff, readLocalHeaders } from './zip-local-headers.ts'

/** A bomb declares more bytes in all, or a higher ratio. Small files may compress that well. */
const MAX_DECLARED = 209_715_200
const MAX_RATIO = 100
const RATIO_FROM = 1_048_576
/** Of a longer entry the beginning is inflated first, and the rest only if its format is inspected. */
const LONG_ENTRY = 8_388_608
const HEAD = 40_960
/** Entries after which the event loop serves others. */
const TURN = 100
/** Local headers that are examined for names that the directory does not have. */
const MAX_SIGNATURES = 10_000

export const inspectZip: Inspector = async (bytes, to) => {
  const { notes, budget, nested, isKnown } = to
  const { entries, more, isCut } = await readEntries(bytes, to)
  budget.entries -= entries.length
  for (const { name, size, encrypted } of entries) notes.member({ name, size, ...(encrypted && { encrypted }) })
  if (more) notes.beyond(`it has more than ${entries.length} entries`)
  checkNames(entries, notes)
  if (!isCut) {
    const ranges = checkRanges(bytes, entries, notes)
    if (!more) checkHiddenEntries(bytes, ranges, notes)
    if (entries.length === 0 && (await inspectShifted(bytes, to))) return
  }
  const content = new ZipContent(bytes, await openEncrypted(bytes, entries, to), to, isCut)
  if (isBomb(bytes, entries, notes)) return
  const read = (entry: ZipEntry): Promise<Buffer | undefined> => content.read(entry)
  const ownParts = isOoxml(entries)
    ? await inspectOoxml(entries, read, to)
    : isOdf(entries)
      ? await inspectOdf(entries, read, to)
      : undefined
  let unpacked = 0
  for (const entry of entries) {
    if (ownParts?.has(entry)) continue
    if (budget.files <= 0 || budget.inflate <= 0) return notes.beyond('it holds more files than may be inspected')
    if (entry.packed === 0 || (entry.size === 0 && entry.name.endsWith('/'))) continue
    unpacked += 1
    if (unpacked % TURN === 0) await setImmediate()
    if (entry.size > LONG_ENTRY) {
      const head = await content.read(entry, HEAD)
      if (head && !isKnown(entry.name, head)) continue
    }
    const plain = await content.read(entry)
    if (plain) await nested(entry.name, plain)
  }
}

interface Entries {
  readonly entries: readonly ZipEntry[]
  readonly more: boolean
  /** The archive has no directory: the entries are those of the local headers. */
  readonly isCut: boolean
}

async function readEntries(bytes: Buffer, { notes, budget }: Parameters<Inspector>[1]): Promise<Entries> {
  const { entries, broken, more } = await readDirectory(bytes, budget.entries)
  if (broken === undefined) return { entries, more, isCut: false }
  notes.trait('unscannable', `the directory of the archive cannot be read: ${broken}`)
  return isCutOff(bytes) ? { ...readLocalHeaders(bytes, budget.entries), isCut: true } : { entries, more, isCut: false }
}

/**
 * The offsets of a directory may ignore bytes before the archive, which most programs accept: a picture, or another
 * archive.
 *
 * @returns whether it is so
 */
async function inspectShifted(bytes: Buffer, { notes, nested }: Parameters<Inspector>[1]): Promise<boolean> {
  const first = bytes.indexOf(LOCAL_HEADER)
  const start = startOf(bytes)
  if (start !== undefined && start > 0 && bytes.subarray(start, start + 4).equals(LOCAL_HEADER)) {
    if (first >= 0 && first < start) {
      notes.trait('directory-mismatch', 'another archive stands before the archive')
      await nested('', bytes.subarray(first, start))
    }
    await nested('', bytes.subarray(start))
    return true
  }
  if (first <= 0) return false
  await nested('', bytes.subarray(first))
  return true
}

/** Two entries with one name and different contents: which of them a person gets depends on the program. */
function checkNames(entries: readonly ZipEntry[], notes: Notes): void {
  const seen = new Map<string, ZipEntry>()
  for (const entry of entries) {
    const key = pathOf(entry.name)
    const other = seen.get(key)
    if (other && (other.crc !== entry.crc || other.size !== entry.size))
      notes.trait('duplicate-name', `two entries have the name ${entry.name.slice(-80)}`)
    seen.set(key, entry)
  }
}

/** As a file system without upper case reads it. */
const pathOf = (name: string): string =>
  name
    .toLowerCase()
    .split('/')
    .filter(part => part !== '' && part !== '.')
    .join('/')

/** Opens an encrypted archive where the message gives its password, and notes whether it does. */
async function openEncrypted(
  bytes: Buffer,
  entries: readonly ZipEntry[],
  { notes, ...to }: Parameters<Inspector>[1],
): Promise<OpenedZip | undefined> {
  if (!entries.some(({ encrypted }) => encrypted)) return undefined
  const { openZip } = await zipPasswords()
  const opened = await openZip(bytes, entries, to)
  if (opened) notes.opened(openedBy(opened.by))
  else notes.trait('encrypted', NEEDS_PASSWORD)
  return opened
}

const zipPasswords = lazyModule(() => import('./passwords/zip.ts'))

interface Range {
  readonly start: number
  readonly stop: number
}

/** The ranges of the entries. Notes overlaps, and entries whose local header contradicts the directory. */
function checkRanges(bytes: Buffer, entries: readonly ZipEntry[], notes: Notes): readonly Range[] {
  const ranges: Range[] = []
  for (const { name, raw, offset, packed, encrypted } of entries) {
    const data = dataOf(bytes, offset, packed)
    if (data === undefined) {
      notes.trait('directory-mismatch', `the directory names ${name.slice(0, 80)} where there is nothing`)
      continue
    }
    const own = bytes.subarray(offset + 30, offset + 30 + bytes.readUInt16LE(offset + 26))
    const flags = bytes.readUInt16LE(offset + 6)
    if (!own.equals(raw))
      notes.trait(
        'directory-mismatch',
        `${name.slice(0, 80)} has another name in its local header: ${own.toString('latin1', 0, 80)}`,
      )
    if (((flags & 1) !== 0) !== encrypted)
      notes.trait('directory-mismatch', `${name.slice(0, 80)} is and is not encrypted`)
    ranges.push({ start: offset, stop: data.byteOffset - bytes.byteOffset + packed })
  }
  const sorted = ranges.toSorted((a, b) => a.start - b.start)
  for (const [index, { start }] of sorted.entries()) {
    if (index > 0 && start < (sorted[index - 1]?.stop ?? 0)) notes.trait('overlapping', 'entries share bytes')
  }
  return sorted
}

/** Entries that are in the file and not in the directory: streaming readers see them. */
function checkHiddenEntries(bytes: Buffer, ranges: readonly Range[], notes: Notes): void {
  let next = 0
  let at = bytes.indexOf(LOCAL_HEADER)
  for (let found = 0; at >= 0; found += 1) {
    if (found === MAX_SIGNATURES) {
      notes.beyond('it has more local headers than are examined')
      break
    }
    while (next < ranges.length && (ranges[next]?.stop ?? 0) <= at) next += 1
    const around = ranges[next]
    if (around !== undefined && around.start <= at) {
      // Inside a known entry: a stored archive has signatures too.
      at = bytes.indexOf(LOCAL_HEADER, Math.max(around.stop, at + 4))
      continue
    }
    const length = at + 30 <= bytes.length ? bytes.readUInt16LE(at + 26) : 0
    const name = bytes.toString('latin1', at + 30, at + 30 + Math.min(length, 255))
    if (length > 0 && at + 30 + length <= bytes.length) {
      notes.trait('directory-mismatch', `the directory does not name ${name.slice(0, 80)}`)
      notes.member({ name })
    }
    at = bytes.indexOf(LOCAL_HEADER, at + 4)
  }
  const first = ranges[0]?.start ?? 0
  if (first > 0 && !bytes.subarray(0, 4).equals(LOCAL_HEADER) && bytes[0] !== 0x50)
    notes.trait('polyglot', `${first} bytes stand before the archive`)
}

/** Whether the declared sizes are those of a bomb. Notes it. */
function isBomb(bytes: Buffer, entries: readonly ZipEntry[], notes: Notes): boolean {
  const declared = entries.reduce((sum, { size }) => sum + size, 0)
  if (declared > MAX_DECLARED) notes.trait('bomb', `${bytes.length} bytes declare that they unpack to ${declared}`)
  else if (declared > RATIO_FROM && declared > bytes.length * MAX_RATIO)
    notes.trait('bomb', `${bytes.length} bytes unpack to ${declared}`)
  else return false
  return true
}
