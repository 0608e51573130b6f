/** Where a message may show pictures: its parts, and the pages that hold some as `data:` URLs. */
import type { Part } from '../mime/part.ts'
import type { TextSection } from './text.ts'

/** Formats of pictures, by their first bytes. */
const FORMATS: ReadonlySet<string | undefined> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/bmp',
  'image/webp',
])
/** The smallest picture of a code that was found in mail has 150 bytes; a tracking pixel has 43 to 95. */
export const MIN_SIZE = 100

/** Whether the part is a picture by its bytes, or says so where they have no known signature, and is no tracking pixel. */
export const isPicturePart = ({ place, size, detected, contentType }: Part): boolean =>
  place !== undefined &&
  size >= MIN_SIZE &&
  (FORMATS.has(detected) || (detected === undefined && FORMATS.has(contentType)))

/** A page with pictures in its text. */
export interface PageWithPictures {
  readonly path: string
  readonly html: string
}

/** Pages that refer to a picture by a `data:` URL. */
export function pagesWithPictures(
  parts: readonly Part[],
  sections: readonly TextSection[],
): readonly PageWithPictures[] {
  const paths = new Set(sections.filter(({ html }) => html?.references.some(isPictureUrl)).map(({ path }) => path))
  if (paths.size === 0) return []
  return parts.flatMap(({ path, text }) => (paths.has(path) && text !== undefined ? [{ path, html: text }] : []))
}

const isPictureUrl = ({ target }: { readonly target: string }): boolean =>
  /^\s*data:\s*image\//i.test(target.slice(0, 40))
