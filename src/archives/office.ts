/** Old Office files and other Compound Files (MS-CFB): macros, objects, passwords, attachments. */
import type { Inspector, Notes } from './inspection.ts'
import { type OleEntry, type OleFile, readOle } from './ole.ts'
import { MAX_SOURCE, macroKeywords, vbaSource } from './vba.ts'

/** Compressed bytes of all modules. */
const MAX_PACKED = 2_097_152
/** Bytes of one stream. */
const MAX_STREAM = 33_554_432

/** Class ids, in the order of the bytes in the file. */
const INSTALLER = '84100c0000000000c000000000000046'
const EQUATION_EDITOR = '02ce020000000000c000000000000046'

export const inspectOle: Inspector = async (bytes, { notes, nested }) => {
  const file = readOle(bytes)
  if (file === undefined) return notes.trait('unscannable', 'the directory of the Compound File cannot be read')
  for (const { path, size } of file.entries) if (size > 0 && path !== '') notes.member({ name: path, size })
  const named = (pattern: RegExp) => file.entries.filter(({ path }) => pattern.test(path))
  if (named(/^EncryptedPackage$/).length > 0) notes.trait('encrypted', 'the document is encrypted as a whole')
  if (file.entries[0]?.classId === INSTALLER) notes.trait('executable', 'it is a Windows Installer package')
  for (const { path, classId } of file.entries) {
    if (classId === EQUATION_EDITOR || /(?:^|\/)Equation Native$/.test(path))
      notes.trait('exploit', 'it holds an object for the old Equation Editor')
  }
  inspectMacros(file, notes)
  if (file.cut) notes.beyond('it has more streams than are read')
  // Streams do not overlap. Shared bytes would be read again and again.
  let left = 2 * bytes.length
  const read = (entry: OleEntry): Buffer => {
    const stream = entry.read(Math.min(MAX_STREAM, left))
    left -= stream.length
    if (left <= 0) notes.beyond('its streams share bytes')
    return stream
  }
  for (const workbook of named(/^(?:Workbook|Book)$/)) inspectWorkbook(read(workbook), notes)
  for (const document of named(/^WordDocument$/)) inspectWord(read(document), notes)
  for (const object of named(/\x01Ole10Native$/)) {
    const embedded = nativeObject(read(object))
    notes.trait('embedded-object', `it holds a file that a click opens: ${embedded?.name ?? 'without a name'}`)
    if (embedded) await nested(embedded.name, embedded.bytes)
  }
  for (const attachment of named(/__substg1\.0_37010102$/)) await nested(nameBeside(file, attachment), read(attachment))
  if (file.broken) notes.trait('unscannable', 'chains of sectors in the Compound File are invalid')
}

/** The VBA project of a document or of a `vbaProject.bin`. */
export function inspectMacros(file: OleFile, notes: Notes): void {
  const modules = file.entries.filter(
    ({ path, size }) => size > 0 && /(?:^|\/)VBA\/(?!dir$|_VBA_PROJECT$|__SRP_)/i.test(path),
  )
  if (modules.length === 0) return
  notes.trait(
    'macro',
    `it holds macros: ${modules
      .slice(0, 3)
      .map(({ path }) => path)
      .join(', ')}`,
  )
  let left = MAX_PACKED
  for (const module of modules) {
    if (left <= 0) {
      notes.beyond('its macros are longer than the limit')
      return
    }
    const stream = module.read(left)
    left -= stream.length
    const source = vbaSource(stream)
    if (source.length >= MAX_SOURCE) notes.beyond('its macros are longer than the limit')
    const { auto, dangerous } = macroKeywords(source)
    if (auto) notes.trait('auto-run', `${module.path} runs by itself: ${auto}`)
    if (dangerous) notes.trait('dangerous-macro', `${module.path} calls ${dangerous}`)
  }
}

/** Records of an Excel workbook (MS-XLS): a password, sheets of old macros, names that run. */
function inspectWorkbook(stream: Buffer, notes: Notes): void {
  for (let at = 0; at + 4 <= stream.length; ) {
    const [kind, length] = [stream.readUInt16LE(at), stream.readUInt16LE(at + 2)]
    const body = stream.subarray(at + 4, at + 4 + length)
    at += 4 + length
    if (kind === 0x2f) notes.trait('encrypted', 'the workbook has a password')
    if (kind === 0x85 && body[5] === 1) notes.trait('macro', 'it has a sheet of Excel 4.0 macros')
    // A built-in name (bit 5), number 1: Auto_Open.
    if (kind === 0x18 && body.length > 14 && (body.readUInt16LE(0) & 0x20) !== 0 && body.subarray(14, 17).includes(1))
      notes.trait('auto-run', 'an Excel 4.0 macro runs when it is opened')
  }
}

/** The head of a Word document (MS-DOC §2.5.1), and its fields. */
function inspectWord(stream: Buffer, notes: Notes): void {
  if (stream.length > 12 && (stream.readUInt16LE(10) & 0x0100) !== 0)
    notes.trait('encrypted', 'the document has a password')
  if (/\x13\s{0,20}DDE(?:AUTO)?\s/i.test(stream.toString('latin1')))
    notes.trait('dde', 'a field starts a program by DDE')
}

/** MS-OLEDS §2.3.6: a size, three texts, and the file itself. */
export function nativeObject(stream: Buffer): { readonly name: string; readonly bytes: Buffer } | undefined {
  const end = (from: number) => {
    const found = stream.indexOf(0, from)
    return found < 0 || found - from > 1024 ? undefined : found
  }
  const label = end(6)
  const file = label === undefined ? undefined : end(label + 1)
  if (label === undefined || file === undefined || file + 9 > stream.length) return undefined
  const name =
    stream
      .toString('latin1', label + 1, file)
      .split(/[\\/]/)
      .at(-1) ?? ''
  const command = file + 5 + 4 + stream.readUInt32LE(file + 5)
  if (command + 4 > stream.length) return undefined
  const size = stream.readUInt32LE(command)
  return { name, bytes: stream.subarray(command + 4, command + 4 + size) }
}

/** The long file name of an attachment in an Outlook message (MS-OXMSG §2.2.2), else its short one. */
function nameBeside({ entries }: OleFile, { path }: OleEntry): string {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const text = (id: string) =>
    entries
      .find(entry => entry.path === `${folder}__substg1.0_${id}001F`)
      ?.read(512)
      .toString('utf16le')
  return text('3707') ?? text('3704') ?? 'attachment'
}
