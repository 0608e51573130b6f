/**
 * Text with its white space as browsers show it, collapsed while it arrives: no step at the end costs its whole length.
 */

/** Nothing is shown of white space until text follows; a line end outweighs a blank. */
type Pending = '' | ' ' | '\n'

// A single blank is white space, too, but is replaced by itself: most texts have nothing else.
const BLANKS = /[\t\r\f\u00a0][ \t\r\f\u00a0]*| [ \t\r\f\u00a0]+/g
const LINE_ENDS = / \n[ \n]*|\n[ \n]+/g
const WHITESPACE = /[\t\r\n\f\u00a0][ \t\r\n\f\u00a0]*| [ \t\r\n\f\u00a0]+/g

export class CollapsedText {
  readonly #pieces: string[] = []
  #pending: Pending = ''

  /** Text in which a line end is a blank, as in HTML. */
  addText(text: string): void {
    this.#add(text.replace(WHITESPACE, ' '))
  }

  /** Text in which line ends stay. */
  addLines(text: string): void {
    this.#add(text.replace(BLANKS, ' ').replace(LINE_ENDS, '\n'))
  }

  /** A block begins or ends. */
  endLine(): void {
    this.#pending = '\n'
  }

  toString(): string {
    return this.#pieces.join('').trim()
  }

  /** Takes text in which each run of white space is one character. */
  #add(text: string): void {
    const first = text[0]
    const start = first === ' ' || first === '\n' ? 1 : 0
    if (start === 1 && this.#pending !== '\n') this.#pending = first as Pending
    if (text.length === start) return
    if (this.#pending !== '') this.#pieces.push(this.#pending)
    const last = text[text.length - 1]
    const end = last === ' ' || last === '\n' ? text.length - 1 : text.length
    this.#pending = end < text.length ? (last as Pending) : ''
    this.#pieces.push(start === 0 && end === text.length ? text : text.slice(start, end))
  }
}

/** The same for a whole text. */
export function collapseWhitespace(text: string): string {
  const collapsed = new CollapsedText()
  collapsed.addLines(text)
  return collapsed.toString()
}
