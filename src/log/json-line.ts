/** One event as one line of JSON that reaches neither a terminal nor a line reader as anything else. */

/** Characters that must not reach a terminal or a line reader: controls, C1, bidi and other invisibles, separators. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/gu

/** One line, whatever a client put into it. Reads back as the same value. */
export const jsonLine = (value: unknown): string => `${escaped(JSON.stringify(value))}\n`

/** The text with unsafe characters written as JSON writes them. */
export const escaped = (text: string): string =>
  text.replace(UNSAFE, found =>
    Array.from({ length: found.length }, (_, index) => escapeOf(found.charCodeAt(index))).join(''),
  )

const escapeOf = (code: number): string => `\\u${code.toString(16).padStart(4, '0')}`
