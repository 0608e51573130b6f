/** Where a message may show codes: in its parts, and in its texts as `data:` URLs, characters, cells or SVG. */
import type { Part } from '../mime/part.ts'
import type { TextSection } from './text.ts'

/** All formats of pictures but SVG, which is a text: what cannot be decoded is reported as not searched. */
const isPicture = (type: string | undefined): boolean =>
  type?.startsWith('image/') === true && !type.startsWith(SVG_TYPE)
const SVG_TYPE = 'image/svg'
/** The smallest picture of a code that was found in mail has 150 bytes; a tracking pixel has 43 to 95. */
export const MIN_SIZE = 100
/** Cells of a drawn code: the smallest has 105 runs of dark modules. */
const MIN_CELLS = 60
/** Characters of the smallest code in SVG. */
const MIN_SVG_LENGTH = 600

/** Whether the part is a picture by its bytes, or by its type where they have no signature, and no tracking pixel. */
export const isPicturePart = ({ place, size, detected, contentType }: Part): boolean =>
  place !== undefined && size >= MIN_SIZE && (isPicture(detected) || (detected === undefined && isPicture(contentType)))

/** A text that may show codes. */
export interface TextWithPictures {
  readonly path: string
  /** As it was written. */
  readonly source: string
  readonly kind: TextSection['kind']
  /** It has pictures in `data:` URLs. */
  readonly hasPictures: boolean
  /** It may have codes that are drawn in it. */
  readonly isDrawn: boolean
}

/** A quick look at every text: ordinary ones have neither. */
export function textsWithPictures(
  parts: readonly Part[],
  sections: readonly TextSection[],
): readonly TextWithPictures[] {
  return sections.flatMap(section => {
    const { path, kind, html } = section
    const hasPictures = html?.references.some(isPictureUrl) ?? false
    const source = hasPictures || mayBeDrawn(section) || kind === 'html' ? sourceOf(parts, path) : undefined
    if (source === undefined) return []
    const isDrawn = mayBeDrawn(section) || (kind === 'html' && hasSvg(source))
    return hasPictures || isDrawn ? [{ path, source, kind, hasPictures, isDrawn }] : []
  })
}

const sourceOf = (parts: readonly Part[], path: string): string | undefined =>
  parts.find(part => part.path === path)?.text

const isPictureUrl = ({ target }: { readonly target: string }): boolean => DATA.test(target.slice(0, 40))
const DATA = /^\s*data:\s*image\//i

const mayBeDrawn = ({ visible, html }: TextSection): boolean =>
  (html?.counts.emptyCells ?? 0) >= MIN_CELLS || hasDrawing(visible)

function hasSvg(source: string): boolean {
  // Few words have these letters, which are found in a sixth of the time of the tag.
  const start = LETTERS.some(letters => source.includes(letters)) ? source.search(SVG) : -1
  return start >= 0 && source.length - start >= MIN_SVG_LENGTH
}
const LETTERS = ['vg', 'VG', 'vG', 'Vg']
const SVG = /<(?:[\w-]{1,20}:)?svg[\s>]/i

/** Whether the text has the frame of a finder pattern in drawing characters, or in one repeated sign. */
function hasDrawing(text: string): boolean {
  return (SIGNS.test(text) && DRAWN.test(text)) || REPEATED.test(text)
}

/** Blocks, squares, dots, braille, and the first half of emoji squares. */
const SIGNS =
  /[\u2580-\u259f\u25a0\u25a1\u25aa\u25ab\u25cb\u25cf\u25fb-\u25fe\u2b1b\u2b1c\u26aa\u26ab\u2801-\u28ff\ud83d]/
const DRAWN =
  /[\u2580-\u259f]{5}|[\u25a0\u25a1\u25aa\u25ab\u25cb\u25cf\u25fb-\u25fe\u2b1b\u2b1c\u26aa\u26ab]{7}|[\u2801-\u28ff]{4}|(?:\ud83d[\udd32\udd33\udfe5-\udfeb]){7}/
/** One pass: a search for each of nine runs takes thirty times as long. */
const REPEATED = /([#@XMW10*%])\1{6}/
