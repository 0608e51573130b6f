/** Look-alikes of the end of the data: what one server takes for CRLF.CRLF and another does not. */

/** Every string of at most `most` of the `letters`. */
const words = (letters: readonly string[], most: number): readonly string[] =>
  most === 0 ? [''] : words(letters, most - 1).flatMap(word => [word, ...letters.map(letter => word + letter)])

const around = [...new Set(words(['\r', '\n', '\0'], 3))]
const odd = ['', '\r', '\n', '\r\n', '\0', ' ', '\r\r', '\n\n', '\r\0\n', '\n\r']

/**
 * A dot between every string of up to three CR, LF and NUL before it and behind it, and between some with a space:
 * all but those that do hold CRLF.CRLF.
 */
export const lookAlikes: readonly string[] = [
  ...new Set([around, odd].flatMap(parts => parts.flatMap(before => parts.map(after => `${before}.${after}`)))),
].filter(end => !end.includes('\r\n.\r\n'))

/** How the bytes around a look-alike may come in. */
export const cuts: Readonly<Record<string, (before: string, end: string, after: string) => readonly string[]>> = {
  'in one piece': (before, end, after) => [before + end + after],
  'cut around it': (before, end, after) => [before, end, after],
  'cut through it': (before, end, after) => {
    const dot = end.indexOf('.')
    return [before + end.slice(0, dot), end.slice(dot, dot + 1), end.slice(dot + 1) + after].filter(
      piece => piece !== '',
    )
  },
}

/** What would be a second message, were the data at an end before it. */
export const smuggled =
  'MAIL FROM:<evil@example.net>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nFrom: evil@example.net\r\n\r\nevil\r\n'
