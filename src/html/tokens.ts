/** The tokens of an HTML text: htmlparser2, of which only the tokenizer is used. */
import { setImmediate } from 'node:timers/promises'

export interface HtmlHandler {
  /**
   * @param attributes by name in lower case, entities decoded. Of two with one name the first counts, as in browsers.
   */
  open(name: string, attributes: ReadonlyMap<string, string>): void
  close(name: string): void
  /** Entities are decoded; `needless` of them stand for plain letters and digits. */
  text(text: string, needless: number): void
  comment(length: number): void
}

/** Attributes of one element. */
const MAX_ATTRIBUTES = 64
/** Characters of one attribute. */
const MAX_VALUE_LENGTH = 8192

/** Characters after which the event loop serves others: a few milliseconds of the most expensive HTML. */
const SLICE = 16_384

/** Linear, and never throws. A tag that is not closed at the end is dropped, as browsers do. */
export async function tokenize(html: string, handler: HtmlHandler): Promise<void> {
  const { Tokenizer } = await import('htmlparser2')
  let element = ''
  let attributes = new Map<string, string>()
  let name = ''
  let value = ''
  let textStop = 0
  const add = (text: string): void => {
    if (value.length < MAX_VALUE_LENGTH) value += text.slice(0, MAX_VALUE_LENGTH - value.length)
  }
  const opened = (): void => handler.open(element, attributes)
  const tokenizer = new Tokenizer(
    {},
    {
      onopentagname: (start, stop) => {
        element = html.slice(start, Math.min(stop, start + 64)).toLowerCase()
        attributes = new Map()
      },
      onattribname: (start, stop) => {
        name = html.slice(start, Math.min(stop, start + 64)).toLowerCase()
        value = ''
      },
      onattribdata: (start, stop) => add(html.slice(start, Math.min(stop, start + MAX_VALUE_LENGTH))),
      onattribentity: point => add(String.fromCodePoint(point)),
      onattribend: () => {
        if (attributes.size < MAX_ATTRIBUTES && !attributes.has(name)) attributes.set(name, value)
      },
      onopentagend: stop => {
        opened()
        textStop = stop + 1
      },
      onselfclosingtag: stop => {
        opened()
        textStop = stop + 1
      },
      onclosetag: (start, stop) => handler.close(html.slice(start, Math.min(stop, start + 64)).toLowerCase()),
      ontext: (start, stop) => {
        handler.text(html.slice(start, stop), 0)
        textStop = stop
      },
      ontextentity: (point, stop) => {
        const written = html.startsWith('&#', textStop) || html.startsWith('&#', stop - 6)
        const plain = point < 128 && /[0-9a-z]/i.test(String.fromCodePoint(point))
        handler.text(String.fromCodePoint(point), written && plain ? 1 : 0)
        textStop = stop
      },
      oncomment: (start, stop, end) => handler.comment(stop - start - end),
      oncdata: (start, stop, end) => handler.comment(stop - start - end),
      ondeclaration: () => {},
      onprocessinginstruction: () => {},
      onend: () => {},
    },
  )
  for (let at = 0; at < html.length; at += SLICE) {
    if (at > 0) await setImmediate()
    tokenizer.write(html.slice(at, at + SLICE))
  }
  tokenizer.end()
}
