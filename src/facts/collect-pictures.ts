/** Collects the pictures of a message that may show a code, within bounds for their number and size. */
import type { DrawnText, Picture } from '../codes/picture.ts'
import { type PictureSize, sizeOf } from '../codes/size.ts'
import type { Part } from '../mime/part.ts'
import type { Code } from './code.ts'
import { dataPictures } from './data-pictures.ts'
import type { DocumentContent } from './documents.ts'
import { MIN_SIZE, type TextWithPictures } from './picture-places.ts'

/** Pictures of one message, pixels of one, bytes of one, and bytes of all. */
const [MAX_PICTURES, MAX_PIXELS, MAX_SIZE, MAX_TOTAL] = [32, 8_400_000, 4_194_304, 8_388_608]
/** Texts with drawings. */
const MAX_TEXTS = 16
/** Bytes in which nearly every JPEG has its size: metadata and a thumbnail precede it. */
const HEAD = 65_536
/** Pixels of a side: the smallest QR code has 21 modules. */
const MIN_SIDE = 21

/** A picture, and where it is shown. */
export interface PlacedPicture extends Pick<Code, 'from' | 'path'> {
  readonly picture: Picture | DrawnText
}

interface Sources {
  readonly files: readonly Part[]
  readonly texts: readonly TextWithPictures[]
  readonly documents: readonly DocumentContent[]
  readonly bytes: (part: Part, limit: number) => Promise<Buffer>
}

interface Collected {
  readonly pictures: readonly PlacedPicture[]
  /** For each picture that is not searched: why. */
  readonly skipped: readonly string[]
}

export async function collectPictures({ files, texts, documents, bytes }: Sources): Promise<Collected> {
  const collection = new PictureCollection()
  const seen = new Set<string>()
  for (const part of files) {
    if (seen.has(part.sha256 ?? '')) continue
    seen.add(part.sha256 ?? '')
    const head = await bytes(part, HEAD)
    if (!collection.accepts(sizeOf(head), part.size)) continue
    const content = part.size > head.length ? await bytes(part, MAX_SIZE) : head
    collection.add({ path: part.path, from: 'picture', picture: { kind: 'file', bytes: content } })
  }
  for (const { path, source, kind, hasPictures, isDrawn } of texts) {
    if (isDrawn) collection.draw(path, { kind, source })
    for (const { type, bytes: content } of hasPictures ? dataPictures(source) : []) {
      if (type === 'image/svg+xml') collection.draw(path, { kind: 'html', source: content.toString() })
      if (type === 'image/svg+xml' || content.length < MIN_SIZE) continue
      if (!collection.accepts(sizeOf(content), content.length)) continue
      collection.add({ path, from: 'picture', picture: { kind: 'file', bytes: content } })
    }
  }
  for (const { path, pictures } of documents) {
    for (const { format, bytes: content, width = 0, height = 0 } of pictures) {
      const isPixels = format === 'gray' || format === 'rgb'
      if (!collection.accepts(isPixels ? { format: 'bmp', width, height } : sizeOf(content), content.length)) continue
      const picture: Picture = isPixels
        ? { kind: format, bytes: content, width, height }
        : { kind: 'file', bytes: content }
      collection.add({ path, from: 'document', picture })
    }
  }
  return collection
}

class PictureCollection implements Collected {
  readonly pictures: PlacedPicture[] = []
  readonly skipped: string[] = []
  #bytes = 0
  #texts = 0

  /** Whether the picture is to be searched. A picture that is too small for a code is left out. */
  accepts(size: PictureSize | undefined, bytes: number): boolean {
    if (size && Math.min(size.width, size.height) < MIN_SIDE) return false
    const reason = this.#objection(size, bytes)
    if (reason !== undefined) this.skipped.push(reason)
    return reason === undefined
  }

  #objection(size: PictureSize | undefined, bytes: number): string | undefined {
    if (size === undefined) return 'the size of a picture cannot be read'
    if (size.width * size.height > MAX_PIXELS) return 'a picture has more than 8.4 million pixels'
    if (bytes > MAX_SIZE) return 'a picture has more than 4 MB'
    if (this.pictures.length === MAX_PICTURES) return `the message has more than ${MAX_PICTURES} pictures`
    if (this.#bytes + bytes > MAX_TOTAL) return 'the pictures have more than 8 MB'
    return undefined
  }

  /** Adds a text in which codes may be drawn. */
  draw(path: string, picture: DrawnText): void {
    if (++this.#texts <= MAX_TEXTS) this.pictures.push({ path, from: 'drawing', picture })
    else this.skipped.push(`the message has more than ${MAX_TEXTS} texts with drawings`)
  }

  add(placed: Pick<PlacedPicture, 'path' | 'from'> & { readonly picture: Picture }): void {
    this.pictures.push(placed)
    this.#bytes += placed.picture.bytes.length
  }
}
