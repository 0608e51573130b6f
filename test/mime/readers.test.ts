/**
 * What other readers of mail find, we find or call ambiguous: mailparser and postal-mime read the same odd messages.
 * More with `POSTERN_FUZZ=100000`.
 */
import { createHash } from 'node:crypto'
import { simpleParser } from 'mailparser'
import PostalMime from 'postal-mime'
import { expect, test } from 'vitest'
import { readTree } from '../../src/mime/tree.ts'
import { payload } from '../support/mime-cases.ts'
import { fc, runs } from '../support/property.ts'

const numRuns = runs(500)

const LINK = 'http://evil.example/marker'
const base64 = payload.toString('base64').replace(/.{76}/g, '$&\r\n')
const quoted = Array.from(payload, byte => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
const printable = quoted.join('').replace(/.{72}/g, '$&=\r\n')

const odd = fc.oneof(
  { weight: 12, arbitrary: fc.constant('') },
  fc.constantFrom(
    ...[' ', '\t', '"', "'", '(c)', '\\', '/', ';', ',', '\0', '\xa0', '\r\n ', '\xef\xbb\xbf', '=', '*', '.'],
  ),
)
const around = (text: fc.Arbitrary<string>) => fc.tuple(odd, text, odd).map(pieces => pieces.join(''))
const caseOf = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.nat(5)).map(([one, how]) => (how === 0 ? one.toUpperCase() : how === 1 ? one.toLowerCase() : one))

const mixed = fc
  .tuple(
    caseOf(fc.constantFrom(...Array<string>(9).fill('multipart'), 'text', 'message', 'application', '')),
    odd,
    fc.constantFrom(...Array<string>(9).fill('/'), '//', '', '\\', ' / ', '-'),
    odd,
    caseOf(
      fc.constantFrom('mixed', 'alternative', 'related', 'digest', '*', 'x-unknown', 'plain', 'rfc822', '', 'report'),
    ),
    odd,
  )
  .map(pieces => pieces.join(''))
const boundary = fc
  .tuple(
    fc.constantFrom('; ', ';', ' ;', ' ', '; x=y; ', ';; ', '; (c) ', ';\r\n\t', '; charset="'),
    caseOf(fc.constantFrom('boundary', 'boundary', 'boundary', 'boundary*', 'boundary*0', '"boundary"', 'boundary ')),
    fc.constantFrom('=', '=', '=', ' = ', '==', ':'),
    fc.constantFrom(
      'b',
      '"b"',
      '"b"',
      "'b'",
      '"b',
      'b"',
      "us-ascii''b",
      '=?utf-8?q?b?=',
      '"=?utf-8?q?b?="',
      '"\\b"',
      'b (c)',
      'b;',
      '"b" x',
      '"b "',
      'b; boundary=z',
      'z; boundary=b',
      '%62',
    ),
  )
  .map(pieces => pieces.join(''))
const named = (name: string) =>
  fc
    .tuple(
      fc.constantFrom('', '', '', '', '', '\xef\xbb\xbf', '\xa0', ' '),
      caseOf(fc.constant(name)),
      fc.constantFrom(':', ': ', ': ', ': ', ' : ', '\t: ', ':\r\n ', '\r\n : ', '\xa0: ', '\0: ', ':: '),
    )
    .map(pieces => pieces.join(''))
const field = (name: string, value: fc.Arbitrary<string>) =>
  fc.tuple(named(name), value).map(([start, rest]) => `${start}${rest}\r\n`)
/** That many times in ten. */
const maybe = (arbitrary: fc.Arbitrary<string>, weight = 8) =>
  fc.oneof({ weight, arbitrary }, { weight: 10 - weight, arbitrary: fc.constant('') })

const type = fc.oneof(
  around(
    fc.constantFrom(
      ...Array<string>(6).fill('application/octet-stream'),
      'image/png',
      'text/plain',
      'text/html',
      'application//x',
      'text',
      'message/rfc822',
    ),
  ),
  mixed,
)
const fileName = fc
  .tuple(
    fc.constantFrom('; name=', '; filename=', '; filename*=', '; filename*0=', ' filename=', '; "filename"='),
    fc.constantFrom(
      'x.exe',
      '"x.exe"',
      '"x.exe',
      '"x.txt".exe',
      "utf-8''x.exe",
      "utf-8''x%2Eexe",
      '=?utf-8?q?x.exe?=',
      '"=?utf-8?b?eC5leGU=?="',
      'x.exe (c.txt)',
      'x.exe y.txt',
      '"x\\.exe"',
    ),
  )
  .map(pieces => pieces.join(''))
const encoding = around(
  fc.constantFrom(
    'base64',
    'base64',
    'base64',
    'quoted-printable',
    '7bit',
    'binary',
    'x-uuencode',
    'base64; x',
    '8bit base64',
    'foo',
    '=?utf-8?q?base64?=',
  ),
)
const disposition = around(fc.constantFrom('attachment', 'attachment', 'inline', 'x-other', ''))

const page = `<html><a href="${LINK}">here</a></html>`
const coded = around(fc.constantFrom('base64', 'Base64', 'base64; x', '8bit base64', '=?utf-8?q?base64?='))
/** An encoding and bytes in it, or any two. */
const content = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(coded, fc.constantFrom(base64, base64, Buffer.from(page).toString('base64'))) },
  { weight: 1, arbitrary: fc.tuple(around(fc.constant('quoted-printable')), fc.constant(printable)) },
  fc.tuple(encoding, fc.constantFrom(base64, printable, page)),
)
const fields = (...all: readonly fc.Arbitrary<string>[]) => fc.tuple(...all).map(lines => lines.join(''))
const part = content.chain(([code, body]) =>
  fields(
    maybe(
      field(
        'Content-Type',
        fc.tuple(type, maybe(fileName, 5)).map(pieces => pieces.join('')),
      ),
    ),
    maybe(
      field(
        'Content-Disposition',
        fc.tuple(disposition, maybe(fileName, 7)).map(pieces => pieces.join('')),
      ),
    ),
    field('Content-Transfer-Encoding', fc.constant(code)),
    maybe(field('Content-Transfer-Encoding', encoding), 1),
  ).map(head => `${head}\r\n${body}\r\n`),
)

const multipart = (inner: fc.Arbitrary<string>) =>
  fc
    .tuple(
      field(
        'Content-Type',
        fc.tuple(mixed, boundary).map(pieces => pieces.join('')),
      ),
      maybe(field('Content-Transfer-Encoding', encoding), 2),
      fc.array(inner, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...Array<string>(12).fill('--b'), '--b ', '--bb', '--b--', '--z'),
      fc.constantFrom('--b--\r\n', '--b--\r\n', ''),
    )
    .map(
      ([head, coded, parts, line, close]) =>
        `${head}${coded}\r\n${parts.map(one => `${line}\r\n${one}`).join('')}${close}`,
    )
const message = fc
  .tuple(
    maybe(fc.constant('From: a@example.org\r\n'), 9),
    fc.oneof(part, multipart(part), multipart(part), multipart(fc.oneof(part, multipart(part)))),
  )
  .map(([top, rest]) => `${top}MIME-Version: 1.0\r\n${rest}`)

interface Read {
  readonly files: readonly Buffer[]
  readonly names: readonly string[]
  readonly text: string
}

const bytesOf = (content: ArrayBuffer | Uint8Array | string): Buffer =>
  typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as Uint8Array)

const readers: Readonly<Record<string, (bytes: Buffer) => Promise<Read>>> = {
  'postal-mime': async bytes => {
    const { attachments, html = '', text = '' } = await PostalMime.parse(bytes)
    return {
      files: attachments.map(({ content }) => bytesOf(content)),
      names: attachments.map(({ filename }) => filename ?? ''),
      text: `${html}${text}`,
    }
  },
  mailparser: async bytes => {
    const { attachments, html, text = '' } = await simpleParser(bytes, { skipHtmlToText: true, skipTextToHtml: true })
    return {
      files: attachments.map(({ content }) => content),
      names: attachments.map(({ filename }) => filename ?? ''),
      text: `${html || ''}${text}`,
    }
  },
}

const digest = createHash('sha256').update(payload).digest('hex')

interface Score {
  found: number
  shown: number
  named: number
}

/** What the reader finds and we do not, nor say that readers differ. */
async function missed(bytes: Buffer, read: (bytes: Buffer) => Promise<Read>, score: Score): Promise<readonly string[]> {
  const { files, names, text } = await read(bytes)
  const { parts, ambiguities, defects } = readTree(bytes)
  const told = ambiguities.length > 0 || defects.some(defect => defect !== 'unclosed')
  const missing: string[] = []
  if (files.some(file => file.equals(payload))) {
    score.found++
    if (!told && !parts.some(({ sha256 }) => sha256 === digest)) missing.push('a program')
  }
  if (text.includes(LINK)) {
    score.shown++
    if (!told && !parts.some(part => part.text?.includes(LINK))) missing.push('a link')
  }
  if (names.some(name => name.endsWith('.exe'))) {
    score.named++
    if (!told && !parts.some(({ filenames }) => filenames.some(name => name.endsWith('.exe')))) missing.push('a name')
  }
  return missing
}

test.for(Object.entries(readers))(
  'M10 whatever %s finds in an odd message is found, or said to be ambiguous',
  { timeout: 3_600_000 },
  async ([, read]) => {
    const score: Score = { found: 0, shown: 0, named: 0 }
    await fc.assert(
      fc.asyncProperty(message, async text => {
        expect(await missed(Buffer.from(text, 'latin1'), read, score)).toEqual([])
      }),
      { numRuns },
    )
    // The generator makes what there is to find.
    expect([score.found > 0, score.shown > 0, score.named > 0]).toEqual([true, true, true])
  },
)
