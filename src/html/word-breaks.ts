/** Counts comments and elements inside of words: they cut a word for a filter, and a reader does not see them. */
import { isBlock } from './elements.ts'

/** Elements that show something between the letters before and after them. */
const SHOWN: ReadonlySet<string> = new Set([
  'br',
  'img',
  'input',
  'button',
  'select',
  'textarea',
  'svg',
  'sup',
  'sub',
  'wbr',
])

/** Reads the visible text and what stands between its pieces. */
export class WordBreaks {
  readonly counts = { commentsInWords: 0, elementsInWords: 0 }
  /** The text so far ends in a letter. */
  #afterLetter = false
  #since: 'comment' | 'element' | undefined

  text(text: string): void {
    if (text === '') return
    if (this.#afterLetter && this.#since !== undefined && isLetter(text.charCodeAt(0))) {
      if (this.#since === 'comment') this.counts.commentsInWords++
      else this.counts.elementsInWords++
    }
    this.#since = undefined
    this.#afterLetter = isLetter(text.charCodeAt(text.length - 1))
  }

  comment(): void {
    if (this.#afterLetter) this.#since = 'comment'
  }

  element(name: string): void {
    if (!this.#afterLetter) return
    if (isBlock(name) || SHOWN.has(name)) this.#afterLetter = false
    else this.#since ??= 'element'
  }
}

/** Letters of scripts that part words by blanks: Latin, Greek and Cyrillic. */
const isLetter = (code: number): boolean =>
  ((code | 32) >= 97 && (code | 32) <= 122) || (code >= 0xc0 && code <= 0x24f) || (code >= 0x370 && code <= 0x52f)
