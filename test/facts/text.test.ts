import { expect, test } from 'vitest'
import { text } from '../../src/facts/text.ts'
import { ask } from '../../src/testing/probe.ts'

const of = (fields: string, body: string | Buffer) =>
  ask(text, { message: Buffer.concat([Buffer.from(`${fields}\r\n\r\n`), Buffer.from(body)]) })

test.for<[charset: string, bytes: string, shown: string]>([
  ['utf-8', 'c3bc', 'ü'],
  ['iso-8859-1', 'fc', 'ü'],
  ['koi8-r', 'f0d2c9', 'При'],
  ['gb18030', 'c4e3bac3', '你好'],
  ['big5', 'a741a66e', '你好'],
  ['shift_jis', '82b182f1', 'こん'],
  ['iso-2022-jp', '1b2442243324731b2842', 'こん'],
  ['euc-kr', 'bec8b3e7', '안녕'],
  ['utf-16le', '604f7d59', '你好'],
  ['windows-1251', 'cff0e8', 'При'],
  ['utf-7', Buffer.from('+AGA +ZeVnLIqe-! +- +').toString('hex'), '` 日本語! + +'],
])('text in %s is decoded', async ([charset, bytes, shown]) => {
  const { visible } = await of(`Content-Type: text/plain; charset=${charset}`, Buffer.from(bytes, 'hex'))
  expect(visible).toBe(shown)
})

test("without a declared charset, HTML's own declaration counts, then UTF-8, then windows-1252", async () => {
  expect((await of('Content-Type: text/html', Buffer.from('<meta charset=koi8-r>\xf0', 'latin1'))).visible).toBe('П')
  expect((await of('Content-Type: text/plain', Buffer.from('ü'))).visible).toBe('ü')
  expect((await of('Content-Type: text/plain', Buffer.from('\xfc', 'latin1'))).visible).toBe('ü')
})

const multipart = (...parts: readonly string[]) =>
  ['Content-Type: multipart/mixed; boundary=b', `${parts.map(part => `--b\r\n${part}\r\n`).join('')}--b--\r\n`] as const

test('inline text is visible, and an attached text is a separate section', async () => {
  const found = await of(
    ...multipart(
      'Content-Type: text/plain; format=flowed\r\n\r\none \r\ntwo',
      'Content-Type: text/html\r\n\r\n<p>three<p style="display:none">four',
      'Content-Type: text/html\r\nContent-Disposition: attachment; filename=a.html\r\n\r\n<form>five',
      'Content-Type: application/octet-stream; name=page.html\r\n\r\n<html>six',
      'Content-Type: text/plain; name=x.exe\r\nContent-Transfer-Encoding: base64\r\n\r\nTVqQAAMAAAAEAAAA',
    ),
  )
  expect(found.visible).toBe('one two\nthree')
  expect(found.hidden).toBe('four')
  expect(found.sections.map(({ path, kind, inline, visible }) => [path, kind, inline, visible])).toEqual([
    ['1', 'plain', true, 'one two'],
    ['2', 'html', true, 'three'],
    ['3', 'html', false, 'five'],
    ['4', 'html', false, 'six'],
  ])
  expect(found.cut).toBe(false)
})

test('text that only some readers see is read too, and equal bytes only once', async () => {
  const found = await of('Content-Type: text/plain\r\nContent-Type: text/html', '<b>Hello</b>')
  expect(found.sections.map(({ kind, visible }) => [kind, visible])).toEqual([
    ['plain', '<b>Hello</b>'],
    ['html', 'Hello'],
  ])
  expect((await of(...multipart('\r\nsame', '\r\nsame'))).sections).toHaveLength(1)
})

test('sections beyond the limit are not read, and the text is marked as cut', async () => {
  const { sections, cut } = await of(...multipart(...Array.from({ length: 550 }, (_, index) => `\r\n${index}`)))
  expect([sections.length, cut]).toEqual([500, true])
})

test.for(['%PDF-1.4 ', 'MZ\0', 'PK\x03\x04', 'GIF89a', '\x7fELF'])(
  'text that is displayed is read, though it begins with %j as another type of file does',
  async mark => {
    const { visible } = await of('Content-Type: text/plain', `${mark}Visit https://bad.example/ now`)
    expect(visible).toContain('https://bad.example/')
  },
)

test('the folds and escapes of a calendar are undone, so that its words and links are whole', async () => {
  const { visible } = await ask(text, {
    message:
      'Content-Type: text/plain\r\n\r\nBEGIN:VCALENDAR\r\nDESCRIPTION:Your mail\r\n box\\, see\\nhttps://a.exa\r\n\tmple.net/\r\nEND:VCALENDAR\r\n',
  })
  expect(visible).toContain('DESCRIPTION:Your mailbox, see\nhttps://a.example.net/\r\n')
})

test('M03 plain text behind a right-to-left override is read in the order that is seen', async () => {
  const { visible } = await of(
    'Content-Type: text/plain; charset=utf-8',
    'Dear Bob \u202e.dednepsus si tnuocca ruoY\u202c End',
  )
  expect(visible).toContain('Your account is suspended.')
})
