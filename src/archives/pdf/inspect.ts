/** PDF (ISO 32000-2): what its objects do, the files attached to it, its links, its text and its pictures. */
import type { Inspector } from '../inspection.ts'
import { openedBy } from '../passwords/trial.ts'
import { Actions } from './actions.ts'
import { PdfDocument } from './document.ts'
import { readPages } from './pages.ts'
import { readPictures } from './pictures.ts'
import { isDict, nameOf } from './values.ts'

const MAX_ATTACHED = 33_554_432

export const inspectPdf: Inspector = async (bytes, { notes, budget, passwords, signal, nested }) => {
  const text = bytes.toString('latin1')
  const document = await PdfDocument.read(bytes, text, { budget, passwords, signal })
  if (document.isLocked) notes.trait('encrypted', 'the document is encrypted')
  if (document.openedBy) notes.opened(openedBy(document.openedBy))
  const { shown, pictures, drawn } = await readPages(document, notes, budget)
  const actions = new Actions(document, notes, shown)
  await actions.read()
  for (const picture of drawn) notes.picture(picture)
  await readPictures(document, pictures, notes)
  const attached = [...actions.files]
  const named = new Set(attached.map(({ object }) => object))
  for (const object of document.objects) {
    const isFile = isDict(object.value) && nameOf(document.resolve(object.value.get('Type'))) === 'EmbeddedFile'
    if (isFile && object.stream !== undefined && !named.has(object)) attached.push({ name: '', object })
  }
  for (const { name, object } of attached) {
    if (budget.entries <= 0) {
      notes.beyond('it holds more files than are inspected')
      break
    }
    budget.entries -= 1
    const file = await document.data(object, MAX_ATTACHED)
    notes.member({
      name,
      ...(file && !file.cut && { size: file.bytes.length }),
      ...(document.isLocked && { encrypted: true }),
    })
    if (file?.cut) notes.beyond('a file inside it is longer than the limit')
    if (file === undefined) notes.trait('unscannable', 'a file inside it cannot be read')
    else await nested(name, file.bytes)
  }
  if (document.beyond !== undefined) notes.beyond(document.beyond)
  if (hasPage(text)) notes.trait('polyglot', 'it is a page with code as well as pdf')
  if (!/%%EOF/.test(text.slice(-2048))) notes.trait('unscannable', 'it has no end')
}

/** Characters before the header and after the end that are searched. */
const [MAX_HEAD, MAX_TAIL] = [1024, 1_048_576]

/** Whether code of a page stands where no viewer of PDF looks: mshta and browsers run it under another name. */
function hasPage(text: string): boolean {
  const head = text.slice(0, Math.max(0, text.slice(0, MAX_HEAD).indexOf('%PDF-')))
  const end = text.lastIndexOf('%%EOF')
  const tail = end < 0 ? '' : text.slice(end, end + MAX_TAIL)
  return PAGE.test(head) || PAGE.test(tail)
}

const PAGE = /<(?:script|hta:application)\b/i
