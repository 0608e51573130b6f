/** Walks through an XML text: elements by their paths, and their texts. Refuses what no report needs. */
import { setImmediate } from 'node:timers/promises'
import { decodeCharset, detectWideEncoding } from '../../mime/decode/charsets.ts'
import { MAX_TEXT_LENGTH, UnreadableError } from './limits.ts'

/** Takes what the walk finds. Paths are made of local names: `feedback/record/row/count`. */
export interface XmlVisitor {
  open(path: string): void
  /** An element ends that has this text in it. False ends the walk. */
  close(path: string, text: string): boolean
}

const MAX_DEPTH = 12
/** Characters after which the event loop serves others. */
const SLICE = 65_536

/** Linear. @returns whether it came to the end @throws UnreadableError where the text is not such a document */
export async function walkXml(bytes: Buffer, visitor: XmlVisitor): Promise<boolean> {
  const { Parser } = await import('htmlparser2')
  const text = decoded(bytes)
  const walk = new Walk(visitor)
  const parser = new Parser(
    {
      onopentagname: name => walk.open(name),
      onclosetag: (name, isImplied) => walk.close(name, isImplied),
      ontext: part => walk.text(part),
      onprocessinginstruction: name => walk.declaration(name),
    },
    { xmlMode: true },
  )
  for (let at = 0; at < text.length && !walk.isOver; at += SLICE) {
    if (at > 0) await setImmediate()
    parser.write(text.slice(at, at + SLICE))
    if (walk.problem !== undefined) throw new UnreadableError(walk.problem)
  }
  if (walk.isOver) return false
  const open = walk.innermost
  if (open !== undefined) throw new UnreadableError(`the XML is cut off: ${open} does not end`)
  return true
}

class Walk {
  readonly #visitor: XmlVisitor
  /** The path of each element that is open. */
  readonly #path: string[] = []
  #text = ''
  #isEmpty = false
  problem: string | undefined
  isOver = false

  constructor(visitor: XmlVisitor) {
    this.#visitor = visitor
  }

  open(name: string): void {
    if (this.#isDone) return
    if (this.#path.length >= MAX_DEPTH) {
      this.problem = `its elements are nested more than ${MAX_DEPTH} deep`
      return
    }
    const outer = this.#path.at(-1)
    this.#path.push(outer === undefined ? localName(name) : `${outer}/${localName(name)}`)
    this.#text = ''
    this.#isEmpty = true
    this.#visitor.open(this.#path.at(-1) ?? '')
  }

  close(name: string, isImplied: boolean): void {
    if (this.#isDone) return
    // An empty element (`<comment/>`) ends by itself as soon as it is open.
    if (isImplied && !this.#isEmpty) {
      this.problem = `the XML is broken: ${localName(name)} does not end`
      return
    }
    this.#isEmpty = false
    if (!this.#visitor.close(this.#path.at(-1) ?? '', this.#text)) this.isOver = true
    this.#path.pop()
    this.#text = ''
  }

  text(part: string): void {
    this.#isEmpty = false
    if (this.#text.length < MAX_TEXT_LENGTH) this.#text += part.slice(0, MAX_TEXT_LENGTH - this.#text.length)
  }

  /** Entities could make a small text a large one, or read files of this machine: no report declares any. */
  declaration(name: string): void {
    if (name.startsWith('!')) this.problem ??= `it has a declaration (<${name.slice(0, 20)}), which no report needs`
  }

  /** The name of the element that is open. */
  get innermost(): string | undefined {
    return this.#path.at(-1)?.split('/').at(-1)
  }

  get #isDone(): boolean {
    return this.problem !== undefined || this.isOver
  }
}

/** Without the prefix of its namespace. */
const localName = (name: string): string => name.slice(name.indexOf(':') + 1, name.indexOf(':') + 65)

/** By the byte order mark, else by the declaration, else UTF-8. */
function decoded(bytes: Buffer): string {
  const wide = detectWideEncoding(bytes)
  const [, declared = 'utf-8'] =
    /^[\s\ufeff]*<\?xml[^>]{0,200}encoding\s*=\s*["']([\w.:-]{1,40})/.exec(bytes.toString('latin1', 0, 300)) ?? []
  return decodeCharset(bytes, wide ?? declared) ?? decodeCharset(bytes, 'utf-8') ?? ''
}
