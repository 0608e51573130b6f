/** Fifty-four messages in which a program hides where readers differ: each with what must be seen of it. */
import type { AmbiguityKind } from '../../src/mime/part.ts'

/** A program, as far as its first bytes go. */
export const payload = Buffer.concat([Buffer.from('MZ\x90\0\x03\0\0\0'), Buffer.from('hidden program '.repeat(8))])

const lines = (text: string, width = 76): string => text.match(new RegExp(`.{1,${width}}`, 'g'))?.join('\r\n') ?? ''
const base64 = lines(payload.toString('base64'))
const quoted = Array.from(payload, byte => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
const printable = (quoted.join('').match(/.{1,72}/g) ?? []).join('=\r\n')

function uuencode(bytes: Buffer, name: string): string {
  const six = (value: number): string => String.fromCharCode(32 + (value & 63) || 96).replace(' ', '`')
  const rows: string[] = []
  for (let at = 0; at < bytes.length; at += 45) {
    const row = bytes.subarray(at, at + 45)
    let text = six(row.length)
    for (let from = 0; from < row.length; from += 3) {
      const [a = 0, b = 0, c = 0] = row.subarray(from, from + 3)
      text += six(a >> 2) + six(((a & 3) << 4) | (b >> 4)) + six(((b & 15) << 2) | (c >> 6)) + six(c)
    }
    rows.push(text)
  }
  return [`begin 644 ${name}`, ...rows, '`', 'end', ''].join('\r\n')
}

function yencode(bytes: Buffer, name: string): Buffer {
  const body = Array.from(bytes).flatMap(byte => {
    const coded = (byte + 42) & 255
    return [0, 10, 13, 61].includes(coded) ? [61, (coded + 64) & 255] : [coded]
  })
  return Buffer.concat([
    Buffer.from(`=ybegin line=400 size=${bytes.length} name=${name}\r\n`),
    Buffer.from(body),
    Buffer.from(`\r\n=yend size=${bytes.length}\r\n`),
  ])
}

const top = 'From: a@example.org\r\nMIME-Version: 1.0\r\n'
const type = 'Content-Type: application/byte-stream; name=x.exe\r\n'
const encoded = (encoding: string): string => `Content-Transfer-Encoding: ${encoding}\r\n`
/** A part that holds the program. */
const attached = `${type}${encoded('base64')}\r\n${base64}\r\n`
const words = 'Content-Type: text/plain\r\n\r\nHello\r\n'
const mixed = (parameters: string): string => `Content-Type: multipart/mixed${parameters}\r\n`
const parts = (boundary: string, ...inner: readonly string[]): string =>
  `${inner.map(part => `--${boundary}\r\n${part}`).join('')}--${boundary}--\r\n`
/** The usual message, with another Content-Type field. */
const declared = (parameters: string, boundary = 'b'): string =>
  `${top}${mixed(parameters)}\r\n${parts(boundary, words, attached)}`
const alone = (fields: string, body = base64): string => `${top}${fields}\r\n${body}\r\n`
const message = `Subject: inner\r\n${mixed('; boundary=i')}\r\n${parts('i', words, attached)}`
const usual = declared('; boundary=b')

export interface MimeCase {
  readonly name: string
  readonly message: Buffer
  /** The program is decoded in one of the readings; otherwise the ambiguity is all there is to see. */
  readonly found: boolean
  readonly kinds: readonly AmbiguityKind[]
}

const one = (name: string, text: string | Buffer, kinds: readonly AmbiguityKind[] = [], found = true): MimeCase => ({
  name,
  message: typeof text === 'string' ? Buffer.from(text, 'latin1') : text,
  found,
  kinds,
})

const inPart = (fields: string, body: string): string =>
  `${top}${mixed('; boundary=b')}\r\n${parts('b', words, `${fields}\r\n${body}\r\n`)}`
const wrapped = (encoding: string, body: string): string =>
  inPart(`Content-Type: message/rfc822\r\n${encoded(encoding)}`, body)
const asBase64 = (text: string): string => lines(Buffer.from(text).toString('base64'))
const asQuoted = (text: string): string => text.replaceAll('=', '=3D')
const long = 'b'.repeat(120)

export const mimeCases: readonly MimeCase[] = [
  one('an attachment as it should be', usual),
  one('an attachment of a message in a message', wrapped('7bit', message)),
  one('a message in base64', wrapped('base64', asBase64(message)), ['encoded-composite']),
  one('a message in quoted-printable', wrapped('quoted-printable', asQuoted(message)), ['encoded-composite']),
  one(
    'a message in a digest, whose parts are messages',
    `${top}Content-Type: multipart/digest; boundary=b\r\n\r\n${parts('b', `\r\n${message}`)}`,
  ),
  one(
    'a multipart in base64',
    alone(mixed('; boundary=b') + encoded('base64'), asBase64(parts('b', words, attached))),
    ['encoded-composite'],
  ),
  one(
    'text/plain, then multipart',
    alone(`Content-Type: text/plain\r\n${mixed('; boundary=b')}`, parts('b', attached)),
    ['repeated-field'],
  ),
  one(
    'multipart, then text/plain',
    alone(`${mixed('; boundary=b')}Content-Type: text/plain\r\n`, parts('b', attached)),
    ['repeated-field'],
  ),
  one(
    'two multiparts with their own boundaries',
    alone(mixed('; boundary=a') + mixed('; boundary=b'), `--a\r\n${words}--a--\r\n${parts('b', attached)}`),
    ['repeated-field', 'preamble', 'epilogue'],
  ),
  one('7bit, then base64', inPart(type + encoded('7bit') + encoded('base64'), base64), ['repeated-field']),
  one('base64, then 7bit', inPart(type + encoded('base64') + encoded('7bit'), base64), ['repeated-field']),
  one('an encoding in quotes', inPart(type + encoded('"base64"'), base64), ['odd-encoding']),
  one('an encoding with a semicolon', inPart(type + encoded('base64;'), base64), ['odd-encoding']),
  one('an encoding with a comment', inPart(type + encoded('base64 (x)'), base64), ['odd-encoding']),
  one('two encodings in one field', inPart(type + encoded('8bit base64'), base64), ['odd-encoding']),
  one('an encoding as an encoded word', inPart(type + encoded('=?us-ascii?q?base64?='), base64), ['odd-encoding']),
  one('an encoding that nobody knows, over base64', inPart(type + encoded('foo'), base64), ['odd-encoding']),
  one('x-uuencode', inPart(`Content-Type: text/plain\r\n${encoded('x-uuencode')}`, uuencode(payload, 'x.exe')), [
    'uuencode',
  ]),
  one('uuencode in text', alone('Content-Type: text/plain\r\n', `Hello\r\n${uuencode(payload, 'x.exe')}`), [
    'uuencode',
  ]),
  one(
    'uuencode in quoted-printable',
    alone(`Content-Type: text/plain\r\n${encoded('quoted-printable')}`, asQuoted(uuencode(payload, 'x.exe'))),
    ['uuencode'],
  ),
  one(
    'uuencode in base64',
    alone(`Content-Type: text/plain\r\n${encoded('base64')}`, asBase64(uuencode(payload, 'x.exe'))),
    ['uuencode'],
  ),
  one(
    'base64 between begin and end',
    alone('Content-Type: text/plain\r\n', `begin-base64 644 x.exe\r\n${base64}\r\n====\r\n`),
    ['uuencode'],
  ),
  one('yEnc in text', Buffer.concat([Buffer.from(`${top}\r\nHello\r\n`), yencode(payload, 'x.exe')]), ['yenc']),
  one('a multipart without a boundary', declared(''), ['no-boundary']),
  one('an empty boundary', declared('; boundary=""'), ['no-boundary']),
  one('an empty boundary that is used', declared('; boundary=""', '')),
  one('a boundary that never comes', declared('; boundary=other'), ['unused-boundary']),
  one('a boundary with a blank at its end', declared('; boundary="b "')),
  one('a boundary with a blank inside, without quotes', declared('; boundary=b c', 'b'), ['odd-boundary']),
  one('a boundary in single quotes', declared("; boundary='b'"), ['odd-boundary']),
  one('a boundary in pieces', declared('; boundary*0=b; boundary*1=c', 'bc')),
  one('a boundary with a charset', declared("; boundary*=us-ascii'en'b")),
  one('a boundary as an encoded word', declared('; boundary="=?us-ascii?q?b?="')),
  one('a boundary with a comment', declared('; boundary=b (comment)')),
  one('a boundary with an escaped letter', declared('; boundary="\\b"')),
  one(
    'two boundaries in one field',
    alone(mixed('; boundary=a; boundary=b'), `--a\r\n${words}--a--\r\n${parts('b', attached)}`),
    ['odd-boundary', 'preamble', 'epilogue'],
  ),
  one('a boundary longer than 70', declared(`; boundary=${long}`, long), ['odd-boundary']),
  one(
    'a multipart with the boundary of the one around it',
    `${top}${mixed('; boundary=b')}\r\n--b\r\n${mixed('; boundary=b')}\r\n${parts('b', words, attached)}--b--\r\n`,
    ['shared-boundary'],
  ),
  one(
    'a line that begins as the boundary does',
    `${top}${mixed('; boundary=b')}\r\n--b\r\n${words}--bc\r\n${attached}--b--\r\n`,
    ['near-boundary'],
  ),
  one('a part after the end', `${usual}--b\r\n${attached}`, ['after-close']),
  one(
    'a field and a file after the end',
    `${top}${mixed('; boundary=b')}\r\n${parts('b', words)}${attached}`,
    ['epilogue'],
    false,
  ),
  one(
    'uuencode before the first part',
    `${top}${mixed('; boundary=b')}\r\n${uuencode(payload, 'x.exe')}${parts('b', words)}`,
    ['preamble', 'uuencode'],
  ),
  one('a multipart that is not closed', usual.slice(0, usual.lastIndexOf('--b--'))),
  one('a line that is no field above the type', alone(`no field here\r\n${type}${encoded('base64')}`), ['odd-header']),
  one('a folded line at the top', ` folded\r\n${top}${type}${encoded('base64')}\r\n${base64}\r\n`, ['odd-header']),
  one('a line of blanks above the type', alone(` \r\n${type}${encoded('base64')}`), ['odd-header']),
  one(
    'a blank before the colon',
    alone(`Content-Type : application/byte-stream\r\nContent-Transfer-Encoding : base64\r\n`),
    ['odd-header'],
  ),
  one('bare CR for every line end', usual.replaceAll('\r\n', '\r'), ['bare-cr', 'unused-boundary']),
  one('bare LF for every line end', usual.replaceAll('\r\n', '\n')),
  one('base64 with rubbish in it', inPart(type + encoded('base64'), base64.replace(/(.{20})/g, '$1!')), [
    'broken-base64',
  ]),
  one(
    'base64 that goes on after padding',
    inPart(
      type + encoded('base64'),
      `${lines(payload.subarray(0, 40).toString('base64'))}\r\n${payload.subarray(40).toString('base64')}`,
    ),
    ['broken-base64'],
  ),
  one('a type without its semicolon', declared(' boundary=b'), ['odd-type']),
  one(
    'a piece of a message',
    inPart('Content-Type: message/partial; id=x; number=1; total=2\r\n', message),
    ['partial'],
    false,
  ),
  one(
    'a program in quoted-printable, declared as text',
    inPart(`Content-Type: text/plain; name=x.exe\r\n${encoded('quoted-printable')}`, printable),
  ),
]
