/** PDF (ISO 32000): actions, forms and attachments. Only tokens are read, and no object is resolved. */
import { inflate } from './inflate.ts'
import type { FileTrait, Inspector, Notes } from './inspection.ts'

const MAX_STREAMS = 500
const MAX_STREAM = 1_048_576
/** Characters between the type of a stream and its bytes, and before them. */
const MAX_DICTIONARY = 512
/** Names that have a meaning or are written in hex; and links. */
const MAX_NAMES = 100_000
const MAX_LINKS = 1000

/**
 * A name of two letters stands by chance in one picture in five of 4 MB: `/JS` is not among them, since an action that
 * has it is a `/JavaScript` or a `/Rendition` (§12.6.4). `/AA` tells nothing without an action.
 */
const KEYS: Readonly<Record<string, readonly [FileTrait, string]>> = {
  JavaScript: ['script', 'it holds JavaScript'],
  Rendition: ['script', 'it holds an action that may have JavaScript'],
  Launch: ['launch', 'an action starts a program'],
  OpenAction: ['auto-run', 'an action runs when the document is opened'],
  AA: ['auto-run', 'actions run without a click'],
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

/** The names of KEYS, and those with hex escapes. Others are skipped without a copy. */
const telling = new RegExp(
  `/((?:${Object.keys(KEYS).join('|')})(?![A-Za-z0-9#])|(?=[A-Za-z0-9]{0,31}#)[A-Za-z#][A-Za-z0-9#]{1,31})`,
  'g',
)

export const inspectPdf: Inspector = async (bytes, { notes, budget, signal }) => {
  const text = bytes.toString('latin1')
  const open = scan(text, notes)
  let streams = 0
  let stop = 0
  for (let type = text.indexOf('/ObjStm'); type >= 0; type = text.indexOf('/ObjStm', type + 7)) {
    if (streams >= MAX_STREAMS) {
      notes.beyond('it has more streams of objects than are read')
      break
    }
    streams += 1
    const at = type + text.slice(type, type + MAX_DICTIONARY).indexOf('stream')
    if (at < type || !text.slice(Math.max(0, at - MAX_DICTIONARY), at).includes('/Fl')) continue
    const start = at + 6 + (text[at + 6] === '\r' ? 2 : 1)
    // The end is looked for once, not from each stream: there may be none.
    if (stop < start) stop = text.indexOf('endstream', start)
    if (stop < 0) stop = text.length
    // Compressed data is hardly longer than its content.
    const packed = bytes.subarray(start, Math.min(stop, start + 2 * MAX_STREAM))
    const { bytes: plain, end } = await inflate(packed, { form: 'zlib', maxBytes: MAX_STREAM, budget, signal })
    if (end === 'cut') notes.beyond('a stream of objects is longer than the limit')
    const inside = scan(plain.toString('latin1'), notes)
    open.actions ||= inside.actions
    open.runs ||= inside.runs
  }
  // Most documents have an OpenAction that only shows a page.
  if (open.runs && open.actions) notes.trait('auto-run', 'an action runs when the document is opened')
  if (!/%%EOF/.test(text.slice(-2048))) notes.trait('unscannable', 'it has no end')
}

/** Notes traits by names. Returns whether an action runs without a click, and whether there are dangerous actions. */
function scan(text: string, notes: Notes): { runs: boolean; actions: boolean } {
  const found = { runs: false, actions: false }
  let names = 0
  let isForm: boolean | undefined
  for (const [, raw = ''] of text.matchAll(telling)) {
    names += 1
    if (names > MAX_NAMES) {
      notes.beyond('it has more names than are read')
      break
    }
    // `/J#61vaScript` is `/JavaScript`: names may be written in hex (§7.3.5).
    const name = raw.includes('#')
      ? raw.replace(/#([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
      : raw
    const meaning = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined
    if (meaning === undefined) continue
    const [trait, evidence] = meaning
    if (raw === 'JavaScript') {
      isForm ??= hasOnlyFormScripts(text)
      if (isForm) continue
    }
    if (trait === 'auto-run') found.runs = true
    else notes.trait(trait, evidence)
    if (trait === 'script' || trait === 'launch' || trait === 'form') found.actions = true
    if (raw !== name) notes.trait('script', `${raw} hides ${name}`)
  }
  let links = 0
  for (const [, uri = ''] of text.matchAll(/\/URI\s{0,8}\(((?:[^()\\]|\\.){0,2048})\)/g)) {
    notes.link(uri.replace(/\\(.)/g, '$1'))
    links += 1
    if (links > MAX_LINKS) {
      notes.beyond('it has more links than the limit')
      break
    }
  }
  return found
}

/**
 * Whether every script is a call of the functions that Acrobat offers for the fields of a form, which add up, check and
 * format what a person types (`AFSimple_Calculate`, `AFNumber_Format` …).
 */
function hasOnlyFormScripts(text: string): boolean {
  let scripts = 0
  for (const _ of text.matchAll(/\/JavaScript(?![A-Za-z0-9#])/g)) scripts += 1
  let calls = 0
  for (const [, code = ''] of text.matchAll(SCRIPT_TEXT)) {
    if (!isFormCall(code)) return false
    calls += 1
  }
  return calls >= scripts
}

/** A script in parentheses (§7.3.4.2). Others are in streams, and count as unknown. */
const SCRIPT_TEXT = /\/JS\s{0,8}\(((?:[^()\\]|\\.|\((?:[^()\\]|\\.){0,256}\)){0,1024})\)/gs

function isFormCall(code: string): boolean {
  const bare = code
    .replace(/\\([()\\])/g, '$1')
    .replace(/"[^"\\]{0,256}"|'[^'\\]{0,256}'/g, '')
    .replace(/\bnew Array\b|\b(?:true|false)\b/g, '')
  return FORM_CALL.test(bare)
}

const FORM_CALL =
  /^[\s;]{0,16}(?:AF[A-Z][A-Za-z]{2,20}(?:_[A-Za-z]{2,20})?\s{0,4}\([\d\s.,()[\]-]{0,1024}\)[\s;]{0,16}){1,8}$/
