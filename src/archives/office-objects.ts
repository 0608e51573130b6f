/** Objects in documents (MS-OLEDS): files that they hold, and the places that linked ones are fetched from. */
import type { Inspector, Notes } from './inspection.ts'
import { isOfficeCloud, isRemote } from './office-targets.ts'
import { readOle } from './ole.ts'

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

/** Class ids of what names a place: a URL, and a file (MS-OSHARED §2.3.7.6, §2.3.7.8). In the order of the bytes. */
const URL_MONIKER = Buffer.from('e0c9ea79f9bace118c8200aa004ba90b', 'hex')
const FILE_MONIKER = Buffer.from('0303000000000000c000000000000046', 'hex')
const MAX_MONIKERS = 1000

/** The places that monikers in these bytes name, in order. */
export function* monikerTargets(bytes: Buffer): Generator<string> {
  yield* targetsAfter(bytes, URL_MONIKER, 16, 'utf16le')
  yield* targetsAfter(bytes, FILE_MONIKER, 18, 'latin1')
}

/** The texts that follow a class id: their length stands at `offset` from it. */
function* targetsAfter(bytes: Buffer, id: Buffer, offset: number, encoding: BufferEncoding): Generator<string> {
  let left = MAX_MONIKERS
  for (let at = bytes.indexOf(id); at >= 0 && left > 0; at = bytes.indexOf(id, at + 16)) {
    left -= 1
    const start = at + offset + 4
    if (start > bytes.length) return
    const length = Math.min(bytes.readUInt32LE(at + offset), 4096)
    const [target = ''] = bytes.toString(encoding, start, start + length).split('\0')
    if (target !== '') yield target
  }
}

/** An object that is fetched from elsewhere when the document opens. */
export function inspectLinkedObject(object: Buffer, notes: Notes): void {
  for (const target of monikerTargets(object)) {
    if (!isRemote(target) || isOfficeCloud(target)) continue
    notes.trait('external-template', `opening it fetches ${target.slice(0, 120)} (a linked object)`)
    notes.link(target, { kind: 'open' })
  }
}

const EQUATION_EDITOR = Buffer.from('02ce020000000000c000000000000046', 'hex')
const COMPOUND_FILE = Buffer.from('d0cf11e0a1b11ae1', 'hex')

/** The data of an object as RTF has it, after its hex digits. */
export async function inspectEmbeddedObject(
  object: Buffer,
  notes: Notes,
  nested: Parameters<Inspector>[1]['nested'],
): Promise<void> {
  // The Equation Editor is named by its class name or by its class id.
  if (
    /Equation\./i.test(object.toString('latin1', 0, 256)) ||
    object.includes('Equation.') ||
    object.includes(EQUATION_EDITOR)
  )
    notes.trait('exploit', 'it holds an object for the old Equation Editor')
  inspectLinkedObject(object, notes)
  const compound = object.indexOf(COMPOUND_FILE)
  if (compound >= 0 && readOle(object.subarray(compound))) await nested('', object.subarray(compound))
  // MS-OLEDS §2.2.5: the class, two empty names, and the size before the packed data.
  const packed = object.toString('latin1', 0, 256).toLowerCase().indexOf('package\0')
  const embedded = packed < 0 ? undefined : nativeObject(object.subarray(packed + 16))
  if (embedded) await nested(embedded.name, embedded.bytes)
}
