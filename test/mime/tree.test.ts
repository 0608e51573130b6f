import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { partName } from '../../src/mime/names.ts'
import { readTree } from '../../src/mime/tree.ts'
import { mimeCases, payload } from '../support/mime-cases.ts'

const sha256 = createHash('sha256').update(payload).digest('hex')

test('there are fifty-four cases, each another message', () => {
  expect(new Set(mimeCases.map(({ message }) => message.toString('latin1'))).size).toBe(54)
})

test.for(mimeCases)(
  'M10 what hides in $name is found, and where readers differ it is said',
  ({ message, found, kinds }) => {
    const { parts, ambiguities } = readTree(message)
    expect([...new Set(ambiguities.map(({ kind }) => kind))].toSorted()).toEqual([...kinds].toSorted())
    expect(parts.some(part => part.sha256 === sha256)).toBe(found)
    expect(found || ambiguities.length > 0).toBe(true)
  },
)

const partsOf = (text: string) => readTree(Buffer.from(text.replaceAll('\n', '\r\n'))).parts

test('another reading of a part follows it, under its path and a letter', () => {
  const message = 'Content-Type: multipart/mixed; boundary=a; boundary=b\n\n--a\n\none\n--a--\n--b\n\ntwo\n--b--\n'
  const seen = partsOf(message).map(({ path, reading, text }) => [path, reading, text])
  expect(seen).toEqual([
    ['', undefined, undefined],
    ['1', undefined, 'one'],
    ['a.1', 'odd-boundary', 'two'],
  ])
})

test.for<[name: string, fields: string, filenames: readonly string[]]>([
  ['a name of the type', 'Content-Type: text/plain; name=x.exe', ['x.exe']],
  ['a page named as a program', 'Content-Type: text/html; name="x.hta"\nContent-Disposition: inline', ['x.hta']],
  [
    'filename beside filename*',
    "Content-Disposition: attachment; filename=a.txt; filename*=utf-8''b%2Eexe",
    ['a.txt', 'b.exe'],
  ],
  ['two filenames', 'Content-Disposition: attachment; filename=a.txt; filename=b.exe', ['a.txt', 'b.exe']],
  [
    'two fields',
    'Content-Disposition: inline; filename=a.txt\nContent-Disposition: x; filename=b.exe',
    ['a.txt', 'b.exe'],
  ],
  ['a name in pieces', 'Content-Disposition: attachment; filename*0=a.; filename*1=exe', ['a.exe']],
  ['pieces with a gap', 'Content-Disposition: attachment; filename*0=a; filename*2=.exe', ['a', 'a.exe']],
  [
    'an encoded word',
    'Content-Disposition: attachment; filename="=?utf-8?b?YS5leGU=?="',
    ['a.exe', '=?utf-8?b?YS5leGU=?='],
  ],
  ['a NUL', 'Content-Disposition: attachment; filename="a.exe\0.txt"', ['a.exe\0.txt', 'a.exe', 'a.exe.txt']],
  ['the other direction', 'Content-Disposition: attachment; filename="a\u202efdp.exe"', ['a\u202efdp.exe', 'afdp.exe']],
  ['a dot and blanks at the end', 'Content-Disposition: attachment; filename="a.exe. ."', ['a.exe. .', 'a.exe']],
  ['a folder', 'Content-Disposition: attachment; filename="..\\\\a/b.exe"', ['..\\a/b.exe', 'b.exe']],
  ['a stream', 'Content-Disposition: attachment; filename="a.exe::$DATA"', ['a.exe::$DATA', 'a.exe']],
  ['an invisible letter', 'Content-Disposition: attachment; filename="a.e\u200bxe"', ['a.e\u200bxe', 'a.exe']],
  ['fullwidth letters', 'Content-Disposition: attachment; filename="a．ｅｘｅ"', ['a．ｅｘｅ', 'a.exe']],
  ['a description', 'Content-Type: application/octet-stream\nContent-Description: a.exe', ['a.exe']],
])('M11 %s has every name that some program could use', ([, fields, filenames]) => {
  const [part] = partsOf(`${fields}\n\nx\n`)
  expect([...new Set(part?.filenames)].toSorted()).toEqual([...filenames].toSorted())
})

test.for<[name: string, tricks: readonly string[]]>([
  ['plain.txt', []],
  ['Отчёт за март.pdf', []],
  ['a\0.exe', ['nul']],
  ['a\x07.exe', ['control']],
  ['a\u202efdp.exe', ['bidi']],
  ['a\u200b.exe', ['invisible']],
  ['a.exe ', ['trailing']],
  [`a.pdf${' '.repeat(40)}.exe`, ['padding']],
  ['../a.exe', ['path']],
])('M11 the tricks of the name %j are reported', ([name, tricks]) => {
  expect(partName('filename', name)).toEqual({ from: 'filename', text: name, tricks })
})

test('names with different extensions are an ambiguity, and names with another spelling are not', () => {
  const kinds = (fields: string) => readTree(Buffer.from(`${fields}\r\n\r\nx\r\n`)).ambiguities.map(({ kind }) => kind)
  expect(kinds('Content-Type: a/b; name=a.txt\r\nContent-Disposition: attachment; filename=a.exe')).toEqual([
    'names-differ',
  ])
  expect(kinds('Content-Type: a/b; name=A.TXT\r\nContent-Disposition: attachment; filename=b.txt')).toEqual([])
})

test.for<[what: string, fields: string, kind: string]>([
  ['a piece of a message', 'Content-Type: message/partial; id=x; number=1', 'partial'],
  ['a content that is elsewhere', 'Content-Type: message/external-body; access-type=URL', 'external-body'],
  ['text in UTF-7', 'Content-Type: text/html; charset=utf-7', 'charset'],
  ['two charsets', 'Content-Type: text/html; charset=utf-8; charset=koi8-r', 'repeated-parameter'],
])('M12 %s is reported', ([, fields, kind]) => {
  expect(readTree(Buffer.from(`${fields}\r\n\r\nx\r\n`)).ambiguities).toMatchObject([{ kind, path: '' }])
})

test.for<[what: string, bytes: Buffer, detected: string]>([
  ['TNEF', Buffer.from('789f3e2200000000', 'hex'), 'application/vnd.ms-tnef'],
  ['a program', payload, 'application/vnd.microsoft.portable-executable'],
  ['an archive', Buffer.from('PK\x03\x04rest of it'), 'application/zip'],
])('M12 %s is recognised by its content, whatever its declared type', ([, bytes, detected]) => {
  const message = `Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes.toString('base64')}\r\n`
  expect(readTree(Buffer.from(message)).parts).toMatchObject([{ contentType: 'image/png', detected }])
})

test('M12 nested messages are opened in any encoding and at any place', () => {
  let inner = 'Content-Type: text/plain\r\n\r\ninnermost\r\n'
  for (const encoding of ['base64', '7bit', 'quoted-printable', 'base64']) {
    const body =
      encoding === 'base64'
        ? Buffer.from(inner).toString('base64')
        : encoding === '7bit'
          ? inner
          : inner.replaceAll('=', '=3D')
    inner = `Content-Type: message/rfc822\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}`
  }
  expect(readTree(Buffer.from(inner)).parts.at(-1)).toMatchObject({ path: '1.1.1.1', text: 'innermost\r\n' })
})

test('M12 encrypted and signed S/MIME is recognised by its type', () => {
  const [part] = partsOf('Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nx\n')
  expect(part).toMatchObject({ contentType: 'application/pkcs7-mime', filenames: ['smime.p7m'] })
})

test('M12 a message that is attached as a file is opened, and may be in base64', () => {
  const eml = Buffer.from('Subject: inner\r\n\r\nHello\r\n').toString('base64')
  const fields = 'Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=Mail.EML'
  const { parts, ambiguities } = readTree(
    Buffer.from(`${fields}\r\nContent-Transfer-Encoding: base64\r\n\r\n${eml}\r\n`),
  )
  expect(parts).toMatchObject([
    { path: '', filenames: ['Mail.EML'], size: 25 },
    { path: '1', text: 'Hello\r\n' },
  ])
  expect(ambiguities).toEqual([])
})

test('M11 of a name that is too long, the beginning and the extension are kept', () => {
  const { text } = partName('filename', `${'a'.repeat(100_000)}.exe`)
  expect([text.length, text.startsWith('aaa'), text.endsWith('a.exe')]).toEqual([255, true, true])
})
