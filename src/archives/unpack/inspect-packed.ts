/** Inspects a container with 7-Zip: its entries, and the files in them. Names alone, where 7-Zip is not installed. */
import type { FileFormat } from '../../filetypes/signatures.ts'
import { forwarded } from '../forwarded-notes.ts'
import type { Inspector, Notes } from '../inspection.ts'
import { isOneText, memberLister, noteUnread, STREAMS, withoutCompression } from '../listing.ts'
import { lowerDictionary } from './dictionary.ts'
import type { Fault, Unpacked } from './task.ts'
import { notUnpacked, unpack } from './unpack.ts'

/** What an inspector is given with the bytes. */
type To = Parameters<Inspector>[1]

/** Bytes that one container may declare or unpack to; more, at a ratio beyond the other, is a bomb. */
const MAX_DECLARED = 209_715_200
const MAX_RATIO = 1000
const RATIO_FROM = 33_554_432

/** 7-Zip's names of the formats. Without one it goes by the signature, and opens a volume in a disk at once. */
const TYPES: Partial<Record<FileFormat, string>> = {
  zip: 'zip',
  '7z': '7z',
  bzip2: 'bzip2',
  xz: 'xz',
  lzma: 'lzma',
  compress: 'Z',
  cpio: 'Cpio',
  ar: 'Ar',
  xar: 'Xar',
  wim: 'wim',
  chm: 'Chm',
  iso9660: 'Udf',
  cab: 'Cab',
  arj: 'Arj',
  lha: 'Lzh',
}

/** @internal */
export const sevenZipType = (format: FileFormat, bytes: Buffer): string | undefined =>
  format === 'rar' ? (bytes[6] === 1 ? 'Rar5' : 'Rar') : TYPES[format]

/**
 * An inspector for containers that only 7-Zip unpacks.
 *
 * @param names lists what can be read of the names without 7-Zip
 */
export const packed =
  (format: FileFormat, names?: Inspector): Inspector =>
  async (bytes, to) => {
    const { notes, budget, signal } = to
    const isStream = STREAMS.has(format)
    const own = async (reason: string): Promise<void> => {
      await names?.(bytes, to)
      noteUnread(format, reason, to)
    }
    if (budget.time <= 0) return own(BOUNDS.time)
    const type = sevenZipType(format, bytes)
    const limits = { entries: budget.entries, files: budget.files, bytes: budget.inflate, cpu: budget.time }
    const prepare = (copy: Uint8Array): void => lowerDictionary(format, copy)
    const outcome = await unpack(bytes, { limits, signal, prepare, ...(type !== undefined && { type }) })
    if (outcome.kind !== 'done') {
      if (outcome.kind === 'timeout') budget.time = 0
      if (outcome.kind !== 'busy' || isOneText(format, to.name)) return own(notUnpacked(outcome))
      notes.busy(notUnpacked(outcome))
      await names?.(bytes, { ...to, notes: namesAlone(notes) })
      return
    }
    const answer = isStream ? named(outcome.answer, withoutCompression(to.name)) : outcome.answer
    if (answer.type === undefined && !answer.hiddenNames) {
      await names?.(bytes, to)
      if (DISKS.has(format)) notes.beyond('it is damaged, or has a file system that is not read')
      else noteUnread(format, 'it is damaged: its directory cannot be read', to)
    }
    // 7-Zip reports a dictionary for which it has no memory in the same words as damage.
    if (format === 'xz' && answer.faults.length > 0)
      noteUnread(format, 'it is damaged, or needs more memory than it may take', to)
    else if (hasNothingRead(answer)) noteUnread(format, 'it is damaged: none of its files can be read', to)
    await report(bytes, answer, to)
  }

/** For names while no thread is free: what cannot be read without 7-Zip is no bound. */
const namesAlone = (notes: Notes): Notes => forwarded(notes, { beyond: sentence => notes.busy(sentence) })

/** Faults alone, and not one byte: other programs may read what 7-Zip does not. */
const hasNothingRead = ({ faults, files }: Unpacked): boolean =>
  faults.some(({ fault }) => fault !== 'password') && files.every(({ bytes }) => bytes.length === 0)

const DISKS: ReadonlySet<FileFormat> = new Set(['disk', 'vhd', 'vhdx', 'dmg', 'iso9660'])

/** 7-Zip names the one file in a stream after the file that it was given. */
const named = (unpacked: Unpacked, name: string): Unpacked => ({
  ...unpacked,
  entries: unpacked.entries.map(entry => ({ ...entry, name })),
  files: unpacked.files.map(file => ({ ...file, name })),
})

/** Notes what 7-Zip found, counts it, and inspects the files. */
async function report(bytes: Buffer, unpacked: Unpacked, { notes, budget, nested }: To): Promise<void> {
  const { entries, files, faults, bound, hiddenNames, cpu } = unpacked
  budget.time -= cpu
  budget.inflate -= files.reduce((sum, { bytes }) => sum + bytes.length, 0)
  if (hiddenNames) notes.trait('encrypted', 'even the names in the archive are encrypted')
  const list = memberLister(notes, budget)
  for (const { name, size, encrypted } of entries) {
    if (!list({ name, ...(size !== undefined && { size }), ...(encrypted && { encrypted }) })) break
  }
  const declared = entries.reduce((sum, { size = 0 }) => sum + size, 0)
  const written = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const total = Math.max(declared, bound === 'bytes' ? written : 0)
  if (total > MAX_DECLARED || (total > RATIO_FROM && total > bytes.length * MAX_RATIO))
    notes.trait('bomb', `${bytes.length} bytes unpack to ${total} or more`)
  noteFaults(faults, notes)
  if (bound !== undefined) notes.beyond(BOUNDS[bound])
  for (const { name, bytes } of files) {
    if (bytes.length > 0) await nested(name, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
  }
}

/** @internal */
export const BOUNDS = {
  entries: 'it has more entries than are listed',
  files: 'it holds more files than may be inspected',
  bytes: 'it holds more than may be unpacked',
  time: 'unpacking it takes more time than a message may take',
  memory: 'unpacking it takes more memory than a message may take',
} as const satisfies Record<NonNullable<Unpacked['bound']>, string>

/** @internal */
export const describeFault = (fault: Fault): string => FAULTS[fault]

const FAULTS = {
  checksum: 'has another checksum than the archive declares',
  damaged: 'is damaged',
  method: 'has a compression that is not supported',
  password: 'needs another password',
  cut: 'is cut off',
} as const satisfies Record<Fault, string>

function noteFaults(faults: Unpacked['faults'], notes: Notes): void {
  for (const { name, fault } of faults) {
    const sentence = `${name === '' ? 'the archive' : name.slice(-80)} ${describeFault(fault)}`
    if (fault === 'password') notes.trait('encrypted', sentence)
    else notes.trait('unscannable', sentence)
  }
}
