/** Workbooks of Excel 97 to 2003 (MS-XLS): encryption, sheets of old macros, names that run, DDE, links and texts. */
import type { Inspector, Notes } from './inspection.ts'
import { DEFAULT_PASSWORDS } from './office-crypto/default-passwords.ts'
import { workbookLock } from './office-crypto/workbook.ts'
import { startsProgram } from './office-fields.ts'
import { monikerTargets } from './office-objects.ts'
import { dangerousFunction } from './ooxml-sheets.ts'
import { openedBy } from './passwords/trial.ts'

type Tools = Parameters<Inspector>[1]

/** Kinds of records (MS-XLS §2.3). */
const [FILE_PASS, BOUND_SHEET, NAME, BOF, FORMULA, SUP_BOOK, HLINK, SST, LABEL] = [
  0x2f, 0x85, 0x18, 0x809, 0x06, 0x1ae, 0x1b8, 0xfc, 0x204,
]
/** Bytes of encrypted workbooks that are decrypted, and of texts that are read. */
const [MAX_ENCRYPTED, MAX_TEXT] = [8_388_608, 65_536]
/** Microseconds of one password. */
const PASSWORD_WORK = 50

/** Reads the stream of a workbook, decrypted where a password is known. */
export async function inspectWorkbook(stream: Buffer, to: Tools): Promise<void> {
  const filePass = recordsOf(stream, FILE_PASS).next().value
  const plain = filePass === undefined ? stream : await decrypted(stream, filePass.body, to)
  if (plain === undefined) to.notes.trait('encrypted', 'the workbook has a password')
  else inspectRecords(plain, to.notes)
}

async function decrypted(stream: Buffer, filePass: Buffer, { notes, passwords }: Tools): Promise<Buffer | undefined> {
  const lock = workbookLock(filePass)
  if (lock === undefined) return undefined
  if (stream.length > MAX_ENCRYPTED) notes.beyond('only the beginning of the encrypted workbook is read')
  const part = stream.subarray(0, MAX_ENCRYPTED)
  const standard = DEFAULT_PASSWORDS.map(lock).find(open => open !== undefined)
  if (standard) return await standard(part)
  const by = await passwords.open(PASSWORD_WORK, password => lock(password) !== undefined)
  if (by === undefined) return undefined
  notes.trait('decrypted', openedBy(by))
  return await lock(by.password)?.(part)
}

function* recordsOf(stream: Buffer, wanted?: number): Generator<{ readonly kind: number; readonly body: Buffer }> {
  for (let at = 0; at + 4 <= stream.length; ) {
    const [kind, length] = [stream.readUInt16LE(at), stream.readUInt16LE(at + 2)]
    if (wanted === undefined || kind === wanted) yield { kind, body: stream.subarray(at + 4, at + 4 + length) }
    at += 4 + length
  }
}

function inspectRecords(stream: Buffer, notes: Notes): void {
  let [isMacroSheet, hasMacroSheet, autoRun, text] = [false, false, '', '']
  for (const { kind, body } of recordsOf(stream)) {
    if (kind === BOF && body.length >= 4) isMacroSheet = body.readUInt16LE(2) === MACRO_SHEET
    if (kind === BOUND_SHEET && body[5] === 1) {
      hasMacroSheet = true
      const visibility = ['', ', hidden', ', very hidden'][(body[4] ?? 0) & 3] ?? ''
      notes.trait('macro', `it has a sheet of Excel 4.0 macros${visibility}`)
    }
    if (kind === NAME) autoRun ||= autoName(body)
    else if (kind === FORMULA && isMacroSheet) {
      const call = dangerousFunction(body.subarray(20))
      if (call !== undefined) notes.trait('dangerous-macro', `a sheet of Excel 4.0 macros calls ${call}`)
    } else if (kind === SUP_BOOK) inspectBook(body, notes)
    else if (kind === HLINK) for (const target of monikerTargets(body)) notes.link(target)
    else if ((kind === SST || kind === LABEL) && text.length < MAX_TEXT)
      text += `${plainText(body.subarray(kind === SST ? 8 : 6, MAX_TEXT))}\n`
  }
  // A name of that kind runs a macro, also where the sheet of macros is not declared as such.
  if (autoRun !== '') notes.trait('auto-run', `an Excel 4.0 macro runs by itself: ${autoRun}`)
  if (autoRun !== '' && !hasMacroSheet) notes.trait('macro', 'a name in it runs a macro')
  if (text.trim() !== '') notes.text(text)
}

const MACRO_SHEET = 0x40
/** Built-in names that run a macro, by their numbers (MS-XLS §2.5.66). */
const AUTO_NAMES = new Map([
  [1, 'Auto_Open'],
  [2, 'Auto_Close'],
  [10, 'Auto_Activate'],
  [11, 'Auto_Deactivate'],
])

/** The name of a record NAME where it runs a macro: built in, or written out. Excel looks at its beginning alone. */
function autoName(body: Buffer): string {
  if (body.length < 16) return ''
  const isBuiltIn = (body.readUInt16LE(0) & 0x20) !== 0
  const isWide = ((body[14] ?? 0) & 1) !== 0
  if (isBuiltIn) return AUTO_NAMES.get(body[15] ?? 0) ?? ''
  const length = (body[3] ?? 0) * (isWide ? 2 : 1)
  const name = body.toString(isWide ? 'utf16le' : 'latin1', 15, 15 + length).replaceAll('\0', '')
  return /^(?:_xlnm\.)?(Auto_(?:Open|Close|Activate|Deactivate))(?![a-z])/i.exec(name)?.[1] ?? ''
}

/** Another workbook, or a program by DDE: the service and the topic are divided by 3 (MS-XLS §2.5.277). */
function inspectBook(body: Buffer, notes: Notes): void {
  if (body.length < 6) return
  const isWide = ((body[4] ?? 0) & 1) !== 0
  const [service = '', topic] = body.toString(isWide ? 'utf16le' : 'latin1', 5, 1024).split('\x03')
  if (topic !== undefined && startsProgram(service, topic))
    notes.trait('dde', `a cell starts a program by DDE: ${`${service} ${topic}`.slice(0, 80)}`)
}

/** The letters of texts in 8 or 16 bits with their lengths between them; other bytes become line ends. */
const plainText = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replaceAll('\0', '')
    .replace(/[\x01-\x1f\x7f-\x9f]+/g, '\n')
