/** Finds the pictures that a page has in `data:` URLs (RFC 2397). */

/** Pictures of one page, and characters from `data:` to the comma. */
const [MAX_PICTURES, MAX_START] = [32, 200]

/** A picture in a URL: its type in lower case, and its decoded bytes. */
export interface DataPicture {
  readonly type: string
  readonly bytes: Buffer
}

/**
 * From the source of the page, because what is read of attributes is cut before a picture ends. Each character is
 * examined a few times.
 */
export function* dataPictures(html: string): Generator<DataPicture> {
  let count = 0
  let until = 0
  for (const { index } of html.matchAll(START)) {
    if (index < until) continue
    const [start, type = '', options = ''] = HEAD.exec(html.slice(index, index + MAX_START)) ?? []
    if (start === undefined) continue
    if (++count > MAX_PICTURES) return
    const from = index + start.length
    until = endOf(html, from, html[index - 1] ?? '')
    const content = unescaped(html.slice(from, until))
    const encoding = /;\s*base64\s*$/i.test(options) ? 'base64' : 'utf8'
    yield { type: type.toLowerCase(), bytes: Buffer.from(content, encoding) }
  }
}

const START = /data:/gi
const HEAD = /^data:\s*(image\/[a-z0-9.+-]{1,40})([^,"'<>]{0,120}),/i

/** Of a value in quotes at its quote, because its base64 may have line ends; else at the first blank or delimiter. */
function endOf(html: string, from: number, before: string): number {
  if (before === '"' || before === "'") {
    const stop = html.indexOf(before, from)
    return stop < 0 ? html.length : stop
  }
  const delimiter = /["'\s<>)]/g
  delimiter.lastIndex = from
  return delimiter.exec(html)?.index ?? html.length
}

/** Undoes what HTML and URLs do to the characters of base64 and of SVG. */
function unescaped(text: string): string {
  const plain = text.includes('&') ? text.replace(ENTITY, entity) : text
  if (!plain.includes('%')) return plain
  return plain.replace(/(?:%[0-9a-f]{2})+/gi, codes => Buffer.from(codes.replaceAll('%', ''), 'hex').toString())
}

const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(plus|sol|equals|quot|lt|gt|amp|apos|newline|num));?/gi

function entity(whole: string, digits?: string, hex?: string, name?: string): string {
  if (name !== undefined) return NAMES[name.toLowerCase()] ?? whole
  const code = digits === undefined ? Number.parseInt(hex ?? '', 16) : Number(digits)
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole
}

const NAMES: Readonly<Record<string, string>> = {
  ...{ plus: '+', sol: '/', equals: '=', quot: '"', lt: '<', gt: '>', amp: '&', apos: "'", newline: '\n', num: '#' },
}
