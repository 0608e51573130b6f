/** Text from a message or a client, made safe to write into a header field, a reply or a log line. */

/**
 * Printable US-ASCII, at most `max` characters. Every other character becomes `?`, so the text cannot begin a new line.
 */
export const printable = (text: string, max: number): string => text.slice(0, max).replace(/[^ -~]/g, '?')

/** Controls, bidi marks and other invisible characters, and the separators of lines. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu

/** One line that shows everything: invisible characters are written as `\u202e`. */
export const escapeInvisible = (text: string): string =>
  text.replace(INVISIBLE, found =>
    Array.from(
      { length: found.length },
      (_, index) => `\\u${found.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
