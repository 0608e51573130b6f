/** What is seen of archives and documents: honest ones say nothing, traps are named, nothing costs much. */
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { inspector } from '../../src/archives/inspect.ts'
import type { FileTrait, Inspection } from '../../src/archives/inspection.ts'
import { decompressVba } from '../../src/archives/vba.ts'
import { cpuOfAsync } from '../support/cpu.ts'
import { fc, runs } from '../support/property.ts'
import { ole, vba, type ZipFileOptions, zip } from './build.ts'

const { signal } = new AbortController()
const look = (bytes: Buffer | string, name = '', limits = {}): Promise<Inspection | undefined> =>
  inspector({ signal, ...limits })(name, Buffer.from(bytes))
const traits = async (bytes: Buffer | string, name = '') => (await look(bytes, name))?.traits

const types = { name: '[Content_Types].xml', data: '<Types/>' }
const relation = (kind: string, target: string) =>
  `<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${kind}" Target="${target}" TargetMode="External"/></Relationships>`
const word = (...files: readonly ZipFileOptions[]) =>
  zip([types, { name: 'word/document.xml', data: '<w:document/>' }, ...files])
const module = (source: string) =>
  Buffer.concat([Buffer.alloc(64), vba(`Attribute VB_Name = "ThisDocument"\r\n${source}`)])
const project = (source: string, folder = '') => [
  { path: `${folder}VBA/dir`, data: vba('dir') },
  { path: `${folder}VBA/ThisDocument`, data: module(source) },
]
const tnefAttribute = (id: number, data: Buffer): Buffer => {
  const head = Buffer.alloc(9)
  head[0] = 2
  head.writeUInt32LE(id, 1)
  head.writeUInt32LE(data.length, 5)
  return Buffer.concat([head, data, Buffer.alloc(2)])
}
const tar = (name: string, data: string): Buffer => {
  const head = Buffer.alloc(512)
  head.write(name)
  head.write(data.length.toString(8).padStart(11, '0'), 124)
  head[156] = 0x30
  head.write('ustar', 257)
  const body = Buffer.alloc(Math.ceil(data.length / 512) * 512)
  body.write(data)
  return Buffer.concat([head, body, Buffer.alloc(1024)])
}

describe('honest files', () => {
  test.for<readonly [what: string, name: string, bytes: Buffer | string]>([
    [
      'a zip of two texts',
      'a.zip',
      zip([
        { name: 'a.txt', data: 'one' },
        { name: 'b/', data: '' },
        { name: 'b/c.txt', data: 'two' },
      ]),
    ],
    [
      'a zip with a stored zip in it',
      'a.zip',
      zip([{ name: 'in.zip', data: zip([{ name: 'a.txt', data: 'x' }]), stored: true }]),
    ],
    [
      'a document with a link',
      'a.docx',
      word({ name: 'word/_rels/document.xml.rels', data: relation('hyperlink', 'https://example.org/') }),
    ],
    [
      'an old document',
      'a.doc',
      ole([
        { path: 'WordDocument', data: Buffer.alloc(5000) },
        { path: '1Table', data: 'small' },
      ]),
    ],
    [
      'a PDF with a picture in which some names stand by chance',
      'a.pdf',
      '%PDF-1.7\n1 0 obj <</Length 9>> stream\n\x00/JS\x01/AA\x02\nendstream endobj\n%%EOF\n',
    ],
    [
      'a PDF that shows its first page',
      'a.pdf',
      '%PDF-1.7\n1 0 obj <</Type/Catalog /OpenAction [3 0 R /Fit]>> endobj\n%%EOF\n',
    ],
    ['a page with a little code', 'a.html', '<html><script>console.log(1)</script>'],
  ])('%s is not accused of more than it holds', async ([, name, bytes]) => {
    const found = await traits(bytes, name)
    expect(found?.filter(trait => trait !== 'script')).toEqual([])
  })

  test('members are listed with their sizes, nested ones as well', async () => {
    const inner = zip([{ name: 'run.exe', data: `MZ${'x'.repeat(100)}` }])
    expect(await look(zip([{ name: 'Ünï.zip', data: inner }]), 'a.zip')).toEqual({
      format: 'zip',
      traits: [],
      evidence: [],
      members: [{ name: 'Ünï.zip', size: inner.length }],
      links: [],
      inside: [
        {
          name: 'Ünï.zip',
          inspection: {
            format: 'zip',
            traits: [],
            evidence: [],
            members: [{ name: 'run.exe', size: 102 }],
            links: [],
            inside: [
              {
                name: 'run.exe',
                inspection: {
                  format: 'pe',
                  traits: ['executable'],
                  evidence: ['it is a program'],
                  members: [],
                  links: [],
                  inside: [],
                },
              },
            ],
          },
        },
      ],
    })
  })

  test('a file of another format is not inspected', async () => {
    expect(await look('just words', 'a.txt')).toBeUndefined()
    expect(await look(Buffer.alloc(0))).toBeUndefined()
  })
})

/** Stored archives in each other: what stands before the next, and what stands after it, is written once for each. */
function nested(depth: number): Buffer {
  const inner = zip([{ name: 'a.txt', data: 'x' }])
  const [before, after]: [Buffer[], Buffer[]] = [[], []]
  let size = inner.length
  for (let level = 0; level < depth; level += 1) {
    const shell = zip([{ name: 'a.zip', packed: { bytes: Buffer.alloc(0), size, crc: 0 }, stored: true }])
    const directory = shell.indexOf('PK\x01\x02', 0, 'latin1')
    shell.writeUInt32LE(size, 18)
    shell.writeUInt32LE(size, directory + 20)
    shell.writeUInt32LE(directory + size, shell.length - 6)
    before.unshift(shell.subarray(0, directory))
    after.push(shell.subarray(directory))
    size += shell.length
  }
  return Buffer.concat([...before, inner, ...after])
}

const kernel = deflateRawSync(Buffer.alloc(4_000_000))
const heavy = { bytes: kernel, size: 4_000_000, crc: 0 }

describe('traps', () => {
  test.for<readonly [what: string, bytes: Buffer, trait: FileTrait]>([
    ['a zip whose entries need a password', zip([{ name: 'a.exe', data: 'x', encrypted: true }]), 'encrypted'],
    [
      'a zip whose entry calls itself otherwise',
      zip([{ name: 'a.txt', ownName: 'a.exe', data: 'x' }]),
      'directory-mismatch',
    ],
    [
      'a zip with an entry that the directory does not name',
      zip([
        { name: 'a.txt', data: 'x' },
        { name: 'b.exe', data: 'y', hidden: true },
      ]),
      'directory-mismatch',
    ],
    [
      'a zip whose entry is longer than it says',
      zip([{ name: 'a.txt', data: 'x'.repeat(1000), declared: 10 }]),
      'directory-mismatch',
    ],
    ['a zip of four megabytes of nothing', zip([{ name: 'a', packed: heavy }]), 'bomb'],
    [
      'a zip whose entries share bytes',
      zip([
        { name: 'a', data: 'x'.repeat(50) },
        { name: 'b', data: 'x'.repeat(50), sameAs: 0 },
      ]),
      'overlapping',
    ],
    [
      'a zip that declares a hundred megabytes in a few bytes',
      zip([{ name: 'a', data: 'x', declared: 100_000_000 }]),
      'bomb',
    ],
    ['a zip behind a picture', zip([{ name: 'a.exe', data: 'x' }], { before: 'GIF89a' }), 'polyglot'],
    ['a zip behind a page', zip([{ name: 'a.exe', data: 'x' }], { before: '<html>' }), 'polyglot'],
    ['a zip behind a document', zip([{ name: 'a.exe', data: 'x' }], { before: '%PDF-1.4 %%EOF' }), 'polyglot'],
    ['a zip whose directory is cut off', zip([{ name: 'a.exe', data: 'x' }]).subarray(0, 40), 'unscannable'],
    ['a gzip bomb', gzipSync(Buffer.alloc(20_000_000)), 'bomb'],
    ['an old document with macros', ole(project('Sub a()\r\nEnd Sub', 'Macros/')), 'macro'],
    [
      'an encrypted document',
      ole([
        { path: 'EncryptionInfo', data: 'x' },
        { path: 'EncryptedPackage', data: 'y' },
      ]),
      'encrypted',
    ],
    ['an installer', ole([{ path: 'x', data: 'y' }], { rootClass: '84100c0000000000c000000000000046' }), 'executable'],
    ['an Equation Editor object', ole([{ path: 'ObjectPool/_1/Equation Native', data: 'x' }]), 'exploit'],
    ['a document with macros', word({ name: 'word/vbaProject.bin', data: ole(project('x')) }), 'macro'],
    [
      'a template from elsewhere',
      word({ name: 'word/_rels/settings.xml.rels', data: relation('attachedTemplate', 'http://192.0.2.1/t.dotm') }),
      'external-template',
    ],
    [
      'DDE cut into runs',
      word({
        name: 'word/header1.xml',
        data: '<w:instrText>DD</w:instrText><w:instrText xml:space="preserve">EAUTO c:\\cmd </w:instrText>',
      }),
      'dde',
    ],
    ['a workbook of old macros', zip([types, { name: 'xl/macrosheets/sheet1.xml', data: '<x/>' }]), 'macro'],
  ])('M13 %s', async ([, bytes, trait]) => {
    expect(await traits(bytes)).toContain(trait)
  })

  test('M13 macros that run automatically and call programs are reported with their keywords', async () => {
    const found = await look(
      ole(project('Sub AutoOpen()\r\nCreateObject("WScript.Shell").Run "x"\r\nEnd Sub', 'Macros/')),
    )
    expect(found?.evidence).toEqual([
      'it holds macros: Macros/VBA/ThisDocument',
      'Macros/VBA/ThisDocument runs by itself: AutoOpen',
      'Macros/VBA/ThisDocument calls CreateObject',
    ])
  })

  test('M13 a file inside a document is inspected', async () => {
    const native = (name: string, data: string) => {
      const size = Buffer.alloc(4)
      size.writeUInt32LE(data.length)
      return Buffer.concat([
        Buffer.alloc(6),
        Buffer.from(`label\0C:\\x\\${name}\0`),
        Buffer.alloc(4),
        Buffer.from([2, 0, 0, 0]),
        Buffer.from('t\0'),
        size,
        Buffer.from(data),
      ])
    }
    const found = await look(
      ole([{ path: 'ObjectPool/_1/\x01Ole10Native', data: native('a.exe', `MZ${'x'.repeat(99)}`) }]),
    )
    expect(found?.traits).toEqual(['embedded-object'])
    expect(found?.inside.map(({ name, inspection }) => [name, inspection.traits])).toEqual([['a.exe', ['executable']]])
  })

  test('M13 a file inside RTF is inspected', async () => {
    const program = `MZ${'x'.repeat(99)}`
    const size = Buffer.alloc(4)
    size.writeUInt32LE(program.length)
    const native = Buffer.concat([
      Buffer.from('\x02\0label\0C:\\a.exe\0\0\0\x03\0\x02\0\0\0t\0'),
      size,
      Buffer.from(program),
    ])
    const length = Buffer.alloc(4)
    length.writeUInt32LE(native.length)
    const head = Buffer.from('0105000002000000080000005061636b616765000000000000000000', 'hex')
    const object = Buffer.concat([head, length, native]).toString('hex')
    const found = await look(`{\\rtf1{\\object{\\*\\objdata ${object}}}}`)
    expect(found?.inside.map(({ name, inspection }) => [name, inspection.traits])).toEqual([['a.exe', ['executable']]])
  })

  test.for<readonly [what: string, text: string, trait: FileTrait]>([
    ['JavaScript', '/S /JavaScript /JS 4 0 R', 'script'],
    ['JavaScript in hex', '/S /J#61vaScript', 'script'],
    ['a program', '/S /Launch /F (cmd.exe)', 'launch'],
    ['a file', '/Type /EmbeddedFile', 'embedded-file'],
    ['a form that is sent', '/S /SubmitForm', 'form'],
    ['an action at the start', '/OpenAction << /S /JavaScript >>', 'auto-run'],
  ])('M13 a PDF with %s', async ([, text, trait]) => {
    expect(await traits(`%PDF-1.7\n1 0 obj << ${text} >> endobj\n%%EOF`)).toContain(trait)
    const packed = deflateSync(Buffer.from(`<< ${text} >>`))
    const head = `%PDF-1.7\n1 0 obj << /Type /ObjStm /Filter /FlateDecode /Length ${packed.length} >> stream\r\n`
    expect(
      await traits(Buffer.concat([Buffer.from(head), packed, Buffer.from('\nendstream endobj\n%%EOF')])),
    ).toContain(trait)
  })

  test.for<readonly [what: string, script: string, found: boolean]>([
    ['adds up two fields', '/JS (AFSimple_Calculate\\("SUM", new Array\\("a","b"\\)\\);)', false],
    ['formats a number', '/JS (AFNumber_Format(2,0,0,0,"",true);)', false],
    ['formats a date and more', '/JS (AFDate_FormatEx("dd.mm.yyyy"); app.launchURL("http://evil.example.com"))', true],
    ['calls something in an argument', '/JS (AFNumber_Format(eval(x)))', true],
    ['is in a stream', '/JS 9 0 R', true],
  ])('a script of a PDF form that %s', async ([, script, found]) => {
    const seen = await traits(`%PDF-1.7\n1 0 obj << /AA << /C << /S /JavaScript ${script} >> >> >> endobj\n%%EOF`)
    expect(seen?.includes('script')).toBe(found)
    expect(seen?.includes('auto-run')).toBe(found)
  })

  test('a form whose scripts are not all known may do more than calculate', async () => {
    const fields = '/S /JavaScript /JS (AFNumber_Format(2);) /S /JavaScript /JS 9 0 R'
    expect(await traits(`%PDF-1.7\n1 0 obj << ${fields} >> endobj\n%%EOF`)).toContain('script')
  })

  test.for<readonly [target: string, found: boolean]>([
    ['file:///C:\\Users\\anna\\Templates\\Letter.dotx', false],
    ['C:\\Vorlagen\\Brief.dotx', false],
    ['file:///Users/anna/Templates/Letter.dotx', false],
    ['file:///\\\\fs01\\templates\\Letter.dotx', false],
    ['\\\\192.168.1.20\\templates\\Letter.dotx', false],
    ['\\\\files.evil.example.com\\t\\a.dotm', true],
    ['file://198.51.100.7/t/a.dotm', true],
    ['file:///\\\\198.51.100.7\\t\\a.dotm', true],
    ['https://evil.example.com/t.dotm', true],
    ['mhtml:https://evil.example.com/t!x', true],
  ])('the template %s is fetched from elsewhere: %s', async ([target, found]) => {
    const data = relation('attachedTemplate', target)
    expect((await traits(word({ name: 'word/_rels/settings.xml.rels', data })))?.includes('external-template')).toBe(
      found,
    )
  })

  test('the links of a PDF are listed', async () => {
    expect((await look('%PDF-1.4 /A << /S /URI /URI (https://example.org/a\\(b\\)) >> %%EOF'))?.links).toEqual([
      { url: 'https://example.org/a(b)' },
    ])
  })

  const literal = 'QUJD'.repeat(600)
  test.for<readonly [what: string, name: string, text: string, trait: FileTrait]>([
    [
      'a page that saves a file',
      'a.html',
      `<html><script>var b=new Blob([atob("${literal}")]);a.href=URL.createObjectURL(b);a.download="a.iso"</script>`,
      'smuggling',
    ],
    [
      'a picture that saves a file',
      'a.svg',
      `<svg onload="f()"><script>navigator.msSaveBlob(new Blob([atob('${literal}')]),'a.zip')</script></svg>`,
      'smuggling',
    ],
    ['a picture with code', 'a.svg', '<?xml version="1.0"?><svg><script>x()</script></svg>', 'script'],
    [
      'a page that goes elsewhere',
      'a.htm',
      '<html><meta http-equiv="refresh" content="0; url=https://example.org/">',
      'launch',
    ],
    ['a page that asks for a password', 'a.shtml', '<form action=x><input name=p type=password>', 'form'],
    ['an HTML application', 'a.html', '<html><hta:application id=x><script>x</script>', 'executable'],
    ['a script by its name', 'invoice.js', 'var a = 1', 'script'],
    ['a script by its name, with dots after it', 'invoice.vbs. .', 'x', 'script'],
    ['RTF that fetches', 'a.rtf', '{\\rtf1{\\*\\template http://192.0.2.1/a.dotm}}', 'external-template'],
    [
      'a page with a file in a link',
      'a.html',
      `<html><a href="data:application/octet-stream;base64,${literal}" download>Invoice</a>`,
      'smuggling',
    ],
    [
      'RTF with the Equation Editor',
      'a.doc',
      `{\\rtf1{\\object\\objupdate{\\*\\objdata 0105{\\x}0000 ${Buffer.from('Equation.3').toString('hex')}}}}`,
      'exploit',
    ],
  ])('M14 %s', async ([, name, text, trait]) => {
    expect(await traits(text, name)).toContain(trait)
    if (name.endsWith('html')) expect(await traits(Buffer.from(`\ufeff${text}`, 'utf16le'), name)).toContain(trait)
  })

  test('M14 a shortcut in a disk image is found', async () => {
    const lnk = Buffer.concat([
      Buffer.from('4c0000000114020000000000c000000000000046', 'hex'),
      Buffer.from('powershell.exe -enc x', 'utf16le'),
    ])
    const image = iso('OFFER.LNK;1', lnk)
    const found = await look(zip([{ name: 'a.iso', data: image }]))
    const [disk] = found?.inside ?? []
    expect(disk?.inspection.members).toEqual([{ name: 'OFFER.LNK', size: lnk.length }])
    expect(disk?.inspection.inside.map(({ inspection }) => inspection.traits)).toEqual([
      ['launch', 'executable', 'unscannable'],
    ])
  })

  test('the attachments of winmail.dat are listed and inspected', async () => {
    const tnef = Buffer.concat([
      Buffer.from('789f3e220100', 'hex'),
      tnefAttribute(0x0006800f, Buffer.from(`MZ${'x'.repeat(99)}`)),
      tnefAttribute(0x00018010, Buffer.from('setup.exe\0')),
    ])
    const found = await look(tnef, 'winmail.dat')
    expect(found?.members).toEqual([{ name: 'setup.exe', size: 101 }])
    expect(found?.inside[0]?.inspection.traits).toEqual(['executable'])
  })

  test('a tar and the files inside it', async () => {
    const found = await look(tar('x/run.sh', '#!/bin/sh\nrm -rf /'))
    expect(found?.members).toEqual([{ name: 'x/run.sh', size: 18 }])
    expect(found?.inside[0]?.inspection.format).toBe('script')
  })
})

/** One file in the root of a disk image. */
function iso(name: string, data: Buffer): Buffer {
  const image = Buffer.alloc(22 * 2048)
  const entry = (at: number, extent: number, size: number, label: string, flags: number) => {
    image[at] = 33 + label.length + ((label.length + 1) % 2)
    image.writeUInt32LE(extent, at + 2)
    image.writeUInt32LE(size, at + 10)
    image[at + 25] = flags
    image[at + 32] = label.length
    image.write(label, at + 33, 'latin1')
    return at + (image[at] ?? 0)
  }
  image[16 * 2048] = 1
  image.write('CD001', 16 * 2048 + 1)
  entry(16 * 2048 + 156, 20, 2048, '\0', 2)
  image[17 * 2048] = 255
  image.write('CD001', 17 * 2048 + 1)
  entry(entry(entry(20 * 2048, 20, 2048, '\0', 2), 20, 2048, '\x01', 2), 21, data.length, name, 0)
  data.copy(image, 21 * 2048)
  return image
}

describe('bounds', () => {
  test('M13 ten thousand entries are a bound, and cost little', async () => {
    const files = Array.from({ length: 10_000 }, (_, index) => ({ name: `f${index}.txt`, data: 'x' }))
    const bytes = zip(files)
    const found = await look(bytes)
    expect(found?.traits).toContain('unscannable')
    expect(found?.members.length).toBeLessThanOrEqual(20_000)
    expect(await cpuOfAsync(() => look(bytes), 1000)).toBeLessThan(1000)
  })

  test('M13 archives nested ten thousand deep are inspected three deep', async () => {
    const bytes = nested(10_000)
    let depth = 0
    for (let at = await look(bytes); at; at = at.inside[0]?.inspection) depth += 1
    expect(depth).toBe(4)
    expect(await cpuOfAsync(() => look(bytes), 500)).toBeLessThan(500)
  })

  test('M13 of entries that share their bytes (a bomb of many gigabytes) nothing is inflated', async () => {
    const files: ZipFileOptions[] = [{ name: '0', packed: heavy }]
    for (let index = 1; index < 500; index += 1) files.push({ name: String(index), packed: heavy, sameAs: 0 })
    const bytes = zip(files)
    expect((await look(bytes))?.traits).toEqual(expect.arrayContaining(['overlapping', 'bomb']))
    expect(await cpuOfAsync(() => look(bytes), 500)).toBeLessThan(500)
  })

  test('M13 no more is inflated than the budget of the message allows', async () => {
    const pdf = (bytes: number) =>
      deflateRawSync(Buffer.concat([Buffer.from('%PDF-'), Buffer.alloc(bytes, 'abcdefgh0123 /Name')]))
    const packed = { bytes: pdf(900_000), size: 900_005, crc: 0 }
    const files = Array.from({ length: 60 }, (_, index) => ({ name: `${index}.pdf`, packed }))
    const found = await look(zip(files), '', { inflate: 2_000_000 })
    expect(found?.traits).toContain('bomb')
    const inspect = inspector({ signal, inflate: 2_000_000 })
    const single = zip([{ name: 'a.pdf', packed }])
    const seen = [
      await inspect('a', single),
      await inspect('b', single),
      await inspect('c', single),
      await inspect('d', single),
    ]
    expect(seen.map(one => one?.inside.length)).toEqual([1, 1, 1, 0])
  })

  test('an aborted signal ends the inspection', async () => {
    const over = new AbortController()
    const inspecting = inspector({ signal: over.signal })(
      'a.zip',
      zip([{ name: 'a.pdf', data: `%PDF-${'x'.repeat(5000)}` }]),
    )
    over.abort(new Error('decided'))
    await expect(inspecting).rejects.toThrow('decided')
  })
})

test.for([
  ['abcdefghijklmnopqrstuv.', '0119b000616263646566676800696a6b6c6d6e6f70007172737475762e'],
  [
    '#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa',
    '012fb0002361616162636465826600706167686 96a013808616b6c00306d6e6f7006710270041072737475761077 78797a003c',
  ],
  ['a'.repeat(73), '0103b002614500'],
] as const)('the compressed containers of MS-OVBA §3.2 are undone: %s', ([plain, packed]) => {
  expect(decompressVba(Buffer.from(packed.replaceAll(' ', ''), 'hex')).toString('latin1')).toBe(plain)
})

const samples: readonly Buffer[] = [
  zip([
    types,
    { name: 'word/document.xml', data: '<w:instrText>x' },
    { name: 'word/vbaProject.bin', data: ole(project('AutoOpen')) },
  ]),
  zip([{ name: 'a.zip', data: zip([{ name: 'b.js', data: 'x' }]), stored: true }]),
  ole([...project('Shell'), { path: 'Workbook', data: Buffer.alloc(200, 0x85) }]),
  Buffer.from('%PDF-1.7 /ObjStm /Fl stream\r\nxxxxendstream /URI (x) %%EOF'),
  Buffer.from('{\\rtf1{\\objdata 0102030405}}'),
  iso('A.EXE;1', Buffer.from('MZ')),
  tar('a', 'b'),
  gzipSync('hello'),
  Buffer.concat([Buffer.from('789f3e220100', 'hex'), tnefAttribute(0x00018010, Buffer.from('a\0'))]),
  Buffer.from('526172211a0700cf907300000d00000000000000740000200000', 'hex'),
  Buffer.from('526172211a070100aabbccdd0501020304050607', 'hex'),
  Buffer.from('377abcaf271c00040000000000000000000000000a0000000000000000000000011100000061000000', 'hex'),
]

test('M13 files with bytes changed, cut out and put in never throw', async () => {
  const change = fc.record({ at: fc.nat(), byte: fc.nat(255), kind: fc.constantFrom('set', 'cut', 'insert', 'huge') })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...samples),
      fc.array(change, { minLength: 1, maxLength: 8 }),
      async (sample, changes) => {
        let bytes = Buffer.from(sample)
        for (const { at, byte, kind } of changes) {
          const place = at % Math.max(bytes.length, 1)
          if (kind === 'set') bytes[place] = byte
          else if (kind === 'huge') bytes.fill(0xff, place, Math.min(place + 4, bytes.length))
          else if (kind === 'cut')
            bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1 + (byte % 64))])
          else bytes = Buffer.concat([bytes.subarray(0, place), Buffer.alloc(byte % 32, byte), bytes.subarray(place)])
        }
        await look(bytes)
      },
    ),
    { numRuns: runs(300) },
  )
})
