/**
 * Content lines of iCalendar (RFC 5545 §3.1) and vCard (RFC 6350 §3.2): unfolded, with parameters, in linear time. Of
 * the older vCalendar 1.0 and vCard 2.1 the quoted-printable values are read, too.
 */

/** One property. */
export interface ContentLine {
  /** In capitals, without a group: `DESCRIPTION`. */
  readonly name: string
  /** By their names in capitals; the value without its quotes. */
  readonly parameters: ReadonlyMap<string, string>
  /** As written but for folds and quoted-printable: see {@link unescaped}. */
  readonly value: string
}

const MAX_PARAMETERS = 50
/** Characters of a name with its parameters. */
const MAX_HEAD_LENGTH = 8_192

/** The properties of a text, in its order. What is no property is skipped. */
export function* contentLines(text: string): Generator<ContentLine> {
  const lines = unfolded(text).split(/\r\n|\r|\n/)
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    const head = readHead(line)
    if (head === undefined) continue
    let value = line.slice(head.end)
    if (
      head.parameters.get('ENCODING')?.toUpperCase() === 'QUOTED-PRINTABLE' ||
      head.parameters.has('QUOTED-PRINTABLE')
    ) {
      const rest = [value]
      while (rest.at(-1)?.endsWith('=') && index + 1 < lines.length) {
        index += 1
        rest.push(lines[index] ?? '')
      }
      value = fromQuotedPrintable(rest.map(piece => piece.replace(/=$/, '')).join(''))
    }
    yield { name: head.name, parameters: head.parameters, value }
  }
}

/** Lines that begin with a blank continue the line before them, wherever they cut a word or a URL. */
export const unfolded = (text: string): string => text.replace(/(?:\r\n|\r|\n)[ \t]/g, '')

/** The name and the parameters of a line, and where its value begins. */
function readHead(line: string) {
  const length = Math.min(line.length, MAX_HEAD_LENGTH)
  let at = 0
  while (at < length && line[at] !== ':' && line[at] !== ';') at += 1
  const name = line
    .slice(line.lastIndexOf('.', at) + 1, at)
    .trim()
    .toUpperCase()
  if (name === '' || at === length) return undefined
  const parameters = new Map<string, string>()
  while (line[at] === ';') {
    const start = at + 1
    let isQuoted = false
    for (at = start; at < length && (isQuoted || (line[at] !== ':' && line[at] !== ';')); at += 1)
      if (line[at] === '"') isQuoted = !isQuoted
    if (at === length) return undefined
    if (parameters.size === MAX_PARAMETERS) continue
    const parameter = line.slice(start, at)
    const equals = parameter.indexOf('=')
    // In vCard 2.1 a parameter may be a value alone: `NOTE;QUOTED-PRINTABLE:`.
    const key = (equals < 0 ? parameter : parameter.slice(0, equals)).trim().toUpperCase()
    parameters.set(key, equals < 0 ? '' : parameter.slice(equals + 1).replaceAll('"', ''))
  }
  return { name, parameters, end: at + 1 }
}

function fromQuotedPrintable(text: string): string {
  const bytes = text.replace(/=([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
  // Characters beyond Latin-1 were not encoded: the text is what it says.
  return /^[\x00-\xff]*$/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes
}

/** A value of type TEXT (RFC 5545 §3.3.11): escaped line ends, commas, semicolons and backslashes; colons, too. */
export const unescaped = (value: string): string =>
  value.replace(/\\([\\;,:nN])/g, (_, letter: string) => (letter === 'n' || letter === 'N' ? '\n' : letter))

/** The bytes of a value in base64, however its encoding is declared; undefined for other values. */
export function inlineBytes({ parameters, value }: ContentLine): Buffer | undefined {
  const data = /^data:[\w.+-]{0,100}\/?[\w.+-]{0,100}(?:;[\w.=+-]{1,100}){0,5};base64,/i.exec(value.slice(0, 1024))
  const encoding = parameters.get('ENCODING')?.toUpperCase()
  const isEncoded = encoding === 'BASE64' || encoding === 'B' || parameters.has('BASE64')
  if (!isEncoded && data === null) return undefined
  return Buffer.from(value.slice(data?.[0].length ?? 0), 'base64')
}
