/** Inspects a file and the files inside it within one budget: format, members and traits. */
import { setImmediate } from 'node:timers/promises'
import { endsAsZip, formatOf } from '../filetypes/format.ts'
import type { FileFormat } from '../filetypes/signatures.ts'
import { errorText } from '../model/errors.ts'
import { inspectCalendar } from './calendar.ts'
import { inspectCard } from './card.ts'
import { inspectGzip, inspectZstd, namesOfCab, namesOfSevenZip } from './containers.ts'
import { inspectCsv } from './csv.ts'
import { inspectFlatOffice } from './flat-office.ts'
import {
  type Budget,
  budget as budgetOf,
  type Inspection,
  type InspectLimits,
  type Inspector,
  notes,
} from './inspection.ts'
import { inspectIso } from './iso.ts'
import { noteUnread, STREAMS } from './listing.ts'
import { hiddenWebArchive, inspectActiveMime, inspectMessage, inspectWebArchive } from './message.ts'
import { inspectOle } from './office.ts'
import { inspectOneNote } from './onenote.ts'
import { inspectOther } from './other-archive.ts'
import { inspectTnef } from './outlook.ts'
import { inspectHtml, inspectSvg } from './pages/pages.ts'
import { type FindCandidates, PasswordTrial } from './passwords/trial.ts'
import { withPasswords } from './passwords/with-passwords.ts'
import { inspectPdf } from './pdf/inspect.ts'
import { noteShownAddresses } from './plain-text.ts'
import { namesOfRar } from './rar.ts'
import { inspectRtf } from './rtf.ts'
import {
  inspectBuildFile,
  inspectConsole,
  inspectProfile,
  inspectRdp,
  inspectSearchLocation,
} from './settings-files.ts'
import { inspectLnk, inspectTextShortcut } from './shortcut.ts'
import { inspectTar } from './tar.ts'
import { packed } from './unpack/inspect-packed.ts'
import { inspectZip } from './zip.ts'
import { endOf, LOCAL_HEADER } from './zip-directory.ts'

const inspectScript: Inspector = (_bytes, { notes }) => notes.trait('script', 'it is a script')
const program: Inspector = (_bytes, { notes }) => notes.trait('executable', 'it is a program')

/** Compiled help, which runs scripts when it is opened, and contains files. */
const helpFile: Inspector = async (bytes, to) => {
  to.notes.trait('executable', 'it is a program')
  await packed('chm')(bytes, to)
}

const inspectors: Readonly<Record<FileFormat, Inspector>> = {
  zip: inspectZip,
  ooxml: inspectZip,
  ole: inspectOle,
  pdf: inspectPdf,
  rtf: inspectRtf,
  rar: withPasswords('rar', packed('rar', namesOfRar)),
  '7z': withPasswords('7z', packed('7z', namesOfSevenZip)),
  gzip: inspectGzip,
  tar: inspectTar,
  cab: packed('cab', namesOfCab),
  'other-archive': inspectOther,
  iso9660: inspectIso,
  'flat-office': inspectFlatOffice,
  onenote: inspectOneNote,
  tnef: inspectTnef,
  lnk: inspectLnk,
  eml: inspectMessage,
  mht: inspectWebArchive,
  mso: inspectActiveMime,
  csv: inspectCsv,
  'text-shortcut': inspectTextShortcut,
  calendar: inspectCalendar,
  vcard: inspectCard,
  mobileconfig: inspectProfile,
  'search-location': inspectSearchLocation,
  rdp: inspectRdp,
  msc: inspectConsole,
  msbuild: inspectBuildFile,
  html: inspectHtml,
  svg: inspectSvg,
  script: inspectScript,
  bzip2: packed('bzip2'),
  xz: packed('xz'),
  zstd: inspectZstd,
  lzma: packed('lzma'),
  compress: packed('compress'),
  cpio: packed('cpio'),
  ar: packed('ar'),
  rpm: packed('rpm'),
  xar: packed('xar'),
  wim: packed('wim'),
  ace: packed('ace'),
  arj: packed('arj'),
  lha: packed('lha'),
  vhd: packed('vhd'),
  vhdx: packed('vhdx'),
  disk: packed('disk'),
  dmg: packed('dmg'),
  chm: helpFile,
  pe: program,
  elf: program,
  'mach-o': program,
  'java-class': program,
  dex: program,
}

/** Undefined for a file of another format than those that are inspected. */
export type Inspect = (name: string, bytes: Buffer) => Promise<Inspection | undefined>

/**
 * An inspector for the files of one message, which share a budget. Rejects only when `signal` aborts; what is damaged
 * or beyond a bound is `unscannable`.
 *
 * @example
 * const inspect = inspector({ signal })
 * await inspect('invoice.zip', bytes) // { format: 'zip', traits: ['encrypted'], members: [{ name: 'a.exe' }], … }
 */
export function inspector({ signal, passwords, depth = 3, ...limits }: InspectorOptions): Inspect {
  const shared = {
    count: 0,
    budget: budgetOf(limits),
    passwords: new PasswordTrial(passwords ?? (async () => [])),
    signal,
  }
  return (name, bytes) => inspectFile(name, bytes, { containers: depth, streams: MAX_STREAMS }, shared)
}

export interface InspectorOptions extends InspectLimits {
  readonly signal: AbortSignal
  /** Finds what may be a password when the first encrypted file is met. @default none */
  readonly passwords?: FindCandidates
}

/** What all files of a message share. */
interface Shared {
  /** Files that were looked at, whatever they are. */
  count: number
  readonly budget: Budget
  readonly passwords: PasswordTrial
  readonly signal: AbortSignal
}

/** How much deeper a file may lie. A compressed file is one level less: a package is tar in xz in ar. */
interface Depth {
  readonly containers: number
  readonly streams: number
}
const MAX_STREAMS = 4

const LARGE_FILE = 262_144
/** Files after which the event loop serves others. */
const TURN = 32

async function inspectFile(name: string, bytes: Buffer, depth: Depth, shared: Shared): Promise<Inspection | undefined> {
  const { budget, signal } = shared
  signal.throwIfAborted()
  shared.count += 1
  if (shared.count % TURN === 0) await setImmediate()
  const format = formatOf(bytes, name)
  if (format === undefined) return undefined
  const seen = notes(format, budget)
  if (budget.files <= 0 || budget.bytes < bytes.length) {
    seen.beyond('the message holds more files than are inspected')
    return seen.done()
  }
  // A table is cheap to read: the bounds of entries and bytes are enough.
  if (format !== 'csv') budget.files -= 1
  budget.bytes -= bytes.length
  // A large file takes milliseconds: the event loop serves others between two of them.
  if (bytes.length > LARGE_FILE) await setImmediate()
  const { containers, streams } = depth
  const below = STREAMS.has(format) ? { containers, streams: streams - 1 } : { containers: containers - 1, streams }
  const nested = async (inner: string, bytes: Buffer): Promise<void> => {
    const isBeyond = below.containers < 0 || below.streams < 0
    if (isBeyond && isContainer(formatOf(bytes, inner))) {
      seen.beyond('containers are nested deeper than the limit')
      return
    }
    const inspection = await inspectFile(inner, bytes, below, shared)
    if (inspection) seen.inside(inner, inspection)
  }
  try {
    await inspectors[format](bytes, { ...shared, name, notes: seen, nested, isKnown })
  } catch (error) {
    signal.throwIfAborted()
    // A read beyond the bytes throws a RangeError: the file is truncated or declares false lengths.
    const reason = `it is damaged: ${errorText(error).slice(0, 120)}`
    const { members, inside } = seen.done()
    if (isContainer(format) && members.length === 0 && inside.length === 0)
      noteUnread(format, reason, { name, notes: seen })
    else seen.trait('unscannable', reason)
  }
  if (SHOWS_TEXT.has(format)) noteShownAddresses(seen.done(), seen)
  // Installers carry their own archive; no other format has one appended.
  if (format !== 'zip' && format !== 'pe' && isZipAsWell(bytes, format)) {
    seen.trait('polyglot', `it is an archive as well as ${format}`)
    await nested('', bytes.subarray(bytes.indexOf(LOCAL_HEADER)))
  }
  const archive = format === 'pdf' || format === 'rtf' ? hiddenWebArchive(bytes) : undefined
  if (archive !== undefined) {
    seen.trait('polyglot', `it is a web archive (MHT) for Word as well as ${format}`)
    await nested('hidden.mht', bytes.subarray(archive))
  }
  return seen.done()
}

/** Formats whose readers give the text, and links only where the format has them. */
const SHOWS_TEXT: ReadonlySet<FileFormat> = new Set(['zip', 'ooxml', 'ole', 'rtf', 'flat-office'])

/** In a container that stores files, an archive near its end is one of them, unless both end at one place. */
const isZipAsWell = (bytes: Buffer, format: FileFormat): boolean =>
  format !== 'ar' && endsAsZip(bytes) && (!CONTAINERS.has(format) || endOf(bytes) === bytes.length)

const CONTAINERS: ReadonlySet<FileFormat | undefined> = new Set([
  'zip',
  'rar',
  '7z',
  'gzip',
  'bzip2',
  'xz',
  'zstd',
  'lzma',
  'compress',
  'tar',
  'cpio',
  'ar',
  'rpm',
  'xar',
  'wim',
  'arj',
  'lha',
  'vhd',
  'vhdx',
  'disk',
  'dmg',
  'cab',
  'iso9660',
  'tnef',
  'eml',
  'mht',
])
const isKnown = (name: string, head: Buffer): boolean =>
  formatOf(head, name) !== undefined || CONTAINER_NAMES.test(name)
/** Names of formats whose signature may be at the end of the file. */
const CONTAINER_NAMES = /\.(?:zip|jar|docx?m?|xlsx?m?|pptx?m?|iso|img|dmg|vhdx?|rar|7z|exe|com|scr|dll)$/i
const isContainer = (format: FileFormat | undefined): boolean => CONTAINERS.has(format)
