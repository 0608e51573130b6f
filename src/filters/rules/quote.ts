/** Evidence in a reason: cut, and escaped so that no terminal, log or page shows it as something else. */

const MAX_LENGTH = 80

/** The text in typographic quotes, cut to `max` characters, with invisible characters as `\u{…}`. */
export const quote = (text: string, max = MAX_LENGTH): string => `“${escaped(text, max)}”`

/** The same without quotes: for sentences that contain words of a message. */
export function escaped(text: string, max: number): string {
  const plain = text
    .slice(0, max)
    .replace(/[\r\n\t ]+/g, ' ')
    .replace(
      /[\0-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\u034f|\p{Surrogate}/gu,
      character => `\\u{${character.codePointAt(0)?.toString(16)}}`,
    )
  return text.length > max ? `${plain}…` : plain
}

/** The first `max` texts of a list, quoted. */
export const quoteList = (list: readonly string[], max = 3): string =>
  `${list
    .slice(0, max)
    .map(item => quote(item, 60))
    .join(', ')}${list.length > max ? ' …' : ''}`
