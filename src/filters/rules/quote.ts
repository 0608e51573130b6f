/** Evidence in a reason: cut, and escaped so that no terminal, log or page shows it as something else. */

const MAX = 80

/** In typographic quotes, with what is not shown written as `\u{…}`, cut to 80 characters. */
export const quote = (text: string, most = MAX): string => `“${shown(text, most)}”`

/** The same without quotes: for sentences that have words of a message in them. */
export function shown(text: string, most: number): string {
  const plain = text
    .slice(0, most)
    .replace(/[\r\n\t ]+/g, ' ')
    .replace(
      /[\0-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\u034f|\p{Surrogate}/gu,
      character => `\\u{${character.codePointAt(0)?.toString(16)}}`,
    )
  return text.length > most ? `${plain}…` : plain
}

/** The first few of a list, quoted. */
export const quoteList = (list: readonly string[], most = 3): string =>
  `${list
    .slice(0, most)
    .map(item => quote(item, 60))
    .join(', ')}${list.length > most ? ' …' : ''}`
