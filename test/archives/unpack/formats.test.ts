/** Containers that 7-Zip unpacks: names, contents, and what stays closed without a password. */
import { readFileSync } from 'node:fs'
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { inspector } from '../../../src/archives/inspect.ts'
import type { FileTrait, Inspection } from '../../../src/archives/inspection.ts'
import { pack } from '../../support/seven-zip.ts'
import { ar, cpio, lha, rpm } from './writers.ts'

const { signal } = new AbortController()
const look = (bytes: Buffer, name = ''): Promise<Inspection | undefined> => inspector({ signal })(name, bytes)
const names = (found: Inspection | undefined): readonly string[] => found?.members.map(({ name }) => name) ?? []
/** The names and formats of all files inside, from the outside inwards. */
const inside = (found: Inspection | undefined): readonly string[] =>
  found?.inside.flatMap(({ name, inspection }) => [`${name}: ${inspection.format}`, ...inside(inspection)]) ?? []
const traits = (found: Inspection | undefined): readonly FileTrait[] => [
  ...(found?.traits ?? []),
  ...(found?.inside.flatMap(({ inspection }) => traits(inspection)) ?? []),
]

const program = Buffer.concat([Buffer.from('MZ\0'), Buffer.alloc(3000, 'program ')])

describe('7-Zip archives', () => {
  test.for([
    ['as 7-Zip writes them', []],
    ['not compressed', ['-mx=0']],
    ['with PPMd', ['-m0=PPMd']],
    ['with BZip2', ['-m0=BZip2']],
    ['with a filter for programs', ['-m0=BCJ', '-m1=LZMA']],
    ['with Deflate64', ['-m0=Deflate64']],
    ['with a directory that is not compressed', ['-mhc=off']],
  ] as const)('M13 the files in 7-Zip archives are examined, %s', async ([, options]) => {
    const found = await look(await pack('a.7z', { 'invoice.exe': program, 'note.txt': 'hello' }, options))
    expect(names(found)).toEqual(['invoice.exe', 'note.txt'])
    expect(inside(found)).toEqual(['invoice.exe: pe'])
    expect(found?.traits).toEqual([])
  })

  test('the names of encrypted files are listed, and what is not encrypted is examined', async () => {
    const found = await look(await pack('a.7z', { 'invoice.exe': program }, ['-psecret']))
    expect(found).toMatchObject({ members: [{ name: 'invoice.exe', encrypted: true }], traits: ['encrypted'] })
  })

  test('an archive with encrypted names is encrypted', async () => {
    const found = await look(await pack('a.7z', { 'invoice.exe': program }, ['-psecret', '-mhe=on']))
    expect(found).toMatchObject({ members: [], traits: ['encrypted'] })
  })

  test('archives in archives are examined', async () => {
    const inner = await pack('inner.7z', { 'invoice.exe': program })
    const found = await look(await pack('a.7z', { 'inner.7z': inner }))
    expect(inside(found)).toEqual(['inner.7z: 7z', 'invoice.exe: pe'])
    expect(traits(found)).toEqual(['executable'])
  })
})

const fixture = (name: string): Buffer => {
  const bytes = readFileSync(`fixtures/archives/${name}`)
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes
}
const files = { 'invoice.exe': program, 'note.txt': 'hello' }
const XZ_9 =
  '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4ABIAEddACaWfBgaLw389T7BLnWI/vb57sMem1WxcFmHJVyQkrQRxi4Z+RVDMu3oSHSkHmngX7I5XH27WrC3aih2h5NYeaNZUBT2T5sAAAAzCClr6MC/qwABY0l7dFZhH7bzfQEAAAAABFla'

describe('other containers', () => {
  test.for<readonly [string, Inspection['format'], () => Buffer | Promise<Buffer>]>([
    ['an archive of ARJ', 'arj', () => fixture('invoice.arj')],
    ['a cabinet', 'cab', () => fixture('invoice.cab')],
    ['an archive of LHA', 'lha', () => lha(files)],
    ['an archive of cpio', 'cpio', () => cpio(files)],
    ['a library', 'ar', () => ar(files)],
    ['a Windows image', 'wim', () => pack('a.wim', files)],
    ['a FAT volume', 'disk', () => fixture('fat.img.gz')],
    ['a virtual disk', 'vhd', () => fixture('fat.vhd.gz')],
    ['a virtual disk of Hyper-V', 'vhdx', () => fixture('fat.vhdx.gz')],
    ['an ISO 9660 image', 'iso9660', () => fixture('bridge.iso.gz')],
  ])('M13 the files in %s are examined', async ([, format, make]) => {
    const found = await look(await make())
    expect(found?.format).toBe(format)
    expect(names(found)).toEqual(expect.arrayContaining(['invoice.exe', 'note.txt']))
    expect(inside(found).map(name => name.toLowerCase())).toContain('invoice.exe: pe')
    expect(found?.traits).toEqual([])
  })

  test('M13 the files in a package of RPM are examined', async () => {
    const found = await look(rpm(gzipSync(cpio(files))))
    expect(inside(found)).toContain('invoice.exe: pe')
    expect(traits(found)).toEqual(['executable'])
  })

  test('M13 the files in a package of Debian are examined, with compressed documents in them', async () => {
    const data = await pack('data.tar', { 'invoice.exe': program, 'changelog.gz': gzipSync('* changes') })
    const found = await look(
      ar({
        'debian-binary': '2.0\n',
        'control.tar.gz': gzipSync(await pack('c.tar', { control: 'Package: invoice' })),
        'data.tar.xz': await pack('data.tar.xz', { 'data.tar': data }),
      }),
      'invoice.deb',
    )
    expect(inside(found)).toContain('invoice.exe: pe')
    expect(traits(found)).toEqual(['executable'])
  })
})

describe('one compressed file', () => {
  const tar = () => pack('order.tar', files)

  test.for<readonly [string, Inspection['format'], (plain: Buffer) => Buffer | Promise<Buffer>]>([
    ['order.tar.xz', 'xz', plain => pack('a.xz', { 'order.tar': plain })],
    ['order.tar.bz2', 'bzip2', plain => pack('a.bz2', { 'order.tar': plain })],
    ['order.tar.gz', 'gzip', plain => gzipSync(plain)],
    ['order.tar.zst', 'zstd', plain => zstdCompressSync(plain)],
    ['order.txz', 'xz', plain => pack('a.xz', { 'order.tar': plain })],
    ['order.tbz2', 'bzip2', plain => pack('a.bz2', { 'order.tar': plain })],
    ['order.tgz', 'gzip', plain => gzipSync(plain)],
    ['order.tzst', 'zstd', plain => zstdCompressSync(plain)],
  ])('M13 %s with a program', async ([name, format, compress]) => {
    const found = await look(await compress(await tar()), name)
    expect(found).toMatchObject({ format, members: [{ name: 'order.tar' }], traits: [] })
    expect(inside(found)).toEqual(['order.tar: tar', 'invoice.exe: pe'])
  })

  test('M13 a program compressed by compress', async () => {
    expect(inside(await look(fixture('invoice.Z'), 'invoice.exe.Z'))).toEqual(['invoice.exe: pe'])
  })

  test('M13 a script has the name that remains', async () => {
    const found = await look(await pack('a.xz', { 'invoice.js': 'WScript.Echo(1)' }), 'invoice.js.xz')
    expect(found?.inside).toMatchObject([{ name: 'invoice.js', inspection: { format: 'script' } }])
  })

  test('M13 compressed files in compressed files are examined four deep', async () => {
    let bytes: Buffer = program
    for (let depth = 0; depth < 4; depth += 1) bytes = gzipSync(bytes)
    expect(traits(await look(bytes))).toEqual(['executable'])
    for (let depth = 0; depth < 4; depth += 1) bytes = gzipSync(bytes)
    expect(traits(await look(bytes))).toEqual(['unscannable'])
  })

  test('a compressed text is a text', async () => {
    const found = await look(await pack('a.xz', { 'fix.patch': '--- a\n+++ b\n' }), 'fix.patch.xz')
    expect(found).toMatchObject({ members: [{ name: 'fix.patch' }], traits: [], inside: [] })
  })
})

describe('honest containers', () => {
  test.for<readonly [string, (inner: Buffer) => Buffer | Promise<Buffer>]>([
    ['tar', inner => pack('a.tar', { 'report.zip': inner })],
    ['cpio', inner => cpio({ 'report.zip': inner })],
    ['ar', inner => ar({ 'report.zip': inner })],
    ['lha', inner => lha({ 'report.zip': inner })],
    ['7z', inner => pack('a.7z', { 'report.zip': inner }, ['-mx=0', '-mhc=off'])],
  ])('an archive that is stored in a %s is one of its files', async ([, make]) => {
    const found = await look(await make(await pack('report.zip', { 'report.txt': 'all is well' })))
    expect(traits(found)).toEqual([])
    expect(inside(found)).toEqual(['report.zip: zip'])
  })

  test('M13 an archive that is appended to a container is found', async () => {
    const appended = await pack('evil.zip', files)
    const found = await look(Buffer.concat([await pack('a.7z', { 'note.txt': 'hello' }), appended]))
    expect(traits(found)).toEqual(expect.arrayContaining(['polyglot', 'executable']))
  })
})

test('a file that xz packed with the largest dictionary of its presets is examined', async () => {
  // `printf 'MZ\0\0 no program' | xz -9`: a dictionary of 64 MB.
  const packed = Buffer.from(XZ_9, 'base64')
  const found = await look(packed, 'invoice.exe.xz')
  expect(inside(found)).toEqual(['invoice.exe: pe'])
  expect(found?.traits).toEqual([])
})

test('M13 the files of an image that has UDF alone are examined', async () => {
  const image = fixture('bridge.iso.gz')
  // Our reader follows the descriptors of ISO 9660, which end here at once.
  image[32_768] = 255
  const found = await look(image)
  expect(found?.format).toBe('iso9660')
  expect(inside(found)).toEqual(['invoice.exe: pe'])
})

test('M13 a file that the folders of UDF alone have is examined, and what both have is listed once', async () => {
  const image = fixture('bridge.iso.gz')
  const whole = await look(image)
  expect(inside(whole)).toEqual(['INVOICE.EXE: pe'])
  expect(whole?.members.map(({ name }) => name.toLowerCase())).toEqual(expect.arrayContaining(['invoice.exe']))
  expect(whole?.traits).toEqual([])
  // The root folders of ISO 9660 and Joliet are emptied: behind their own two records nothing follows.
  for (let sector = 16; sector < 32 && image[sector * 2048] !== 255; sector += 1) {
    const root = image.readUInt32LE(sector * 2048 + 158) * 2048
    image.fill(0, root + 68, root + 2048)
  }
  const found = await look(image)
  expect(found?.format).toBe('iso9660')
  expect(inside(found)).toEqual(['invoice.exe: pe'])
})

test('bounds that are met in UDF are bounds', async () => {
  const image = fixture('bridge.iso.gz')
  for (const entries of [1, 2, 3, 4, 5, 6]) {
    const found = await inspector({ signal, entries })('a.iso', image)
    if (found?.traits.includes('unscannable')) expect(found.beyond).toMatch(/more entries/)
  }
})

describe('what other programs read', () => {
  const tar = () => pack('order.tar', files)
  const skipped = Buffer.concat([Buffer.from('572a4d1804000000', 'hex'), Buffer.from('junk')])

  test('M13 every frame of a file in the format of Zstandard is unpacked', async () => {
    const plain = await tar()
    const frames = [plain.subarray(0, 512), plain.subarray(512)].map(part => zstdCompressSync(part))
    const found = await look(Buffer.concat([skipped, ...frames, skipped]), 'order.tar.zst')
    expect(inside(found)).toEqual(['order.tar: tar', 'invoice.exe: pe'])
    expect(found?.traits).toEqual([])
  })

  test('M13 of thousands of frames not all are unpacked, and the file is not examined', async () => {
    const frames = Array<Buffer>(3000).fill(zstdCompressSync(Buffer.from('x')))
    expect((await look(Buffer.concat(frames), 'order.zst'))?.beyond).toBe('it holds more than may be inflated')
  })

  test('a file in the format of Zstandard that ends with other bytes is damaged', async () => {
    const found = await look(Buffer.concat([zstdCompressSync(await tar()), Buffer.from('garbage')]), 'order.tar.zst')
    expect(found).toMatchObject({ traits: ['unscannable'], inside: [{ name: 'order.tar' }] })
  })

  test('M13 the files of UDF are examined beside those of ISO 9660', async () => {
    const bridge = fixture('bridge.iso.gz')
    // ISO 9660 and Joliet show a text in place of the program.
    for (const [from, to] of [
      ['INVOICE.EXE', 'INVOICE.TXT'],
      ['\0i\0n\0v\0o\0i\0c\0e\0.\0e\0x\0e', '\0i\0n\0v\0o\0i\0c\0e\0.\0t\0x\0t'],
    ] as const)
      for (let at = bridge.indexOf(from); at >= 0; at = bridge.indexOf(from, at + 1)) bridge.write(to, at, 'latin1')
    expect(names(await look(bridge))).toEqual(expect.arrayContaining(['INVOICE.TXT', 'invoice.exe']))
  })

  test.for<readonly [string, number, string]>([
    ['GIF89a', 500, 'a.7z'],
    ['\x01\x02', 9, 'a.rar'],
  ])('M13 an archive behind other bytes is found: %s', async ([start, length, name]) => {
    const before = Buffer.concat([Buffer.from(start), Buffer.alloc(length, 1)])
    const found = await look(Buffer.concat([before, await pack('a.7z', files)]), name)
    expect(found).toMatchObject({ format: 'other-archive', traits: ['polyglot'] })
    expect(inside(found)).toContain('invoice.exe: pe')
  })

  test.for(['order.tar.lz4', 'order.7z.001', 'order.z01', 'order.r00', 'order.zoo', 'order.alz', 'order.rar'])(
    'M13 %s, of which nothing can be read, is not examined',
    async name => {
      const found = await look(
        Buffer.from([1, 2, 3, ...Array.from({ length: 400 }, (_, at) => (at * 7919) & 255)]),
        name,
      )
      expect(found?.beyond).toBe('it is an archive, or a part of one, in a format that is not read')
    },
  )

  test.for(['report.xml.gz', 'report.zip'])('%s that is a text is a text', async name => {
    expect(await look(Buffer.from('<?xml version="1.0"?>\n<feedback/>\n'), name)).toBeUndefined()
  })

  test('M13 an archive of which nothing could be unpacked is not examined', async () => {
    expect((await look((await pack('a.7z', files)).subarray(0, 90), 'a.7z'))?.beyond).toBe(
      'it is damaged: its directory cannot be read',
    )
  })

  test.for(['dmesg.txt.xz', 'dmesg.log.zst', 'dmesg.txt.bz2', 'dmesg.txt.gz'])(
    '%s that is damaged is unscannable, which costs less',
    async name => {
      const marks: Readonly<Record<string, string>> = {
        xz: 'fd377a585a000004e6d6b446',
        zst: '28b52ffd0458',
        bz2: '425a6839314159265359ff',
        gz: '1f8b0800000000000003ff',
      }
      const found = await look(Buffer.from(marks[name.slice(name.lastIndexOf('.') + 1)] ?? '', 'hex'), name)
      expect(found?.traits).toEqual(['unscannable'])
      expect(found?.beyond).toBeUndefined()
    },
  )
})
