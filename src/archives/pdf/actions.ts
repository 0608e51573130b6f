/** What the objects of a PDF do: actions, links, forms, scripts and attached files (ISO 32000-2 §12.6, §7.11). */
import { setImmediate } from 'node:timers/promises'
import type { FileTrait, Notes } from '../inspection.ts'
import type { PdfDocument } from './document.ts'
import { areFormScripts } from './scripts.ts'
import {
  type Dict,
  isArray,
  isDict,
  Keyword,
  Name,
  nameOf,
  type PdfObject,
  PdfString,
  textOf,
  type Value,
} from './values.ts'

/** Characters of one script, and of all. */
const [MAX_SCRIPT, MAX_SCRIPTS] = [262_144, 1_048_576]
/** Values that are looked at before others run. */
const SLICE = 20_000
/** Actions that follow each other. */
const MAX_CHAIN = 16
/** Scripts and actions of one file that are looked at. */
const MAX_ACTIONS = 20_000

/** A file that is attached, with the object that has its bytes. */
export interface AttachedFile {
  readonly name: string
  readonly object: PdfObject
}

/** Names of keys and types that have a meaning wherever they stand. */
const MEANINGS: ReadonlyMap<string, readonly [FileTrait, string]> = new Map([
  ['EmbeddedFile', ['embedded-file', 'files are attached inside it']],
  ['EmbeddedFiles', ['embedded-file', 'files are attached inside it']],
  ['RichMedia', ['embedded-object', 'it holds rich media']],
  ['SubmitForm', ['form', 'a form sends what is typed']],
  ['ImportData', ['form', 'a form takes data from elsewhere']],
  ['XFA', ['form', 'it holds an XFA form']],
  ['GoToE', ['launch', 'an action opens a file inside it']],
])
/** Names that a writer has no reason to disguise. */
const TELLING: ReadonlySet<string> = new Set([
  ...MEANINGS.keys(),
  ...['JavaScript', 'JS', 'Launch', 'OpenAction', 'AA', 'GoToR', 'URI', 'Rendition', 'EF', 'Encrypt', 'ObjStm'],
])

export class Actions {
  readonly files: AttachedFile[] = []
  private readonly document: PdfDocument
  private readonly notes: Notes
  private readonly shown: ReadonlyMap<string, string>
  /** Actions that run without a click, and those that do harm. */
  private readonly starts: { readonly value: Value; readonly owner: PdfObject | undefined }[] = []
  private readonly harmful = new Set<Dict>()
  private readonly scripts: { readonly dict: Dict; readonly owner: PdfObject | undefined }[] = []
  private actions = 0

  /** @param shown the texts that links show, by their addresses */
  constructor(document: PdfDocument, notes: Notes, shown: ReadonlyMap<string, string>) {
    this.document = document
    this.notes = notes
    this.shown = shown
  }

  async read(): Promise<void> {
    const { document, notes } = this
    let slice = 0
    const loose = document.loose.map(value => ({ value, owner: undefined }))
    for (const { value, owner } of [...document.objects.map(owner => ({ value: owner.value, owner })), ...loose]) {
      slice += this.walk(value, owner)
      if (slice < SLICE) continue
      await setImmediate()
      slice = 0
    }
    await this.readScripts()
    for (const [name, raw] of document.disguised) if (TELLING.has(name)) notes.trait('script', `${raw} hides ${name}`)
    if (this.starts.some(({ value, owner }) => this.leadsToHarm(value, owner)))
      notes.trait('auto-run', 'an action runs when the document is opened')
  }

  /** Every dictionary of a value; references are not followed, since every object is walked by itself. */
  private walk(value: Value, owner: PdfObject | undefined): number {
    const waiting: Value[] = [value]
    let steps = 1
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      steps += 1
      if (isArray(next)) for (const item of next) if (isMore(item)) waiting.push(item)
      if (next instanceof Name) this.meaning(next.name)
      if (!isDict(next)) continue
      this.look(next, owner)
      for (const [key, item] of next) {
        if (MEANINGS.has(key)) this.meaning(key)
        if (isMore(item)) waiting.push(item)
      }
    }
    return steps
  }

  private meaning(name: string): void {
    const meaning = MEANINGS.get(name)
    if (meaning !== undefined) this.notes.trait(...meaning)
  }

  private look(dict: Dict, owner: PdfObject | undefined): void {
    const { document, notes } = this
    for (const key of ['OpenAction', 'AA']) {
      const value = dict.get(key)
      // An array is a place in the document, which is shown.
      if (value !== undefined && !isArray(document.resolve(value))) this.starts.push({ value, owner })
    }
    if (dict.has('JS') || nameOf(dict.get('S')) === 'JavaScript') {
      if (this.scripts.length < MAX_ACTIONS) this.scripts.push({ dict, owner })
      else notes.beyond('it has more scripts than are read')
    }
    // The scripts that are defined for the whole document run when it is opened (§12.6.4.17).
    if (isDict(document.resolve(dict.get('JavaScript'))) && !dict.has('S'))
      this.starts.push({ value: dict.get('JavaScript') ?? null, owner })
    if (dict.has('EF')) this.attached(dict, owner)
    const action = nameOf(document.resolve(dict.get('S')))
    if (dict.has('URI') || action === 'URI') this.link(dict, owner)
    const uses = ACTIONS.get(action)
    if (uses === undefined) return
    this.actions += 1
    if (this.actions > MAX_ACTIONS) notes.beyond('it has more actions than are read')
    else uses(this, dict, this.target(dict, owner))
  }

  private link(dict: Dict, owner: PdfObject | undefined): void {
    const url = this.text(dict.get('URI'), owner).trim()
    // `/URI << /Base … >>` of a catalog is no action.
    if (url === '') return
    const shown = this.shown.get(url)
    this.notes.link(url, { ...(shown !== undefined && { shown }) })
  }

  private async readScripts(): Promise<void> {
    const { document, notes, scripts } = this
    const codes: (string | undefined)[] = []
    let left = MAX_SCRIPTS
    for (const { dict, owner } of scripts) {
      const code = left > 0 ? await this.code(dict.get('JS'), owner) : undefined
      left -= code?.length ?? 0
      codes.push(code)
    }
    for (const [index, isHarmless] of (await areFormScripts(codes)).entries()) {
      const [dict, code] = [scripts[index]?.dict, codes[index]]
      if (dict === undefined || isHarmless || (document.isLocked && code === '')) continue
      const isRendition = nameOf(dict.get('S')) === 'Rendition'
      this.harm(dict, 'script', isRendition ? 'an action has JavaScript' : 'it holds JavaScript')
      for (const [url] of (code ?? '').matchAll(/\bhttps?:\/\/[^\s"'()<>\\]{3,2000}/gi))
        notes.link(url, { kind: 'open' })
    }
  }

  /** Undefined where it cannot be read. */
  private async code(value: Value | undefined, owner: PdfObject | undefined): Promise<string | undefined> {
    const { document } = this
    const object = document.object(value)
    if (object?.stream === undefined) {
      const found = document.resolve(value)
      return found instanceof PdfString ? this.text(value, owner) : undefined
    }
    const decoded = await document.data(object, MAX_SCRIPT)
    if (decoded === undefined || decoded.cut) return undefined
    const code = textOf(decoded.bytes.toString('latin1'))
    return document.isLocked && !PRINTABLE.test(code) ? '' : code
  }

  harm(dict: Dict, trait: FileTrait, evidence: string): void {
    this.harmful.add(dict)
    this.notes.trait(trait, evidence)
  }

  goes(url: string, kind: 'form' | 'open'): void {
    this.notes.link(url, { kind })
  }

  /** Whether an action, some of several, or a following action does harm or cannot be found. */
  private leadsToHarm(value: Value, owner: PdfObject | undefined): boolean {
    const { document } = this
    const seen = new Set<Value>()
    let waiting: readonly Value[] = [value]
    for (let step = 0; step < MAX_CHAIN && waiting.length > 0; step += 1) {
      const next: Value[] = []
      for (const one of waiting) {
        const found = document.resolve(one)
        if (found === undefined) return this.harmful.size > 0
        if (seen.has(found) || seen.size > MAX_ACTIONS) continue
        seen.add(found)
        if (isArray(found)) next.push(...found.filter(isMore))
        if (!isDict(found)) continue
        if (this.harmful.has(found)) return true
        if (nameOf(document.resolve(found.get('S'))) === 'URI') {
          this.goes(this.text(found.get('URI'), owner), 'open')
          return true
        }
        next.push(...following(found))
      }
      waiting = next
    }
    return false
  }

  private attached(dict: Dict, owner: PdfObject | undefined): void {
    const { document, notes } = this
    const name = this.text(dict.get('UF') ?? dict.get('F') ?? dict.get('Unix') ?? dict.get('DOS'), owner)
    const streams = document.dict(dict.get('EF'))
    for (const key of ['UF', 'F', 'Unix', 'DOS', 'Mac']) {
      const object = document.object(streams?.get(key))
      if (object?.stream === undefined || this.files.some(file => file.object === object && file.name === name))
        continue
      this.files.push({ name, object })
      notes.trait('embedded-file', 'files are attached inside it')
    }
  }

  /** What an action leads to: a file specification is a text or a dictionary (§7.11). */
  private target(dict: Dict, owner: PdfObject | undefined): string {
    const { document } = this
    const windows = document.dict(dict.get('Win'))
    const found = document.resolve(windows?.get('F') ?? dict.get('F'))
    if (isDict(found)) return this.text(found.get('UF') ?? found.get('F') ?? found.get('Unix'), owner)
    return found instanceof PdfString ? this.text(found, owner) : ''
  }

  private text(value: Value | undefined, owner: PdfObject | undefined): string {
    const { document } = this
    const holder = document.object(value) ?? owner
    const found = document.resolve(value)
    const text = found instanceof PdfString ? textOf(document.string(found, holder)) : ''
    // Without the password it is no text.
    return document.isLocked && !PRINTABLE.test(text) ? '' : text
  }
}

/** Of an action the next ones, of a tree of names its branches, of `/AA` all actions. */
function following(dict: Dict): readonly Value[] {
  if (dict.has('Type') && !dict.has('S')) return []
  const keys = dict.has('S') ? ['Next'] : dict.has('Names') || dict.has('Kids') ? ['Names', 'Kids'] : [...dict.keys()]
  return keys.flatMap(key => dict.get(key) ?? [])
}

const isMore = (value: Value): boolean =>
  typeof value === 'object' && value !== null && !(value instanceof PdfString || value instanceof Keyword)

type Use = (to: Actions, action: Dict, target: string) => void

const ACTIONS: ReadonlyMap<string, Use> = new Map<string, Use>([
  [
    'Launch',
    (to, action, target) => {
      const isPlain = DOCUMENTS.test(target) && !action.has('Win') && !isElsewhere(target)
      if (!isPlain) to.harm(action, 'launch', 'an action starts a program')
    },
  ],
  [
    'GoToR',
    (to, action, target) => {
      // Manuals lead from one of their files to another.
      if (!isElsewhere(target)) return
      to.harm(action, 'launch', 'an action opens a file of another host')
      to.goes(target, 'open')
    },
  ],
  ['GoToE', (to, action) => to.harm(action, 'launch', 'an action opens a file inside it')],
  [
    'SubmitForm',
    (to, action, target) => {
      to.harm(action, 'form', 'a form sends what is typed')
      if (target !== '') to.goes(target, 'form')
    },
  ],
  [
    'ImportData',
    (to, action, target) => {
      to.harm(action, 'form', 'a form takes data from elsewhere')
      if (isElsewhere(target)) to.goes(target, 'open')
    },
  ],
])

const PRINTABLE = /^[\t\r\n\x20-\x7e]*$/

/** Another document beside it, as word processors write links to files. */
const DOCUMENTS = /\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|txt|csv|jpe?g|png|gif|tiff?)$/i

/** A URL, or a file of another host: `\\host\share`, `//host/share`. */
const isElsewhere = (target: string): boolean => /^(?:[\\/]{2}[^\\/]|(?!file:)[a-z][a-z0-9+.-]{1,20}:)/i.test(target)
