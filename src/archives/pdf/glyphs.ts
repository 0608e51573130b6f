/** Names of glyphs and what they stand for (Adobe Glyph List), and the encodings of simple fonts (ISO 32000-2 D). */

const ACCENTS: Readonly<Record<string, string>> = {
  grave: '\u0300',
  acute: '\u0301',
  circumflex: '\u0302',
  tilde: '\u0303',
  macron: '\u0304',
  breve: '\u0306',
  dotaccent: '\u0307',
  dieresis: '\u0308',
  ring: '\u030a',
  hungarumlaut: '\u030b',
  caron: '\u030c',
  cedilla: '\u0327',
  commaaccent: '\u0326',
  ogonek: '\u0328',
}
const ACCENTED = new RegExp(`^([A-Za-z])(${Object.keys(ACCENTS).join('|')})$`)

/** Names and characters in turn. */
const NAMED = `exclam ! quotedbl " numbersign # dollar $ percent % ampersand & quotesingle ' parenleft ( parenright )
asterisk * plus + comma , hyphen - minus - period . slash / zero 0 one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8
nine 9 colon : semicolon ; less < equal = greater > question ? at @ bracketleft [ backslash \\ bracketright ]
asciicircum ^ underscore _ grave \` braceleft { bar | braceright } asciitilde ~ quoteleft ‘ quoteright ’
quotedblleft “ quotedblright ” quotesinglbase ‚ quotedblbase „ guilsinglleft ‹ guilsinglright › guillemotleft «
guillemotright » endash – emdash — bullet • ellipsis … dagger † daggerdbl ‡ perthousand ‰ Euro € sterling £ yen ¥
cent ¢ currency ¤ section § paragraph ¶ copyright © registered ® trademark ™ degree ° plusminus ± multiply × divide ÷
onequarter ¼ onehalf ½ threequarters ¾ periodcentered · germandbls ß ae æ AE Æ oe œ OE Œ oslash ø Oslash Ø lslash ł
Lslash Ł eth ð Eth Ð thorn þ Thorn Þ dotlessi ı fi fi fl fl ff ff ffi ffi ffl ffl f_i fi f_l fl f_f ff exclamdown ¡
questiondown ¿ mu µ logicalnot ¬ florin ƒ fraction ⁄ ordfeminine ª ordmasculine º sfthyphen - dotlessj ȷ`
const NAMES: ReadonlyMap<string, string> = new Map([['space', ' '], ...pairs(NAMED.split(/\s/))])

function pairs(words: readonly string[]): readonly (readonly [string, string])[] {
  return words.flatMap((name, index) => (index % 2 === 0 ? [[name, words[index + 1] ?? ''] as const] : []))
}

/** The text of a glyph; '' where its name does not say. */
export function glyphText(name: string): string {
  const known = NAMES.get(name)
  if (known !== undefined) return known
  if (name.length === 1) return name
  const [, letter = '', accent = ''] = ACCENTED.exec(name) ?? []
  if (letter !== '') return `${letter}${ACCENTS[accent] ?? ''}`.normalize('NFC')
  const hex = /^(?:uni([0-9A-F]{4})|u([0-9A-F]{4,5}))(?:\.|$)/.exec(name)
  if (hex) return String.fromCodePoint(Number.parseInt(hex[1] ?? hex[2] ?? '', 16))
  // Cyrillic letters in their order: capital ones from 10017, small ones from 10065.
  const cyrillic = Number(/^afii(100[1-9]\d)$/.exec(name)?.[1] ?? 0)
  if (cyrillic >= 10017 && cyrillic <= 10049) return cyrillicLetter(cyrillic - 10017, 0x0410, 'Ё')
  if (cyrillic >= 10065 && cyrillic <= 10097) return cyrillicLetter(cyrillic - 10065, 0x0430, 'ё')
  const dot = name.indexOf('.')
  return dot > 0 && dot < 32 ? glyphText(name.slice(0, dot)) : ''
}

/** Io stands after the sixth letter. */
const cyrillicLetter = (index: number, first: number, io: string): string =>
  index === 6 ? io : String.fromCharCode(first + (index > 6 ? index - 1 : index))

const decoded = (charset: string): readonly string[] => {
  const decoder = new TextDecoder(charset)
  return Array.from({ length: 256 }, (_, code) => decoder.decode(Uint8Array.of(code)))
}

const tables = new Map<string, readonly string[]>()

/** The texts of the 256 codes of a simple font. */
export function encodingTable(name: string): readonly string[] {
  const charset = name === 'MacRomanEncoding' ? 'macintosh' : 'windows-1252'
  const table = tables.get(charset) ?? decoded(charset)
  tables.set(charset, table)
  return table
}

const digits = (text: string): readonly number[] => text.trim().split(/\s+/).map(Number)

/** Widths of the characters from space to `~` in thousandths, for the fonts that every viewer has (§9.6.2.2). */
const HELVETICA =
  digits(`278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556
  556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611
  722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556
  333 500 278 556 500 722 500 500 500 334 260 334 584`)
const TIMES = digits(`250 333 408 500 500 833 778 180 333 333 500 564 250 333 250 278 500 500 500 500 500 500 500 500
  500 500 278 278 564 564 564 444 921 722 667 667 722 611 556 722 722 333 389 722 611 889 722 722 556 722 667 556 611
  722 722 944 722 722 611 333 278 333 469 500 333 444 500 444 500 444 333 500 500 278 278 500 278 778 500 500 500 500
  333 389 278 500 500 722 500 500 444 480 200 480 541`)

export function standardWidth(font: string, code: number): number {
  if (/courier|mono/i.test(font)) return 600
  return (/times|serif|roman/i.test(font) ? TIMES : HELVETICA)[code - 32] ?? 556
}
