/** docs/formats.md is current, and its table says what the readers do. */
import { readFileSync } from 'node:fs'
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { formatsPage } from '../../bench/formats-page.ts'
import { FORMATS } from '../../src/archives/formats.ts'
import { inspector } from '../../src/archives/inspect.ts'
import type { FileFormat } from '../../src/filetypes/file-format.ts'
import { pack } from '../support/seven-zip.ts'
import { shellLink } from '../support/shell-link.ts'
import { zip } from './build.ts'
import { ar, cpio, lha, rpm } from './unpack/writers.ts'

const program = Buffer.concat([Buffer.from('MZ\0'), Buffer.alloc(3000, 'program ')])
const files = { 'invoice.exe': program, 'note.txt': 'hello' }
const tar = () => pack('a.tar', files)
const fixture = (name: string): Buffer => {
  const bytes = readFileSync(`fixtures/archives/${name}`)
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes
}
const inBase64 = program.toString('base64')
const message = `From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/octet-stream; name="invoice.exe"\r\nContent-Transfer-Encoding: base64\r\n\r\n${inBase64}\r\n--b--\r\n`
const web = message
  .replace('multipart/mixed', 'multipart/related')
  .replace('From: a@example.org\r\n', 'From: <Saved by Blink>\r\n')
const tnef = (): Buffer => {
  const attribute = (id: number, data: Buffer): Buffer => {
    const head = Buffer.alloc(9)
    head[0] = 2
    head.writeUInt32LE(id, 1)
    head.writeUInt32LE(data.length, 5)
    return Buffer.concat([head, data, Buffer.alloc(2)])
  }
  const name = Buffer.from('invoice.exe\0')
  return Buffer.concat([
    Buffer.from('789f3e220100', 'hex'),
    attribute(0x0006800f, program),
    attribute(0x00018010, name),
  ])
}

/** A file of each format, and with a program inside where the format holds files. */
const SAMPLES: Partial<Record<FileFormat, readonly [name: string, make: () => Buffer | Promise<Buffer>]>> = {
  zip: ['a.zip', () => zip([{ name: 'invoice.exe', data: program }])],
  '7z': ['a.7z', () => pack('a.7z', files)],
  gzip: ['a.tar.gz', async () => gzipSync(await tar())],
  bzip2: ['a.tar.bz2', async () => pack('a.bz2', { 'a.tar': await tar() })],
  xz: ['a.tar.xz', async () => pack('a.xz', { 'a.tar': await tar() })],
  zstd: ['a.tar.zst', async () => zstdCompressSync(await tar())],
  compress: ['invoice.exe.Z', () => fixture('invoice.Z')],
  tar: ['a.tar', tar],
  cpio: ['a.cpio', () => cpio(files)],
  ar: ['a.a', () => ar(files)],
  rpm: ['a.rpm', () => rpm(gzipSync(cpio(files)))],
  wim: ['a.wim', () => pack('a.wim', files)],
  cab: ['a.cab', () => fixture('invoice.cab')],
  arj: ['a.arj', () => fixture('invoice.arj')],
  lha: ['a.lha', () => lha(files)],
  iso9660: ['a.iso', () => fixture('bridge.iso.gz')],
  vhd: ['a.vhd', () => fixture('fat.vhd.gz')],
  vhdx: ['a.vhdx', () => fixture('fat.vhdx.gz')],
  disk: ['a.img', () => fixture('fat.img.gz')],
  tnef: ['winmail.dat', tnef],
  eml: ['a.eml', () => Buffer.from(message)],
  mht: ['a.mht', () => Buffer.from(web)],
  ooxml: [
    'a.docx',
    () =>
      zip([
        { name: '[Content_Types].xml', data: '<Types/>' },
        { name: 'word/document.xml', data: '<w:document/>' },
        { name: 'word/embeddings/a.bin', data: program },
      ]),
  ],
  lnk: ['a.lnk', () => shellLink({ path: 'a.exe', rest: program })],
  calendar: [
    'a.ics',
    () => Buffer.from(`BEGIN:VCALENDAR\r\nATTACH;ENCODING=BASE64;VALUE=BINARY;FILENAME=invoice.exe:${inBase64}\r\n`),
  ],
  vcard: ['a.vcf', () => Buffer.from(`BEGIN:VCARD\r\nPHOTO;ENCODING=b:${inBase64}\r\n`)],
  html: ['a.html', () => Buffer.from('<html>x')],
  svg: ['a.svg', () => Buffer.from('<svg/>')],
  csv: ['a.csv', () => Buffer.from('a,b')],
  script: ['a.js', () => Buffer.from('1')],
  'text-shortcut': ['a.url', () => Buffer.from('[InternetShortcut]')],
  mobileconfig: ['a.mobileconfig', () => Buffer.from('<plist/>')],
  'search-location': ['a.library-ms', () => Buffer.from('<libraryDescription/>')],
  rdp: ['a.rdp', () => Buffer.from('full address:s:a')],
  msc: ['a.msc', () => Buffer.from('<MMC_ConsoleFile/>')],
  msbuild: ['a.csproj', () => Buffer.from('<Project/>')],
  pe: ['a.exe', () => program],
  elf: ['a', () => Buffer.from('\x7fELF')],
  'mach-o': ['a', () => Buffer.from('cffaedfe', 'hex')],
  'java-class': ['a.class', () => Buffer.from('cafebabe0000003d', 'hex')],
  dex: ['a.dex', () => Buffer.from('dex\n035\0')],
}

/** Files of these are tried by the tests of their readers. */
const TRIED_ELSEWHERE = ['rar', 'lzma', 'xar', 'ace', 'dmg', 'chm', 'ole', 'rtf', 'pdf', 'onenote', 'mso']

test('docs/formats.md is current: npm run formats', () => {
  expect(readFileSync('docs/formats.md', 'utf8')).toBe(formatsPage())
})

test('every format has a sample, or stands in the list of those that other tests try', () => {
  expect([...Object.keys(SAMPLES), ...TRIED_ELSEWHERE].toSorted()).toEqual(Object.keys(FORMATS).toSorted())
})

test.for(Object.entries(SAMPLES))('%s is read as the table says', async ([format, [name, make]]) => {
  const found = await inspector({ signal: new AbortController().signal })(name, await make())
  const { names, contents } = FORMATS[format as FileFormat]
  // Office documents are archives by their bytes.
  expect(found?.format).toBe(format === 'ooxml' ? 'zip' : format)
  expect([found?.members.length !== 0, hasProgram(found)]).toEqual([names, contents])
})

const hasProgram = (found: Awaited<ReturnType<ReturnType<typeof inspector>>>): boolean =>
  found?.inside.some(({ inspection }) => inspection.format === 'pe' || hasProgram(inspection)) ?? false
