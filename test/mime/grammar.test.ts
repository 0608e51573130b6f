/**
 * Fields outside the grammar of MIME: what any reader makes of them is looked at, and where readers differ it is said.
 */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { AmbiguityKind } from '../../src/mime/part.ts'
import { readTree } from '../../src/mime/tree.ts'
import { payload } from '../support/mime-cases.ts'

const sha256 = createHash('sha256').update(payload).digest('hex')
const base64 = payload.toString('base64')
const program = `Content-Type: application/octet-stream; name=x.exe\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64}\r\n`
const body = `--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\n${program}--b--\r\n`

/** A message with these fields, in latin1. */
const read = (fields: string, content = body) =>
  readTree(Buffer.from(`From: a@example.org\r\n${fields}\r\n\r\n${content}`, 'latin1'))
const seen = (fields: string, content?: string) => {
  const { parts, ambiguities } = read(fields, content)
  return {
    found: parts.some(part => part.sha256 === sha256),
    kinds: [...new Set(ambiguities.map(({ kind }) => kind))],
  }
}

test.for([
  'multipart/mixed; boundary=b',
  'multipart/*; boundary=b',
  'multipart/x-unknown; boundary=b',
  "multipart/!#$%&'*+-.^_`{|}~; boundary=b",
  'MULTIPART/Mixed; BOUNDARY=b',
  'multipart/mixed (a comment); boundary=b',
  'multipart/mixed; (a comment) boundary=b',
])('RFC 2045 §5.1 has "Content-Type: %s", and no reader differs', value => {
  expect(seen(`Content-Type: ${value}`)).toEqual({ found: true, kinds: [] })
})

test.for<[value: string, kind: AmbiguityKind]>([
  ['multipart/"mixed"; boundary=b', 'odd-type'],
  ['"multipart/mixed"; boundary=b', 'odd-type'],
  ["'multipart/mixed'; boundary=b", 'odd-type'],
  ['multipart//mixed; boundary=b', 'odd-type'],
  ['multipart/mixed/x; boundary=b', 'odd-type'],
  ['multipart/; boundary=b', 'odd-type'],
  ['multipart; boundary=b', 'odd-type'],
  ['multipart-mixed; boundary=b', 'odd-type'],
  ['multipart\\mixed; boundary=b', 'odd-type'],
  ['multipart / mixed; boundary=b', 'odd-type'],
  ['multipart/mixed boundary=b', 'odd-type'],
  ['multipart/(x)mixed; boundary=b', 'odd-type'],
  ['(multipart/mixed) text/plain; boundary=b', 'odd-type'],
  ['text/plain, multipart/mixed; boundary=b', 'odd-type'],
  ['; multipart/mixed; boundary=b', 'odd-type'],
  [': multipart/mixed; boundary=b', 'odd-type'],
  ['=?utf-8?q?multipart/mixed?=; boundary=b', 'odd-type'],
  ['=?utf-8?b?bXVsdGlwYXJ0L21peGVk?=; boundary=b', 'odd-type'],
  ['multi\0part/mixed; boundary=b', 'odd-type'],
  ['text/plain; boundary=b', 'odd-type'],
  ["/mixed; ((a) comment) boundary*=us-ascii''b", 'odd-type'],
  ['multipart/\xa0mixed; boundary=b', 'odd-type'],
])('the content behind "Content-Type: %s" is read, with an ambiguity', ([value, kind]) => {
  const { found, kinds } = seen(`Content-Type: ${value}`)
  expect(found || kinds.includes(kind)).toBe(true)
  expect(kinds).toContain(kind)
})

test.for([
  'Content-Type\r\n : multipart/mixed; boundary=b',
  'Content-Type \r\n\t: multipart/mixed; boundary=b',
  'Content-Type : multipart/mixed; boundary=b',
  'Content-Type\xa0: multipart/mixed; boundary=b',
  '\xc2\xa0Content-Type: multipart/mixed; boundary=b',
  '\xef\xbb\xbfContent-Type: multipart/mixed; boundary=b',
  'Content-Type\xe2\x80\x8b: multipart/mixed; boundary=b',
  'Content-Type\0: multipart/mixed; boundary=b',
  'Content-\r\n Type: multipart/mixed; boundary=b',
])('a field whose name only some readers recognise is followed, with an ambiguity: %j', fields => {
  const { found, kinds } = seen(fields)
  expect(found).toBe(true)
  expect(kinds).toContain('odd-header')
})

test.for([
  'Content-Transfer-Encoding\r\n : base64',
  '\xef\xbb\xbfContent-Transfer-Encoding: base64',
  'Content-Transfer-Encoding\xa0: base64',
])('an irregular transfer encoding has an ambiguity: %j', field => {
  const { found, kinds } = seen(`Content-Type: application/octet-stream; name=x.exe\r\n${field}`, base64)
  expect(found).toBe(true)
  expect(kinds).toContain('odd-header')
})

test('a field name with other bytes has an ambiguity', () => {
  const [part] = read('Content-Disposition\r\n : attachment; filename=x.exe', 'x').parts
  expect(part?.filenames).toContain('x.exe')
})

test('a boundary that does not occur makes no multipart of a text', () => {
  expect(seen('Content-Type: text/plain; boundary=c', 'Hello')).toEqual({ found: false, kinds: [] })
})

test.for([
  'attachment; filename*0="=?utf-8?q?x.exe?="',
  'attachment; (a (nested) comment) filename=x.exe',
  'attachment; filename=x.txt; (c) filename=x.exe',
])('a name that only some readers find is listed: %s', disposition => {
  expect(read(`Content-Disposition: ${disposition}`, 'x').parts[0]?.filenames).toContain('x.exe')
})

test('two different encodings are both followed, whatever the bytes look like', () => {
  const fields =
    'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64'
  const junk = '!!! ### '.repeat(200)
  expect(seen(fields, `${junk}\r\n${base64}`)).toMatchObject({
    found: true,
    kinds: expect.arrayContaining(['repeated-field']),
  })
})

test('uuencoded files are found in a part that is declared uuencoded, whatever its type', () => {
  const lines = 'begin 644 x.exe\r\n#0V%T\r\n`\r\nend\r\n'
  for (const type of ['application/octet-stream', 'image/png', 'text/plain']) {
    const { parts, ambiguities } = read(`Content-Type: ${type}\r\nContent-Transfer-Encoding: x-uuencode`, lines)
    expect(parts.at(-1)).toMatchObject({ filenames: ['x.exe'], reading: 'uuencode', size: 3 })
    expect(ambiguities).toMatchObject([{ kind: 'uuencode' }])
  }
})

test('parts that differ after a multipart is decoded are followed, even if their number is the same', () => {
  const parts = 'Content-Type: application/octet-stream; name=x.exe\r\nContent-Transfer-Encoding: base=36=34\r\n\r\n'
  const fields = 'Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: quoted-printable'
  const { found, kinds } = seen(fields, `--b\r\n${parts}${base64.replaceAll('=', '=3D')}\r\n--b--\r\n`)
  expect([found, kinds.includes('encoded-composite')]).toEqual([true, true])
  expect(seen(fields, '--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b--\r\n')).toEqual({ found: false, kinds: [] })
})

test.for(['\r\n', '\n'])(
  'a header section that ends earlier for some readers has that reading with any line end: %j',
  end => {
    const text = `From: a@example.org\r\nno field\r\nContent-Type: text/html\r\n\r\nHello`.replaceAll('\r\n', end)
    const { parts, ambiguities } = readTree(Buffer.from(text))
    expect(ambiguities).toMatchObject([{ kind: 'odd-header' }])
    expect(parts).toMatchObject([
      { contentType: 'text/html', text: 'Hello' },
      {
        reading: 'odd-header',
        contentType: 'text/plain',
        text: `no field${end}Content-Type: text/html${end}${end}Hello`,
      },
    ])
  },
)
