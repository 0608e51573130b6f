/** Decodes the entities of texts and attributes with htmlparser2, of which nothing else is used. */
import { lazyModule } from '../model/lazy.ts'

export const htmlparser = lazyModule(() => import('htmlparser2'))

export type NewTokenizer = Awaited<ReturnType<typeof htmlparser>>['Tokenizer']
type Tokenizer = InstanceType<NewTokenizer>

/** A text without its entities. */
export interface DecodedText {
  readonly text: string
  /** How many entities stand for plain letters and digits, and are written as numbers. */
  readonly needless: number
  /** Where the last of text and entities ends. */
  readonly textStop: number
}

const nothing = (): void => {}

export class EntityReader {
  readonly #html: string
  readonly #Tokenizer: NewTokenizer
  #tokenizer: Tokenizer | undefined
  /** The text at hand, and its place in the page. */
  #source = ''
  #base = 0
  #pieces: string[] = []
  #needless = 0
  #textStop = 0

  constructor(html: string, tokenizer: NewTokenizer) {
    this.#html = html
    this.#Tokenizer = tokenizer
  }

  /**
   * A text between tags.
   *
   * @param textStop where the text or the start tag before it ends
   * @param element the element whose text ends only at its end tag; '' for any other
   */
  text(start: number, stop: number, textStop: number, element: string): DecodedText {
    const open = element === '' ? '' : `<${element}>`
    const close = stop === this.#html.length ? '' : element === '' ? '<' : `</${element}>`
    this.#base = start - open.length
    this.#textStop = textStop
    this.#needless = 0
    const text = this.#read(open + this.#html.slice(start, stop) + close, close === '')
    return { text, needless: this.#needless, textStop: this.#textStop }
  }

  /** @param quote what stands before and after the value, or '' */
  attribute(value: string, quote: string): string {
    if (!/&(?!amp;)/.test(value)) return value.replaceAll('&amp;', '&')
    return this.#read(`<a b=${quote}${value}${quote || ' '}`, false)
  }

  #read(source: string, isLast: boolean): string {
    this.#source = source
    this.#pieces = []
    this.#tokenizer ??= this.#newTokenizer()
    this.#tokenizer.reset()
    this.#tokenizer.write(source)
    if (isLast) this.#tokenizer.end()
    return this.#pieces.join('')
  }

  #newTokenizer(): Tokenizer {
    return new this.#Tokenizer(
      {},
      {
        ontext: (start, stop) => {
          this.#pieces.push(this.#source.slice(start, stop))
          this.#textStop = this.#base + stop
        },
        ontextentity: (point, stop) => this.#addEntity(String.fromCodePoint(point), this.#base + stop),
        onattribdata: (start, stop) => this.#pieces.push(this.#source.slice(start, stop)),
        onattribentity: point => this.#pieces.push(String.fromCodePoint(point)),
        onattribend: nothing,
        onattribname: nothing,
        onopentagname: nothing,
        onopentagend: nothing,
        onselfclosingtag: nothing,
        onclosetag: nothing,
        oncomment: nothing,
        oncdata: nothing,
        ondeclaration: nothing,
        onprocessinginstruction: nothing,
        onend: nothing,
      },
    )
  }

  #addEntity(char: string, stop: number): void {
    const written = this.#html.startsWith('&#', this.#textStop) || this.#html.startsWith('&#', stop - 6)
    if (written && /^[0-9a-z]$/i.test(char)) this.#needless++
    this.#pieces.push(char)
    this.#textStop = stop
  }
}
