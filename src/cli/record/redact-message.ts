/** A message without what it says and who wrote it, and with its structure: fields, parts, links, kinds of files. */
import { decodeCharset } from '../../mime/decode/charsets.ts'
import { decodeAll } from '../../mime/decode/transfer.ts'
import type { Pseudonyms } from './pseudonyms.ts'
import { htmlWithout } from './redact-html.ts'

const MAX_DEPTH = 20
/** The first bytes of a file say of which kind it is; the others are what somebody wrote. */
const SIGNATURE_BYTES = 8

/** Values that say how a message is built. */
const STRUCTURE = words(`mime-version content-transfer-encoding date precedence auto-submitted importance priority
  x-priority x-mailer user-agent content-language`)
/** Of these the words of their grammar stay; names, addresses and comments do not. */
const GRAMMATICAL =
  /^(?:received|received-spf|authentication-results|arc-.+|dkim-signature|content-.+|list-unsubscribe-post)$/i
const GRAMMAR = words(`from by with for id via smtp esmtp esmtps esmtpsa esmtpa lmtp lmtps https http tls tlsv1 cipher
  bits verify no yes ok mon tue wed thu fri sat sun jan feb mar apr may jun jul aug sep oct nov dec utc gmt pass fail
  softfail neutral none temperror permerror policy bestguesspass spf dkim dmarc arc iprev auth smtp header mailfrom
  helo i s d a b bh c q t x h l v z rsa sha256 sha1 ed25519 relaxed simple dns txt cv client-ip envelope-from receiver
  identity reason action dis p sp text plain html multipart mixed alternative related report signed encrypted message
  rfc822 delivery-status application image audio video octet-stream pdf zip json xml calendar png jpeg gif svg msword
  vnd openxmlformats-officedocument wordprocessingml spreadsheetml document sheet attachment inline charset boundary
  name filename format flowed delsp type start method utf-8 utf us-ascii ascii iso-8859-1 iso windows-1252 windows
  quoted-printable base64 7bit 8bit mailto https one-click list-unsubscribe subject to cc reply-to date message-id
  mime-version content-type re fwd fw aw wg`)

/** @param text replaces words, names and addresses in a text */
export function redactMessage(bytes: Buffer, { text }: Pseudonyms): Buffer {
  return Buffer.from(entity(bytes.toString('latin1'), text, 0), 'latin1')
}

type Replace = (text: string) => string

/** Header, empty line, body: of a message or a part, as latin1. What is not understood is replaced as text. */
function entity(whole: string, replace: Replace, depth: number): string {
  const gap = /\r?\n\r?\n/.exec(`\n${whole}`)
  const end = gap === null ? whole.length : gap.index - 1 + gap[0].length
  const header = whole.slice(0, Math.max(0, end))
  const type = parameterised(header, 'content-type')
  const encoding = (/^content-transfer-encoding:\s*([\w-]+)/im.exec(header)?.[1] ?? '').toLowerCase()
  return headerWithout(header, replace) + bodyWithout(whole.slice(Math.max(0, end)), { type, encoding, replace, depth })
}

const parameterised = (header: string, name: string): string =>
  new RegExp(`^${name}:((?:.*)(?:\\r?\\n[ \\t].*)*)`, 'im').exec(header)?.[1] ?? ''

function headerWithout(header: string, replace: Replace): string {
  return header.replace(FIELD, (_field, name: string | undefined, colon: string, value: string) =>
    name === undefined ? utf8(value, replace) : name + colon + valueWithout(name, value, replace),
  )
}

/** A field with its name and colon, or a line that has none. */
const FIELD = /^(?:([!-9;-~]+)([ \t]*:))?(.*(?:\r?\n[ \t].*)*)/gm

function valueWithout(name: string, value: string, replace: Replace): string {
  if (STRUCTURE.has(name.toLowerCase())) return value
  const date = /received/i.test(name) ? (END_DATE.exec(value)?.[0] ?? '') : ''
  const text = value.slice(0, value.length - date.length)
  const boundary = /boundary\s*=\s*("[^"]*"|[^\s;]+)/i.exec(text)?.[0]
  const [before = '', after = ''] = boundary === undefined ? [text] : text.split(boundary)
  const word: Replace = GRAMMATICAL.test(name) ? one => byGrammar(one, replace) : replace
  return fieldValue(before, word) + (boundary ?? '') + fieldValue(after, word) + date
}

/** The date at the end of Received, where nothing follows it. */
const END_DATE = /;\s*(?:\w{3},\s*)?\d{1,2} \w{3} \d{4} [\d:]{5,8}(?: [+-]\d{4}| GMT| UTC)?\s*$/

/** Encoded words are replaced as what they say. */
function fieldValue(value: string, replace: Replace): string {
  const parts = value.split(/(=\?[\w-]+\?[bq]\?[^?\s]*\?=)/i)
  return parts
    .map(part => {
      const [, charset = '', kind = '', coded = ''] = /^=\?([\w-]+)\?([bq])\?([^?]*)\?=$/i.exec(part) ?? []
      if (charset === '') return utf8(part, text => text.replace(/[^\s;=<>()",:/'*]+/g, replace))
      const isBase64 = kind.toLowerCase() === 'b'
      const raw = isBase64
        ? Buffer.from(coded, 'base64')
        : decodeAll(Buffer.from(coded.replaceAll('_', '=20')), 'quoted-printable')
      const text = Buffer.from(replace(decoded(raw, charset)))
      return isBase64 ? `=?utf-8?B?${text.toString('base64')}?=` : `=?utf-8?Q?${qEncoded(text)}?=`
    })
    .join('')
}

/** RFC 2047 §4.2. */
const qEncoded = (raw: Buffer): string =>
  raw
    .toString('latin1')
    .replace(/[^\w]/g, char =>
      char === ' ' ? '_' : `=${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    )

const byGrammar = (word: string, replace: Replace): string =>
  GRAMMAR.has(word.toLowerCase().replace(/^(?:header|policy|smtp)\./, '')) ? word : replace(word)

interface Body {
  readonly type: string
  readonly encoding: string
  readonly replace: Replace
  readonly depth: number
}

function bodyWithout(body: string, { type, encoding, replace, depth }: Body): string {
  const [, quoted, plain] = /boundary\s*=\s*(?:"([^"]*)"|([^\s;]+))/i.exec(type) ?? []
  const boundary = quoted ?? plain
  const isNested = depth < MAX_DEPTH
  if (isNested && boundary && /^\s*multipart\//i.test(type)) return parts(body, boundary, { replace, depth })
  if (isNested && /^\s*message\/rfc822/i.test(type) && !/base64|quoted/.test(encoding))
    return entity(body, replace, depth + 1)
  const isText = /^\s*(?:text\/|message\/|$)/i.test(type)
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(type)?.[1] ?? 'utf-8'
  const inText = (raw: Buffer): Buffer => {
    const text = decoded(raw, charset)
    return encoded(/^\s*text\/html/i.test(type) ? htmlWithout(text, replace) : replace(text), charset)
  }
  if (encoding === 'base64') {
    const raw = Buffer.from(body, 'base64')
    const lines = (isText ? inText(raw) : emptied(raw)).toString('base64').match(/.{1,76}/g) ?? []
    return `${lines.join('\r\n')}\r\n`
  }
  if (!isText) return emptied(Buffer.from(body, 'latin1')).toString('latin1').replaceAll('\0', 'A')
  if (encoding === 'quoted-printable') return requoted(inText(decodeAll(Buffer.from(body, 'latin1'), encoding)))
  return inText(Buffer.from(body, 'latin1')).toString('latin1')
}

/** What stands before the first boundary and after the last is text as well. */
function parts(body: string, boundary: string, { replace, depth }: Pick<Body, 'replace' | 'depth'>): string {
  const escaped = boundary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const pieces = body.split(new RegExp(`(^--${escaped}(?:--)?[ \\t]*\\r?\\n?)`, 'm'))
  let isClosed = true
  return pieces
    .map((piece, index) => {
      if (index % 2 === 0) return isClosed ? utf8(piece, replace) : entity(piece, replace, depth + 1)
      isClosed = piece.trimEnd().endsWith(`${boundary}--`)
      return piece
    })
    .join('')
}

const emptied = (raw: Buffer): Buffer =>
  Buffer.concat([raw.subarray(0, SIGNATURE_BYTES), Buffer.alloc(Math.max(0, raw.length - SIGNATURE_BYTES))])

const decoded = (raw: Buffer, charset: string): string => decodeCharset(raw, charset) ?? raw.toString('latin1')

/** In its charset where Node writes that; text in others has been read, and is written in UTF-8. */
const encoded = (text: string, charset: string): Buffer =>
  Buffer.from(text, /^(?:iso-8859-1|us-ascii|windows-1252|latin1)$/i.test(charset) ? 'latin1' : 'utf8')

const utf8 = (latin1: string, replace: Replace): string =>
  Buffer.from(replace(Buffer.from(latin1, 'latin1').toString())).toString('latin1')

const requoted = (raw: Buffer): string =>
  raw
    .toString('latin1')
    .replace(/[=\x80-\xff]/g, char => `=${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
    .split('\r\n')
    .map(line => (line.match(/(?:=..|[^=]){1,70}/g) ?? ['']).join('=\r\n'))
    .join('\r\n')

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}
