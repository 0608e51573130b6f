/** What the codes of a text stand for, and how wide they are (ISO 32000-2 §9.5 to §9.8). */
import { type CharacterMap, readCharacterMap } from './cmap.ts'
import type { PdfDocument } from './document.ts'
import { encodingTable, glyphText, standardWidth } from './glyphs.ts'
import { type Dict, isArray, isDict, Name, nameOf, numberOf, type PdfObject, type Value } from './values.ts'

const MAX_MAP = 262_144
const MAX_WIDTHS = 65_536

/** A font, as far as its text goes. */
export interface Font {
  /** Bytes of a code. */
  readonly codeLength: number
  text(code: number): string
  /** In thousandths of the size. */
  width(code: number): number
}

export async function readFont(document: PdfDocument, value: Value | undefined): Promise<Font | undefined> {
  const font = document.dict(value)
  if (font === undefined) return undefined
  const map = await unicodeMap(document, font)
  return nameOf(document.resolve(font.get('Subtype'))) === 'Type0'
    ? compositeFont(document, font, map)
    : simpleFont(document, font, map)
}

async function unicodeMap(document: PdfDocument, font: Dict): Promise<CharacterMap | undefined> {
  const object: PdfObject | undefined = document.object(font.get('ToUnicode'))
  const decoded = object && (await document.data(object, MAX_MAP))
  return decoded && readCharacterMap(decoded.bytes.toString('latin1'))
}

function simpleFont(document: PdfDocument, font: Dict, map: CharacterMap | undefined): Font {
  const encoding = document.resolve(font.get('Encoding'))
  const base = isDict(encoding) ? nameOf(document.resolve(encoding.get('BaseEncoding'))) : nameOf(encoding)
  const table = [...encodingTable(base)]
  const differences = isDict(encoding) ? document.resolve(encoding.get('Differences')) : undefined
  let next = 0
  for (const item of isArray(differences) ? differences.slice(0, 1024) : []) {
    if (typeof item === 'number') next = item
    else if (item instanceof Name && next >= 0 && next < 256) {
      table[next] = glyphText(item.name)
      next += 1
    }
  }
  const first = numberOf(document.resolve(font.get('FirstChar')))
  const widths = document.resolve(font.get('Widths'))
  const name = nameOf(document.resolve(font.get('BaseFont')))
  const scale = fontScale(document, font)
  return {
    codeLength: 1,
    text: code => map?.texts.get(code) ?? table[code] ?? '',
    width: code => {
      const width = isArray(widths) ? document.resolve(widths[code - first]) : undefined
      return typeof width === 'number' ? width * scale : standardWidth(name, code)
    },
  }
}

/** Fonts of type 3 say what their units are. */
function fontScale(document: PdfDocument, font: Dict): number {
  const matrix = document.resolve(font.get('FontMatrix'))
  const scale = isArray(matrix) ? numberOf(document.resolve(matrix[0]), 0.001) * 1000 : 1
  return scale === 0 ? 1 : Math.abs(scale)
}

function compositeFont(document: PdfDocument, font: Dict, map: CharacterMap | undefined): Font {
  const descendants = document.resolve(font.get('DescendantFonts'))
  const descendant = document.dict(isArray(descendants) ? descendants[0] : undefined)
  const widths = cidWidths(document, descendant?.get('W'))
  const otherwise = numberOf(document.resolve(descendant?.get('DW')), 1000)
  const encoding = nameOf(document.resolve(font.get('Encoding')))
  const decoder = map === undefined ? predefined(encoding) : undefined
  const codeLength = /^Identity|UCS2|UTF16/.test(encoding) ? 2 : (map?.codeLength ?? 2)
  return {
    codeLength,
    text: code => map?.texts.get(code) ?? decoder?.(code) ?? '',
    width: code => widths.get(code) ?? otherwise,
  }
}

/** The maps of East Asian fonts that every viewer has (§9.7.5.2), where they are a charset. */
function predefined(encoding: string): ((code: number) => string) | undefined {
  const charset = /UCS2|UTF16/.test(encoding)
    ? 'utf-16be'
    : /^GBK|^GB-EUC|^GBpc/.test(encoding)
      ? 'gbk'
      : /^B5pc|^ETen|^HKscs/.test(encoding)
        ? 'big5'
        : /RKSJ/.test(encoding)
          ? 'shift_jis'
          : /^KSC/.test(encoding)
            ? 'euc-kr'
            : undefined
  if (charset === undefined) return undefined
  const decoder = new TextDecoder(charset)
  return code => decoder.decode(Uint8Array.of(code >> 8, code & 255)).replaceAll('\0', '')
}

/** `12 [500 600] 20 30 700`: widths from 12 on, and one width from 20 to 30 (§9.7.4.3). */
function cidWidths(document: PdfDocument, value: Value | undefined): ReadonlyMap<number, number> {
  const list = document.resolve(value)
  const widths = new Map<number, number>()
  if (!isArray(list)) return widths
  for (let at = 0; at + 1 < list.length && widths.size < MAX_WIDTHS; ) {
    const first = numberOf(list[at], -1)
    const second = document.resolve(list[at + 1])
    if (isArray(second)) {
      for (const [index, width] of second.slice(0, MAX_WIDTHS).entries())
        widths.set(first + index, numberOf(width, 1000))
      at += 2
      continue
    }
    const width = numberOf(list[at + 2], 1000)
    const last = Math.min(numberOf(second, -1), first + MAX_WIDTHS - widths.size)
    for (let code = first; code <= last; code += 1) widths.set(code, width)
    at += 3
  }
  return widths
}
