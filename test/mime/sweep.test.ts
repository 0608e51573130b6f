/** What a quick look finds in bytes that nothing else has read, and what it costs. */
import { expect, test } from 'vitest'
import { GTUBE } from '../../src/mime/gtube.ts'
import { Sweeper, type Swept } from '../../src/mime/sweep.ts'
import { growth } from '../support/cpu.ts'
import { randomBytes } from '../support/random.ts'

const lines = (bytes: Buffer): string => bytes.toString('base64').replace(/.{76}/g, '$&\r\n')
const part = (body: string, fields = 'Content-Type: application/octet-stream') => `--b\r\n${fields}\r\n\r\n${body}\r\n`

function swept(message: string | Buffer, size = 65_536): Swept {
  const look = new Sweeper()
  const bytes = typeof message === 'string' ? Buffer.from(message, 'latin1') : message
  for (let at = 0; at < bytes.length; at += size) look.push(bytes.subarray(at, at + size))
  return look.end()
}

test.for([
  ['a program in base64', part(lines(Buffer.from('MZ\x90\0\x03\0\0\0\x04', 'latin1')))],
  ['a program in base64', part(`!!${lines(Buffer.from('MZ\x90\0\x03\0\0\0\x04', 'latin1'))}`)],
  ['a program in quoted-printable', part('MZ=90=00=03=00=00=00=04')],
  ['a program', part('MZ\x90\0\x03\0\0\0\x04')],
  ['a program in base64', part(lines(Buffer.from('\x7fELF\x02\x01\x01', 'latin1')))],
  ['an archive in base64', part(lines(Buffer.from('PK\x03\x04\x14\0', 'latin1')))],
  ['an archive in base64', part(lines(Buffer.from("7z\xbc\xaf'\x1c\0\x04", 'latin1')))],
  ['an archive', part('Rar!\x1a\x07\x01\0')],
  ['an archive in quoted-printable', part('PK=03=04=14')],
  ['a file in uuencode', part('begin 644 order.exe\r\n#0V%T\r\n`\r\nend')],
  ['a file in yEnc', part('=ybegin line=128 size=3 name=order.exe\r\nabc\r\n=yend')],
] as const)('M06 %s is seen, however the bytes are cut', ([what, message]) => {
  const whole = `From: a@example.org\r\n\r\n${'word\r\n'.repeat(50)}${message}`
  for (const size of [7, 100, 65_536]) expect(swept(whole, size).files).toContain(what)
})

test('M06 names are found anywhere in a header section', () => {
  const names = swept(
    part('x', 'Content-Type: a/b; name="one.exe"') +
      part('x', `Content-Disposition: attachment;\r\n filename=two.scr${'; x=y'.repeat(30_000)}`) +
      part('x', 'Content-Type: a/b; NAME="=?utf-8?q?three=2Ejs?="') +
      part('begin 644 four.vbs\r\n#0V%T\r\n`\r\nend'),
  ).names
  expect(names).toEqual(expect.arrayContaining(['one.exe', 'two.scr', 'three.js', 'four.vbs']))
})

test.for([0, 1, 2, 3, 4, 5])('M06 a link and GTUBE are found plain and encoded, after %i bytes', shift => {
  const text = `${'word '.repeat(20_000)}${'x'.repeat(shift)} http://end.example.net/a?b=c ${GTUBE} over`
  for (const body of [text, lines(Buffer.from(text)), text.replaceAll('=', '=3D').replace(/.{70}/g, '$&=\r\n')])
    expect(swept(`From: a@example.org\r\n\r\n${part(body)}`)).toMatchObject({
      links: ['http://end.example.net/a?b=c'],
      gtube: true,
    })
})

test('nothing is found in an honest message', () => {
  const letter = `From: a@example.org\r\nSubject: x\r\n\r\nThe name is Zoe: begin at once.\r\n\r\nMZ is no program\r\n\r\nPKs\r\n`
  expect(swept(letter)).toEqual({ files: [], names: [], links: [], gtube: false })
})

test.for([
  ['base64', lines(randomBytes(750_000))],
  ['words', 'Some ordinary words of a text, that somebody names.\r\n'.repeat(20_000)],
  ['empty lines', '\r\n'.repeat(500_000)],
  ['empty parts', '--b\r\n\r\n'.repeat(150_000)],
  ['field after field', part('', 'Content-Type: a/b; name=').repeat(25_000)],
  ['links', '://http://'.repeat(100_000)],
  ['marks', 'GTUBE'.repeat(200_000)],
  ['beginnings', '\r\nbegin 644 a'.repeat(80_000)],
  ['letters in base64', `\r\n\r\n${'SGVs'.repeat(20)}`.repeat(12_000)],
] as const)('M06 a flood of %s: four times as much costs no more than twelve times', async ([, unit]) => {
  const large = Buffer.from(unit, 'latin1')
  const small = large.subarray(0, large.length / 4)
  expect(await growth(swept, { small, large, enough: 12, floor: 2.5 })).toBeLessThan(12)
})
