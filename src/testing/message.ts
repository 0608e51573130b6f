/** Builds messages for tests. */

/** A file in a message. */
export interface Attachment {
  /** Its name, as Content-Disposition gives it. */
  readonly filename: string
  /** Its bytes, or its text in UTF-8. */
  readonly content: string | Uint8Array
  /** Its media type. @default 'application/octet-stream' */
  readonly type?: string
}

/** The parts of a message that {@link message} builds; `false` leaves a field out. */
export interface MessageOptions {
  /** The author; `false` leaves the field out. @default 'Alice <alice@example.org>' */
  readonly from?: string | false
  /** The recipients. @default 'Bob <bob@example.net>' */
  readonly to?: string | false
  /** The subject. @default 'Hello' */
  readonly subject?: string | false
  /** The date. @default Thu, 1 Jan 2026 12:00:00 +0000 */
  readonly date?: Date | string | false
  /** The message's id, with angle brackets. @default '<1@example.org>' */
  readonly messageId?: string | false
  /** Further fields, below the ones above; several values make several fields. @default none */
  readonly header?: Readonly<Record<string, string | readonly string[]>>
  /** The plain text, with any line ends. @default 'Hello, Bob!\n', unless `html` is given */
  readonly text?: string
  /** The same text as HTML. @default none */
  readonly html?: string
  /** Files. @default none */
  readonly attachments?: readonly Attachment[]
}

/**
 * Builds a message: every line ends in CRLF, UTF-8 stands as it is in header fields that hold it (RFC 6532), and text
 * beyond US-ASCII is sent as `8bit`. Nothing is corrected: a malformed field makes a malformed message.
 *
 * @example
 * message({ subject: 'Invoice 7', attachments: [{ filename: 'invoice.pdf', content: bytes }] })
 */
export function message({
  from = 'Alice <alice@example.org>',
  to = 'Bob <bob@example.net>',
  subject = 'Hello',
  date = new Date(Date.UTC(2026, 0, 1, 12)),
  messageId = '<1@example.org>',
  header = {},
  text,
  html,
  attachments = [],
}: MessageOptions = {}): Buffer {
  const fields = [
    ['From', from],
    ['To', to],
    ['Subject', subject],
    ['Date', date instanceof Date ? date.toUTCString().replace('GMT', '+0000') : date],
    ['Message-ID', messageId],
    ...Object.entries(header).flatMap(([name, values]) => [values].flat().map(value => [name, value] as const)),
  ] as const
  const plain = text ?? (html === undefined ? 'Hello, Bob!\n' : undefined)
  const renderings = [
    ...(plain === undefined ? [] : [singlePart('text/plain; charset=utf-8', plain)]),
    ...(html === undefined ? [] : [singlePart('text/html; charset=utf-8', html)]),
  ]
  const rendered =
    renderings.length > 1 ? multipart('alternative', renderings) : (renderings[0] ?? singlePart('text/plain', ''))
  const whole = attachments.length > 0 ? multipart('mixed', [rendered, ...attachments.map(attached)]) : rendered
  const lines = fields.flatMap(([name, value]) => (value === false ? [] : [`${name}: ${value}`]))
  return Buffer.from(crlf([...lines, 'MIME-Version: 1.0', whole].join('\n')))
}

/** A part: its fields, an empty line, its content. */
const singlePart = (type: string, content: string): string =>
  [
    `Content-Type: ${type}`,
    `Content-Transfer-Encoding: ${/^\p{ASCII}*$/u.test(content) ? '7bit' : '8bit'}`,
    '',
    content,
  ].join('\n')

function multipart(kind: string, parts: readonly string[]): string {
  const boundary = `----=_${kind}`
  const inner = parts.map(part => `--${boundary}\n${part}\n`).join('')
  return `Content-Type: multipart/${kind}; boundary="${boundary}"\n\n${inner}--${boundary}--\n`
}

const attached = ({ filename, content, type = 'application/octet-stream' }: Attachment): string =>
  [
    `Content-Type: ${type}`,
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${filename.replace(/["\\]/g, '\\$&')}"`,
    '',
    ...(Buffer.from(content)
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
    '',
  ].join('\n')

const crlf = (text: string): string => text.replace(/\r\n|\r|\n/g, '\r\n')
