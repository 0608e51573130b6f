/** Letters and digits of other forms as ASCII: what a reader types for them. */

/** Full-width letters, and digits of Arabic, Indian and other scripts, as ASCII. */
export function asciiOf(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text
  return text.normalize('NFKC').replace(/[^\0-\x7f]/gu, letter => {
    if (!/\p{Nd}/u.test(letter)) return letter
    const code = letter.codePointAt(0) ?? 0
    // Decimal digits of a script are ten code points in a row (Unicode 16 §4.6).
    for (let value = 0; value < 10; value++) {
      if (!/\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) return String(value)
    }
    return String((code - 0x30) % 10)
  })
}
