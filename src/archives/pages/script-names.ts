/** What a script does by the names of the functions and properties that it uses. */

/** One thing that a script does. */
export type Deed =
  /** Makes a file of bytes. */
  | 'makes'
  /** Saves a file, or names it. */
  | 'saves'
  /** Decodes text. */
  | 'decodes'
  /** Writes markup into the page. */
  | 'writes'
  /** Changes an element of the page. */
  | 'shows'
  /** Runs text as code. */
  | 'evaluates'
  /** Goes to another page. */
  | 'moves'
  /** Sends a form. */
  | 'submits'
  /** Sends or fetches data. */
  | 'sends'
  /** Decrypts text. */
  | 'decrypts'
  /** Starts a program, as only Internet Explorer and HTML applications do. */
  | 'starts'

const table: readonly (readonly [Deed, string])[] = [
  ['makes', 'Blob File createObjectURL msSaveBlob msSaveOrOpenBlob'],
  ['saves', 'download msSaveBlob msSaveOrOpenBlob saveAs showSaveFilePicker'],
  ['decodes', 'atob unescape decodeURIComponent decodeURI fromCharCode fromCodePoint fromBase64'],
  ['writes', 'write writeln insertAdjacentHTML srcdoc parseFromString createContextualFragment'],
  ['shows', 'innerHTML outerHTML textContent'],
  ['evaluates', 'eval Function execScript importScripts'],
  ['moves', 'location'],
  ['submits', 'submit requestSubmit'],
  ['sends', 'fetch XMLHttpRequest sendBeacon WebSocket ajax axios EventSource'],
  ['decrypts', 'decrypt CryptoJS deriveKey PBKDF2 importKey'],
  ['starts', 'ActiveXObject WScript'],
]

/** Names in lines of `table`, each with what it does. */
export const DEEDS: ReadonlyMap<string, readonly Deed[]> = (() => {
  const deeds = new Map<string, Deed[]>()
  for (const [deed, names] of table) {
    for (const name of names.split(' ')) deeds.set(name, [...(deeds.get(name) ?? []), deed])
  }
  return deeds
})()

/** Names that no script has a reason to build from pieces. */
export const SECRET_NAMES: ReadonlySet<string> = new Set([
  ...DEEDS.keys(),
  ...'constructor href document window assign replace createElement appendChild click Uint8Array charCodeAt'.split(' '),
])

/** Names that are read for the place where they stand. */
const PLACES = 'href assign replace open function src action URL String'.split(' ')

/** For each first letter a bit for each length that a name may have, so that few identifiers are cut out. */
function lengthBits(names: Iterable<string>): Uint32Array {
  const bits = new Uint32Array(128)
  for (const name of names) {
    const first = name.charCodeAt(0)
    bits[first] = (bits[first] ?? 0) | (1 << Math.min(31, name.length))
  }
  return bits
}

export const LENGTHS: Readonly<Uint32Array> = lengthBits([...SECRET_NAMES, ...PLACES])

const KEYWORDS: ReadonlySet<string> = new Set(
  'return typeof case in of do else void delete new throw instanceof var let const function await yield'.split(' '),
)
const KEYWORD_LENGTHS = lengthBits(KEYWORDS)

/** Words after which an expression begins, and those that declare. */
export const isKeyword = (code: string, start: number, stop: number): boolean => {
  const first = code.charCodeAt(start)
  return (
    first < 128 &&
    ((KEYWORD_LENGTHS[first] ?? 0) & (1 << Math.min(31, stop - start))) !== 0 &&
    KEYWORDS.has(code.slice(start, stop))
  )
}

/** A name, cut to 64 characters. */
export const nameAt = (code: string, start: number, stop: number): string =>
  code.slice(start, Math.min(stop, start + 64))
