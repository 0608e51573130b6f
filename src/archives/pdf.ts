/** PDF (ISO 32000): what runs, opens, sends or is attached. Tokens only; no object is resolved. */
import { inflate } from './inflate.ts'
import type { Inspector, Notes, Trait } from './inspection.ts'

const MOST_STREAMS = 64
const MOST_STREAM = 1_048_576

const keys: Readonly<Record<string, readonly [Trait, string]>> = {
  JavaScript: ['script', 'it holds JavaScript'],
  JS: ['script', 'it holds JavaScript'],
  Launch: ['launch', 'an action starts a program'],
  OpenAction: ['auto-run', 'an action runs when it is opened'],
  AA: ['auto-run', 'actions run by themselves'],
  EmbeddedFile: ['embedded-file', 'files are attached inside it'],
  EmbeddedFiles: ['embedded-file', 'files are attached inside it'],
  RichMedia: ['embedded-object', 'it holds rich media'],
  SubmitForm: ['form', 'a form sends what is typed'],
  ImportData: ['form', 'a form takes data from elsewhere'],
  XFA: ['form', 'it holds an XFA form'],
  GoToR: ['launch', 'an action opens another file'],
  GoToE: ['launch', 'an action opens a file inside it'],
  Encrypt: ['encrypted', 'the document is encrypted'],
}

export const inspectPdf: Inspector = async (bytes, { notes, budget, signal }) => {
  const text = bytes.toString('latin1')
  const open = scan(text, notes)
  // An action that merely shows a page is in most documents.
  let streams = 0
  for (let at = text.indexOf('stream'); at >= 0; at = text.indexOf('stream', at + 6)) {
    if (text.startsWith('end', at - 3)) continue
    const dictionary = text.slice(Math.max(0, at - 512), at)
    if (!/\/ObjStm\b/.test(dictionary.slice(dictionary.lastIndexOf(' obj') + 1)) || !/\/Fl/.test(dictionary)) continue
    if (streams >= MOST_STREAMS) {
      notes.trait('unscannable', 'it has more streams of objects than are read')
      break
    }
    streams += 1
    const start = at + 6 + (text[at + 6] === '\r' ? 2 : 1)
    const stop = text.indexOf('endstream', start)
    const packed = bytes.subarray(start, stop < 0 ? undefined : stop)
    const { bytes: plain } = await inflate(packed, { form: 'zlib', most: MOST_STREAM, budget, signal })
    const inside = scan(plain.toString('latin1'), notes)
    open.actions ||= inside.actions
    open.runs ||= inside.runs
  }
  if (open.runs && open.actions) notes.trait('auto-run', 'an action runs when it is opened')
  if (!/%%EOF/.test(text.slice(-2048))) notes.trait('unscannable', 'it has no end')
}

/** Notes what names tell, and returns whether something runs by itself, and whether there are actions worth that. */
function scan(text: string, notes: Notes): { runs: boolean; actions: boolean } {
  const found = { runs: false, actions: false }
  for (const [, raw = ''] of text.matchAll(/\/([A-Za-z#][A-Za-z0-9#]{1,31})/g)) {
    // `/J#61vaScript` is `/JavaScript`: names may be written in hex (§7.3.5).
    const name = raw.includes('#')
      ? raw.replace(/#([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
      : raw
    const meaning = Object.hasOwn(keys, name) ? keys[name] : undefined
    if (meaning === undefined) continue
    const [trait, evidence] = meaning
    if (trait === 'auto-run') found.runs = true
    else notes.trait(trait, evidence)
    if (trait === 'script' || trait === 'launch' || trait === 'form') found.actions = true
    if (raw !== name) notes.trait('script', `${raw} hides ${name}`)
  }
  for (const [, uri = ''] of text.matchAll(/\/URI\s{0,8}\(((?:[^()\\]|\\.){0,2048})\)/g))
    notes.link(uri.replace(/\\(.)/g, '$1'))
  return found
}
