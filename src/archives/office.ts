/** Old Office files and other Compound Files (MS-CFB): macros, objects, passwords, attachments. */
import { inspectWorkbook } from './biff.ts'
import type { Inspector, Notes } from './inspection.ts'
import { defaultPasswords } from './office-crypto/default-passwords.ts'
import { readLock } from './office-crypto/package.ts'
import { inspectLinkedObject, nativeObject } from './office-objects.ts'
import { inspectSlides, inspectWord } from './old-office.ts'
import { type OleEntry, type OleFile, readOle } from './ole.ts'
import { inspectOutlookMessage, isOutlookMessage } from './outlook.ts'
import { openedBy } from './passwords/trial.ts'
import { MAX_SOURCE, macroKeywords, vbaSource } from './vba.ts'

/** Compressed bytes of all modules. */
const MAX_PACKED = 2_097_152
/** Bytes of one stream. */
const MAX_STREAM = 33_554_432

/** Class ids, in the order of the bytes in the file. */
const INSTALLER = '84100c0000000000c000000000000046'
const EQUATION_EDITOR = '02ce020000000000c000000000000046'

export const inspectOle: Inspector = async (bytes, to) => {
  const { notes, nested } = to
  const file = readOle(bytes)
  if (file === undefined) return notes.trait('unscannable', 'the directory of the Compound File cannot be read')
  const isMessage = isOutlookMessage(file)
  for (const { path, size } of isMessage ? [] : file.entries)
    if (size > 0 && path !== '') notes.member({ name: path, size })
  const named = (pattern: RegExp) => file.entries.filter(({ path }) => pattern.test(path))
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
  await inspectEncryptedPackage(named, read, to)
  if (isMessage) await inspectOutlookMessage(file, read, to)
  for (const link of named(/\x01Ole$/)) inspectLinkedObject(read(link), notes)
  for (const workbook of named(/^(?:Workbook|Book)$/)) await inspectWorkbook(read(workbook), to)
  for (const document of named(/^WordDocument$/)) inspectWord(read(document), notes)
  for (const slides of named(/^PowerPoint Document$/)) inspectSlides(read(slides), notes)
  for (const object of named(/\x01Ole10Native$/)) {
    const embedded = nativeObject(read(object))
    notes.trait('embedded-object', `it holds a file that a click opens: ${embedded?.name ?? 'without a name'}`)
    if (embedded) await nested(embedded.name, embedded.bytes)
  }
  if (file.broken) notes.trait('unscannable', 'chains of sectors in the Compound File are invalid')
}

/** A document of Office 2007 and later is encrypted as a whole. It opens with a default password, or a known one. */
async function inspectEncryptedPackage(
  named: (pattern: RegExp) => readonly OleEntry[],
  read: (entry: OleEntry) => Buffer,
  { name, notes, nested, passwords }: Parameters<Inspector>[1],
): Promise<void> {
  const [encrypted] = named(/^EncryptedPackage$/i)
  if (encrypted === undefined) return
  const [info] = named(/^EncryptionInfo$/i)
  const lock = info && readLock(info.read(65_536))
  let decrypt: ((bytes: Buffer) => Buffer) | undefined
  if (lock === 'too-costly') notes.beyond('its encryption asks for more work than a password may cost')
  else if (lock) {
    const opens = async (password: string): Promise<boolean> => {
      decrypt = await lock.unlock(password)
      return decrypt !== undefined
    }
    const standard = await passwords.openByDefault(defaultPasswords(name), lock.work, opens)
    const by = standard === 'opened' ? undefined : await passwords.open(lock.work, opens)
    if (by !== undefined) notes.trait('decrypted', openedBy(by))
    else if (standard === 'untried') notes.beyond('it is encrypted, and the default passwords were not tried')
  }
  if (decrypt === undefined) notes.trait('encrypted', 'the document is encrypted as a whole')
  else await nested('', decrypt(read(encrypted)))
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
