/**
 * Links whose text is a part of an address that is written around them: for a reader `www.<a>paypal</a>.com` is one
 * address, and so are two links in turn.
 */
import type { Reference } from './reading.ts'

/** Characters of one address. */
const MAX_LENGTH = 256

/** A link that may be a part of an address, and the address so far. */
interface Part {
  readonly reference: { shown: string }
  address: string
}

/** Follows the visible text, and completes what links show. */
export class LinkSurroundings {
  /** The visible characters since the last blank or line end. */
  #word = ''
  /** The same before the open link. */
  #before = ''
  /** Links that stand in the word, and may be a part of an address. */
  #parts: Part[] = []

  /** A line begins or ends. */
  endLine(): void {
    if (this.#word !== '') this.#word = ''
    if (this.#parts.length > 0) this.#parts = []
  }

  /** Visible text, of links, too. */
  text(text: string): void {
    if (this.#parts.length > 0) this.#continue(text)
    const start = wordStart(text)
    if (start > 0) this.#word = start === text.length ? '' : text.slice(start)
    else if (this.#word.length < MAX_LENGTH) this.#word += text.slice(0, MAX_LENGTH)
  }

  /** A link begins. */
  open(): void {
    this.#before = this.#word
  }

  /** A link ends; what it shows is complete but for the text around it. */
  close(reference: { -readonly [Key in keyof Reference]: Reference[Key] }): void {
    const { shown } = reference
    if (shown.length > MAX_LENGTH || /\s/.test(shown) || WHOLE.test(shown)) return
    const address = `${this.#before}${shown}`.replace(/^[("'[<]{1,3}/, '')
    if (!START.test(address)) return
    if (this.#parts.length < MAX_PARTS) this.#parts.push({ reference, address })
    if (this.#before !== '' && WHOLE.test(address)) reference.shown = address.slice(0, MAX_LENGTH)
  }

  /** Text that follows without a blank belongs to the same address. */
  #continue(text: string): void {
    const [next = ''] = /^[^\s"'<>()[\]]{0,256}/.exec(text) ?? []
    for (const part of this.#parts) {
      if (part.address.length < MAX_LENGTH) part.address += next
      if (WHOLE.test(part.address)) part.reference.shown = part.address.slice(0, MAX_LENGTH)
    }
    if (next.length < text.length) this.#parts = []
  }
}

/** Links in one word. */
const MAX_PARTS = 20

/** What an address begins with, and what it may be cut to. */
const START = /^(?:h(?:t(?:t(?:ps?(?::\S*)?)?)?)?|w(?:w(?:w(?:\.\S*)?)?)?)$/i
/** An address with a name that has a dot. */
const WHOLE = /^(?:https?:[/\\]{2}|www\.)[^\s/\\.]+\.[^\s/\\]/i

/** Where the last word of a text begins; 0 if it has no blank. */
function wordStart(text: string): number {
  for (let at = text.length; at > 0; at--) {
    const code = text.charCodeAt(at - 1)
    if (code <= 32 || code === 0xa0) return at
    if (text.length - at > MAX_LENGTH) return at
  }
  return 0
}
