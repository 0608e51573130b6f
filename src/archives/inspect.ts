/** Inspects a file and the files inside it within one budget: format, members and traits. */
import { setImmediate } from 'node:timers/promises'
import { endsAsZip, formatOf } from '../filetypes/format.ts'
import type { FileFormat } from '../filetypes/signatures.ts'
import { errorText } from '../model/errors.ts'
import { inspectHtml, inspectScript, inspectSvg } from './active.ts'
import { inspectCalendar } from './calendar.ts'
import { inspectCard } from './card.ts'
import { inspectGzip, namesOfCab, namesOfSevenZip } from './containers.ts'
import {
  type Budget,
  budget as budgetOf,
  type Inspection,
  type InspectLimits,
  type Inspector,
  notes,
} from './inspection.ts'
import { inspectIso } from './iso.ts'
import { hiddenWebArchive, inspectActiveMime, inspectMessage, inspectWebArchive } from './message.ts'
import { inspectOle } from './office.ts'
import { inspectOneNote } from './onenote.ts'
import { inspectTnef } from './outlook.ts'
import { type FindCandidates, PasswordTrial } from './passwords/trial.ts'
import { inspectPdf } from './pdf/inspect.ts'
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
import { LOCAL_HEADER } from './zip-directory.ts'

const program: Inspector = (_bytes, { notes }) => notes.trait('executable', 'it is a program')

const inspectors: Readonly<Record<FileFormat, Inspector>> = {
  zip: inspectZip,
  ooxml: inspectZip,
  ole: inspectOle,
  pdf: inspectPdf,
  rtf: inspectRtf,
  rar: packed('rar', namesOfRar),
  '7z': packed('7z', namesOfSevenZip),
  gzip: inspectGzip,
  tar: inspectTar,
  cab: packed('cab', namesOfCab),
  iso9660: inspectIso,
  onenote: inspectOneNote,
  tnef: inspectTnef,
  lnk: inspectLnk,
  eml: inspectMessage,
  mht: inspectWebArchive,
  mso: inspectActiveMime,
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
  zstd: packed('zstd'),
  ace: packed('ace'),
  arj: packed('arj'),
  lha: packed('lha'),
  vhd: packed('vhd'),
  vhdx: packed('vhdx'),
  dmg: packed('dmg'),
  chm: program,
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
  const shared = { budget: budgetOf(limits), passwords: new PasswordTrial(passwords ?? (async () => [])), signal }
  return (name, bytes) => inspectFile(name, bytes, depth, shared)
}

export interface InspectorOptions extends InspectLimits {
  readonly signal: AbortSignal
  /** Finds what may be a password when the first encrypted file is met. @default none */
  readonly passwords?: FindCandidates
}

/** What all files of a message share. */
interface Shared {
  readonly budget: Budget
  readonly passwords: PasswordTrial
  readonly signal: AbortSignal
}

const LARGE_FILE = 262_144

async function inspectFile(
  name: string,
  bytes: Buffer,
  depth: number,
  shared: Shared,
): Promise<Inspection | undefined> {
  const { budget, signal } = shared
  signal.throwIfAborted()
  const format = formatOf(bytes, name)
  if (format === undefined) return undefined
  const seen = notes(format, budget)
  if (budget.files <= 0 || budget.bytes < bytes.length) {
    seen.beyond('the message holds more files than are inspected')
    return seen.done()
  }
  budget.files -= 1
  budget.bytes -= bytes.length
  // A large file takes milliseconds: the event loop serves others between two of them.
  if (bytes.length > LARGE_FILE) await setImmediate()
  const nested = async (inner: string, bytes: Buffer): Promise<void> => {
    const format = depth <= 0 ? formatOf(bytes, inner) : undefined
    if (isContainer(format)) {
      seen.beyond('containers are nested deeper than the limit')
      return
    }
    const inspection = await inspectFile(inner, bytes, depth - 1, shared)
    if (inspection) seen.inside(inner, inspection)
  }
  try {
    await inspectors[format](bytes, { ...shared, name, notes: seen, nested, isKnown })
  } catch (error) {
    signal.throwIfAborted()
    // A read beyond the bytes throws a RangeError: the file is truncated or declares false lengths.
    seen.trait('unscannable', `it is damaged: ${errorText(error).slice(0, 120)}`)
  }
  // Installers carry their own archive; no other format has one appended.
  if (format !== 'zip' && format !== 'pe' && endsAsZip(bytes)) {
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

const containers: ReadonlySet<FileFormat | undefined> = new Set([
  'zip',
  'rar',
  '7z',
  'gzip',
  'bzip2',
  'xz',
  'zstd',
  'tar',
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
const isContainer = (format: FileFormat | undefined): boolean => containers.has(format)
