/**
 * Finds the objects of a PDF. The table of references is not believed: it can lead anywhere, and broken tables are
 * usual. Every `12 0 obj` is read, wherever it stands.
 */
import { setImmediate } from 'node:timers/promises'
import { END, isSpace, Lexer } from './lexer.ts'
import { type Dict, isDict, type PdfObject, Ref } from './values.ts'

/** Characters outside of streams that are read before others run. */
const SLICE = 131_072
/** Objects may claim to contain each other: all text is read at most so often, and at most so much of it. */
const MAX_PASSES = 2
const MAX_READ = 16_777_216
const SMALL = 65_536
/** Objects of one file. */
const MAX_OBJECTS = 200_000

export interface Found {
  /** In the order of the file. */
  readonly objects: readonly PdfObject[]
  /** Dictionaries outside of objects: trailers. */
  readonly loose: readonly Dict[]
  /** Names that are written with hex escapes for ordinary letters, as they are written. */
  readonly disguised: ReadonlyMap<string, string>
  /** A sentence, where not all of it was read. */
  readonly beyond?: string
}

interface Id {
  readonly number: number
  readonly generation: number
}

export async function findObjects(text: string): Promise<Found> {
  const finder = new Finder(text)
  let until = SLICE
  while (finder.step()) {
    if (finder.spent < until) continue
    await setImmediate()
    until = finder.spent + SLICE
  }
  return finder.found()
}

class Finder {
  private readonly text: string
  private readonly objects: PdfObject[] = []
  private readonly loose: Dict[] = []
  private readonly lexer: Lexer
  private readonly numbers = new Map<number, number>()
  private readonly budget: number
  /** Characters that were read. */
  spent = 0
  /** The last `obj` that was read, and the end of what it holds. */
  private at = 0
  private covered = 0
  /** The end of the last stream. What is in it can be data. */
  private streamEnd = 0
  /** The next of these words from where it was last looked for; -1 where there is none, -2 at the beginning. */
  private readonly next: Record<'<<' | 'endstream', number> = { '<<': -2, endstream: -2 }
  private problem: string | undefined

  constructor(text: string) {
    this.text = text
    this.lexer = new Lexer(text)
    this.budget = Math.min(MAX_PASSES * text.length, MAX_READ) + SMALL
  }

  found(): Found {
    const { objects, loose, lexer, problem } = this
    const beyond = problem ?? (lexer.isTooLarge ? 'its objects are larger or nested deeper than the limit' : undefined)
    return {
      objects,
      loose: [...loose, ...lexer.variants],
      disguised: lexer.disguised,
      ...(beyond !== undefined && { beyond }),
    }
  }

  /** Reads one object. Returns whether there may be more. */
  step(): boolean {
    if (this.spent > this.budget || this.objects.length + this.loose.length > MAX_OBJECTS) {
      this.problem = 'it has more objects than are read'
      return false
    }
    const at = this.text.indexOf('obj', this.at)
    const header = at < 0 ? undefined : this.header(at)
    this.readGap(at < 0 ? this.text.length : (header?.start ?? at))
    if (at < 0) return false
    this.at = at + 3
    // In the data of a stream three letters are nothing yet.
    const isObject = header !== undefined || (at >= this.streamEnd && this.text.charAt(at - 1) !== 'd')
    if (isObject) this.readObject(at + 3, header ?? { number: -1, generation: 0 })
    return true
  }

  /** The numbers before `obj`. */
  private header(at: number): (Id & { readonly start: number }) | undefined {
    const from = Math.max(0, at - 32)
    const found = /(\d{1,10})\s{1,8}(\d{1,5})\s{0,8}$/.exec(this.text.slice(from, at))
    if (found === null) return undefined
    return { number: Number(found[1]), generation: Number(found[2]), start: from + found.index }
  }

  private readObject(from: number, { number, generation }: Id): void {
    const { lexer, objects, text } = this
    const value = lexer.valueAt(from)
    this.spent += lexer.at - from + 1
    if (value === END) return
    const at = from - 3
    const start = isDict(value) ? this.streamStart() : -1
    if (start < 0 || !isDict(value)) {
      objects.push({ number, generation, value, at })
      if (typeof value === 'number') this.numbers.set(number, value)
      this.covered = Math.max(this.covered, lexer.at)
      return
    }
    const end = this.streamStop(value, start)
    objects.push({ number, generation, value, at, stream: { start, end } })
    if (end < text.length) this.streamEnd = Math.max(this.streamEnd, end)
    this.covered = Math.max(this.covered, end)
  }

  /** Where the data begins, if `stream` follows; else -1. */
  private streamStart(): number {
    const { lexer, text } = this
    lexer.skip()
    if (!text.startsWith('stream', lexer.at)) return -1
    const at = lexer.at + 6
    return text.startsWith('\r\n', at) ? at + 2 : isSpace(text.charCodeAt(at)) ? at + 1 : at
  }

  /** By its length where that is right, else by the next `endstream`; the end of the file where there is none. */
  private streamStop(dict: Dict, start: number): number {
    const declared = dict.get('Length')
    const length = declared instanceof Ref ? this.numbers.get(declared.number) : declared
    if (typeof length === 'number' && length >= 0 && this.endsAt(start + length)) return start + length
    const end = this.find('endstream', start)
    return end < 0 ? this.text.length : end
  }

  private endsAt(at: number): boolean {
    return at <= this.text.length && /^\s{0,2}endstream/.test(this.text.slice(at, at + 12))
  }

  /** Searches once for what lies ahead, not from each place anew. */
  private find(word: '<<' | 'endstream', from: number): number {
    const known = this.next[word]
    if (known !== -1 && known < from) this.next[word] = this.text.indexOf(word, from)
    return this.next[word]
  }

  /** Reads the dictionaries between the last object and the next one: the trailer is one. */
  private readGap(end: number): void {
    const { lexer } = this
    for (let at = this.find('<<', this.covered); at >= 0 && at < end; at = this.find('<<', this.covered)) {
      const value = lexer.valueAt(at)
      this.spent += lexer.at - at
      this.covered = Math.max(at + 2, lexer.at)
      if (value !== END && isDict(value)) this.loose.push(value)
      if (this.spent > this.budget || this.loose.length > MAX_OBJECTS) return
    }
  }
}
