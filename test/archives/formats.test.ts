/** docs/reference/formats.md is current, and its table says what the readers do. */
import { readFileSync } from 'node:fs'
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { formatsPage } from '../../bench/formats-page.ts'
import { FORMATS } from '../../src/archives/formats.ts'
import { inspector } from '../../src/archives/inspect.ts'
import type { FileFormat } from '../../src/filetypes/file-format.ts'
import { pack } from '../support/seven-zip.ts'
import { shellLink } from '../support/shell-link.ts'
import { ole, zip } from './build.ts'
import { encryptedRar } from './encrypted-rar.ts'
import { pdf } from './pdf-build.ts'
import { activeMime, dmg, lzma, notebook, packaged, rar, rtf, xar } from './sample-writers.ts'
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

const compound = (): Buffer =>
  ole([{ path: '\x01Ole10Native', data: Buffer.concat([Buffer.alloc(4), packaged('invoice.exe', program)]) }])

/** A file of each format, and with a program inside where the format holds files. */
const SAMPLES: Partial<Record<FileFormat, readonly [name: string, make: () => Buffer | Promise<Buffer>]>> = {
  rar: ['a.rar', () => rar('invoice.exe', program)],
  lzma: ['invoice.exe.lzma', () => lzma(program)],
  xar: ['a.xar', () => xar('invoice.exe', program)],
  dmg: ['a.dmg', () => dmg(fixture('fat.img.gz'))],
  ole: ['a.doc', compound],
  mso: ['a.mso', () => activeMime(compound())],
  rtf: ['a.rtf', () => rtf('invoice.exe', program)],
  onenote: ['a.one', () => notebook('invoice.exe', program)],
  pdf: [
    'a.pdf',
    () =>
      pdf([
        '<< /Type /Catalog /Names << /EmbeddedFiles << /Names [(x) 2 0 R] >> >> >>',
        '<< /Type /Filespec /F (invoice.exe) /EF << /F 3 0 R >> >>',
        { dict: '/Type /EmbeddedFile', data: program },
      ]),
  ],
  // Its name says that it is an archive, and its first bytes do not.
  'other-archive': ['a.7z', async () => Buffer.concat([Buffer.alloc(99, 1), await pack('a.7z', files)])],
  ace: ['a.ace', () => Buffer.from(`${'\0'.repeat(7)}**ACE**${'\0'.repeat(30)}`)],
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
  'flat-office': [
    'a.xml',
    () =>
      Buffer.from(
        `<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"><pkg:binaryData>${inBase64}</pkg:binaryData></pkg:package>`,
      ),
  ],
  dex: ['a.dex', () => Buffer.from('dex\n035\0')],
}

/** No program of the tests writes compiled help. */
const WITHOUT_SAMPLE = ['chm']

/** An encrypted file of each format that may be one, with its password. */
const ENCRYPTED: Partial<Record<FileFormat, readonly [name: string, make: () => Buffer, password: string]>> = {
  zip: ['a.zip', () => readFileSync('fixtures/encrypted/aes256.zip'), '4471-K'],
  '7z': ['a.7z', () => readFileSync('fixtures/encrypted/names.7z'), '4471-K'],
  rar: ['a.rar', () => encryptedRar({ name: 'invoice.exe', data: program, password: '4471-K' }), '4471-K'],
  ole: ['a.xls', () => readFileSync('fixtures/encrypted/agile-password.xlsm'), '4471-K'],
  ooxml: ['a.xlsx', () => readFileSync('fixtures/encrypted/agile-password.xlsm'), '4471-K'],
  pdf: ['a.pdf', () => readFileSync('fixtures/pdf/user-aes-256.pdf'), '24121980'],
}

test('docs/reference/formats.md is current: npm run formats', () => {
  expect(readFileSync('docs/reference/formats.md', 'utf8')).toBe(formatsPage())
})

test('every format has a sample, but compiled help', () => {
  expect([...Object.keys(SAMPLES), ...WITHOUT_SAMPLE].toSorted()).toEqual(Object.keys(FORMATS).toSorted())
})

test('every format that may be encrypted has an encrypted sample', () => {
  const encrypted = Object.entries(FORMATS).filter(([, support]) => support.encrypted !== undefined)
  expect(Object.keys(ENCRYPTED).toSorted()).toEqual(encrypted.map(([format]) => format).toSorted())
})

test.for(Object.entries(ENCRYPTED))(
  '%s that is encrypted is told, and a password of the message opens it',
  async ([format, [name, make, password]]) => {
    const { signal } = new AbortController()
    expect(FORMATS[format as FileFormat].encrypted).toBe('opened')
    expect((await inspector({ signal })(name, make()))?.traits).toContain('encrypted')
    const passwords = async () => [{ password, place: 'text' }] as const
    const opened = await inspector({ signal, passwords })(name, make())
    expect(opened?.traits).toContain('decrypted')
    expect(opened?.traits).not.toContain('encrypted')
  },
)

test.for(Object.entries(SAMPLES))('%s is read as the table says', async ([format, [name, make]]) => {
  const found = await inspector({ signal: new AbortController().signal })(name, await make())
  const { names, contents } = FORMATS[format as FileFormat]
  // Office documents are archives by their bytes.
  expect(found?.format).toBe(format === 'ooxml' ? 'zip' : format)
  expect([found?.members.length !== 0, hasProgram(found)]).toEqual([names, contents])
})

const hasProgram = (found: Awaited<ReturnType<ReturnType<typeof inspector>>>): boolean =>
  found?.inside.some(({ inspection }) => inspection.format === 'pe' || hasProgram(inspection)) ?? false
