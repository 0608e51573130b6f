/** The tokens of an HTML text by htmlparser2 alone, character by character: the oracle of the faster reader. */
import { Tokenizer } from 'htmlparser2'
import type { HtmlHandler } from '../../src/html/handler.ts'

/** Attributes of one element. */
const MAX_ATTRIBUTES = 64
/** Characters of one attribute. */
const MAX_VALUE_LENGTH = 8192

/** A tag that is not closed at the end is dropped, as browsers do. */
export function tokenizeSlowly(html: string, handler: HtmlHandler): void {
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
        // At the end of the text inside a tag, htmlparser2 counts from -1.
        if (start < 0) return
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
  tokenizer.write(html)
  tokenizer.end()
}
