/** Writes PDFs for tests: objects, a table of references and a trailer. */
import { deflateSync } from 'node:zlib'

/** A stream of an object. */
export interface PdfStream {
  readonly dict?: string
  readonly data: string | Buffer
  /** Packed with FlateDecode. */
  readonly packed?: boolean
}

export interface PdfOptions {
  readonly trailer?: string
  /** Put between the header and the objects. */
  readonly before?: string
  readonly after?: string
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

export function stream({ dict = '', data, packed = false }: PdfStream): Buffer {
  const bytes = packed ? deflateSync(data) : Buffer.from(data)
  const filter = packed ? '/Filter /FlateDecode ' : ''
  return Buffer.concat([
    latin1(`<< ${dict} ${filter}/Length ${bytes.length} >>\nstream\n`),
    bytes,
    latin1('\nendstream'),
  ])
}

/** The objects have the numbers from 1 on; the first one is the catalog. */
export function pdf(
  objects: readonly (string | PdfStream)[],
  { trailer = '', before = '', after = '' }: PdfOptions = {},
) {
  const pieces = [latin1(`%PDF-1.7\n%\xe2\xe3\xcf\xd3\n${before}`)]
  let length = pieces[0]?.length ?? 0
  const offsets: number[] = []
  for (const [index, object] of objects.entries()) {
    const body = typeof object === 'string' ? latin1(object) : stream(object)
    const piece = Buffer.concat([latin1(`${index + 1} 0 obj\n`), body, latin1('\nendobj\n')])
    offsets.push(length)
    length += piece.length
    pieces.push(piece)
  }
  const table = offsets.map(offset => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const end = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${length}\n%%EOF\n${after}`
  return Buffer.concat([...pieces, latin1(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}${end}`)])
}

/** The same objects in one stream of objects; none of them may be a stream. */
export function packedPdf(objects: readonly string[], trailer = ''): Buffer {
  let offset = 0
  const places = objects.map((object, index) => {
    const place = `${index + 1} ${offset}`
    offset += object.length + 1
    return place
  })
  const head = `${places.join(' ')} `
  const number = objects.length + 1
  const body = stream({
    dict: `/Type /ObjStm /N ${objects.length} /First ${head.length}`,
    data: latin1(`${head}${objects.join('\n')}`),
    packed: true,
  })
  return Buffer.concat([
    latin1(`%PDF-1.7\n${number} 0 obj\n`),
    body,
    latin1(`\nendobj\ntrailer << /Root 1 0 R ${trailer} >>\nstartxref\n0\n%%EOF\n`),
  ])
}

/** One page with a content, and other objects from number 5 on. */
export const page = (
  content: string | PdfStream,
  { page = '', catalog = '', more = [] }: PageOptions = {},
): readonly (string | PdfStream)[] => [
  `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
  '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
  `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R ${page} >>`,
  typeof content === 'string' ? { data: content } : content,
  ...more,
]

export interface PageOptions {
  readonly page?: string
  readonly catalog?: string
  readonly more?: readonly (string | PdfStream)[]
}
