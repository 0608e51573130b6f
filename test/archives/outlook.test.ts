/** RTF, notebooks of OneNote and messages of Outlook: what is hidden in them is found. */
import { describe, expect, test } from 'vitest'
import { inspector } from '../../src/archives/inspect.ts'
import type { FileTrait, Inspection } from '../../src/archives/inspection.ts'
import { ole } from './build.ts'

const { signal } = new AbortController()
const look = (bytes: Buffer | string, name = ''): Promise<Inspection | undefined> =>
  inspector({ signal })(name, Buffer.from(bytes as string, 'latin1'))

const program = Buffer.concat([Buffer.from('MZ\x90\0', 'latin1'), Buffer.alloc(200)])
const u32 = (...numbers: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * numbers.length)
  for (const [index, number] of numbers.entries()) bytes.writeUInt32LE(number, 4 * index)
  return bytes
}
const wide = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le')

/** A file as the packager stores it (MS-OLEDS §2.3.6), and the head of its object in RTF. */
const native = Buffer.concat([
  Buffer.from('\x02\0label\0C:\\a.exe\0\0\0\x03\0\x02\0\0\0t\0', 'latin1'),
  u32(program.length),
  program,
])
const object = Buffer.concat([
  Buffer.from('0105000002000000080000005061636b616765000000000000000000', 'hex'),
  u32(native.length),
  native,
])
const moniker = (url: string): Buffer =>
  Buffer.concat([Buffer.from('e0c9ea79f9bace118c8200aa004ba90b', 'hex'), u32(wide(url).length), wide(url)])

const hex = object.toString('hex')

describe('RTF', () => {
  test.for<readonly [what: string, text: string]>([
    ['in plain digits', `{\\rtf1{\\object{\\*\\objdata ${hex}}}}`],
    [
      'in upper case, with line ends',
      `{\\rtf1{\\object{\\*\\objdata ${hex.toUpperCase().replace(/..../g, '$&\r\n \t')}}}}`,
    ],
    [
      'with control words between the digits',
      `{\\rtf1{\\object{\\*\\objdata ${hex.replace(/.{6}/g, '$&\\par0 \\x-1 ')}}}}`,
    ],
    ['with escapes between the digits', `{\\rtf1{\\object{\\*\\objdata ${hex.replace(/.{6}/g, "$&\\'41")}}}}`],
    ['with groups between the digits', `{\\rtf1{\\object{\\*\\objdata ${hex.replace(/.{60}/g, '$&{\\*\\x 4142}')}}}}`],
    ['in raw bytes', `{\\rtf1{\\object{\\*\\objdata\\bin${object.length} ${object.toString('latin1')}}}}`],
    [
      'half in raw bytes',
      `{\\rtf1{\\object{\\*\\objdata ${hex.slice(0, 40)}\\bin${object.length - 20} ${object.subarray(20).toString('latin1')}}}}`,
    ],
    ['without an end', `{\\rtf1{\\object{\\*\\objdata ${hex}`],
  ])('M13 an object %s is inspected', async ([, text]) => {
    const found = await look(text)
    expect(found?.traits).toEqual(['embedded-object'])
    expect(found?.inside.map(({ name, inspection }) => [name, inspection.format])).toEqual([['a.exe', 'pe']])
  })

  test.for<readonly [what: string, text: string, trait: FileTrait]>([
    ['a template', '{\\rtf1{\\*\\template https://templates.example/a.dotm}}', 'external-template'],
    [
      'a template with escapes',
      "{\\rtf1{\\*\\template \\'68\\'74\\'74\\'70\\'73://templates.example/a.dotm}}",
      'external-template',
    ],
    [
      'a template in Unicode',
      '{\\rtf1{\\*\\template {\\u104?\\u116?\\u116?}ps://templates.example/a.dotm}}',
      'external-template',
    ],
    [
      'a template on a server of files',
      '{\\rtf1{\\*\\template \\\\\\\\files.templates.example\\\\a.dotm}}',
      'external-template',
    ],
    [
      'a linked object',
      `{\\rtf1{\\object\\objautlink{\\*\\objdata ${moniker('https://objects.example/a.hta').toString('hex')}}}}`,
      'external-template',
    ],
    ['DDE', '{\\rtf1{\\field{\\*\\fldinst DDEAUTO c:\\\\a.exe "/c"}{\\fldrslt x}}}', 'dde'],
    [
      'DDE in pieces',
      "{\\rtf1{\\field{\\*\\fldinst {\\b D}{\\i D\\'45}{ AUTO}}}}".replace('{ AUTO}', '{AUTO cmd}'),
      'dde',
    ],
    [
      'DDE spelled by QUOTE',
      '{\\rtf1{\\field{\\*\\fldinst {\\field{\\*\\fldinst QUOTE 68 68 69}{\\fldrslt }} cmd "/c x"}}}',
      'dde',
    ],
    ['an update', '{\\rtf1{\\object\\objupdate{\\*\\objdata 00}}}', 'auto-run'],
    ['the Equation Editor', `{\\rtf1{\\object{\\*\\objdata ${Buffer.from('Equation.3').toString('hex')}}}}`, 'exploit'],
  ])('M13 %s is found', async ([, text, trait]) => {
    expect((await look(text))?.traits).toContain(trait)
  })

  test.for<readonly [what: string, text: string]>([
    ['a template on the author’s disk', '{\\rtf1{\\*\\template C:\\\\Users\\\\a\\\\Letter.dotm}}'],
    ['a template on the author’s server', '{\\rtf1{\\*\\template \\\\\\\\files\\\\Letter.dotm}}'],
    ['a text about DDE', '{\\rtf1 The field DDEAUTO starts a program.}'],
    ['the digits of a font', '{\\rtf1{\\fonttbl{\\f0 Times;}}{\\*\\datastore 4d5a}Hi}'],
  ])('%s is honest', async ([, text]) => {
    expect((await look(text))?.traits).toEqual([])
  })

  test('links and text', async () => {
    const found = await look(
      '{\\rtf1\\ansi{\\fonttbl{\\f0 Times;}}See {\\field{\\*\\fldinst{HYPERLINK "https://larch.example/a"}}{\\fldrslt our \\\'70age}}\\par Bye{\\*\\htmltag64 <a href="https://larch.example/b">}}',
    )
    expect(found?.text).toBe('See our page\nBye')
    expect(found?.links).toEqual([
      { url: 'https://larch.example/a', shown: 'our page' },
      { url: 'https://larch.example/b' },
    ])
  })
})

describe('OneNote', () => {
  const mark = Buffer.from('e716e3bd65261145a4c48d4d0b7a9eac', 'hex')
  const notebook = Buffer.from('e4525c7b8cd8a74daeb15378d02996d3', 'hex')
  const stored = (file: Buffer): Buffer => Buffer.concat([mark, u32(file.length, 0), Buffer.alloc(12), file])
  const named = (name: string): Buffer => Buffer.concat([u32(wide(name).length), wide(name)])

  test('M13 the files of a notebook have their names', async () => {
    const found = await look(
      Buffer.concat([notebook, Buffer.alloc(20), named('order 1.pdf.exe'), Buffer.alloc(7), stored(program)]),
    )
    expect(found?.members).toEqual([{ name: 'order 1.pdf.exe' }])
    expect(found?.inside.map(({ name, inspection }) => [name, inspection.format])).toEqual([['order 1.pdf.exe', 'pe']])
  })

  test('M13 addresses on its pages are links, in 8 and 16 bits; those of vocabularies are not', async () => {
    const found = await look(
      Buffer.concat([
        notebook,
        wide('\ufddfHYPERLINK "https://larch.example/a"our page'),
        Buffer.from('\x01see http://203.0.113.9/b\0http://www.w3.org/1999/xhtml\0'),
      ]),
    )
    expect(found?.links).toEqual([{ url: 'http://203.0.113.9/b' }, { url: 'https://larch.example/a' }])
  })

  test('M13 a script is known by its name', async () => {
    const found = await look(Buffer.concat([notebook, named('run.js'), stored(Buffer.from('WScript.Echo(1)'))]))
    expect(found?.inside.map(({ inspection }) => inspection.format)).toEqual(['script'])
  })
})

describe('winmail.dat', () => {
  const attribute = (level: number, id: number, value: Buffer): Buffer =>
    Buffer.concat([Buffer.from([level]), u32(id, value.length), value, Buffer.alloc(2)])
  const property = (id: number, type: number, value: Buffer): Buffer =>
    Buffer.concat([u32(((id << 16) | type) >>> 0, 1, value.length), value, Buffer.alloc((4 - (value.length % 4)) % 4)])
  const tnef = (...attributes: readonly Buffer[]): Buffer =>
    Buffer.concat([Buffer.from('789f3e220000', 'hex'), ...attributes])
  const begin = attribute(2, 0x69002, Buffer.alloc(14))
  const title = attribute(2, 0x18010, Buffer.from('ORDER~1.TXT\0'))
  const data = attribute(2, 0x6800f, program)
  const longName = attribute(2, 0x69005, Buffer.concat([u32(1), property(0x3707, 0x1f, wide('order form.exe'))]))

  test.for<readonly [what: string, attributes: readonly Buffer[]]>([
    ['after its data', [begin, data, title, longName]],
    ['before its data', [begin, title, longName, data]],
    ['in another', [begin, longName, data, title, begin, attribute(2, 0x18010, Buffer.from('b.txt\0'))]],
  ])('M12 the long name of an attachment %s', async ([, attributes]) => {
    const found = await look(tnef(...attributes))
    expect(found?.members[0]).toEqual({ name: 'order form.exe', size: program.length })
    expect(found?.inside.map(({ name, inspection }) => [name, inspection.format])).toEqual([['order form.exe', 'pe']])
  })

  test('M12 data in a property, texts and links of the message', async () => {
    const found = await look(
      tnef(
        attribute(
          1,
          0x69003,
          Buffer.concat([u32(1), property(0x1013, 0x102, Buffer.from('<a href="https://larch.example/">here</a>'))]),
        ),
        begin,
        attribute(2, 0x69005, Buffer.concat([u32(1), property(0x3701, 0x102, program)])),
      ),
    )
    expect(found?.links).toEqual([{ url: 'https://larch.example/', shown: 'here' }])
    expect(found?.text).toBe('here')
    expect(found?.inside.map(({ inspection }) => inspection.format)).toEqual(['pe'])
  })
})

describe('messages of Outlook', () => {
  const message = (streams: Readonly<Record<string, Buffer>>): Buffer =>
    ole([
      { path: '__properties_version1.0', data: Buffer.alloc(32) },
      ...Object.entries(streams).map(([path, data]) => ({ path, data })),
    ])
  const folder = '__attach_version1.0_#00000000'

  test.for<readonly [what: string, streams: Readonly<Record<string, Buffer>>, name: string]>([
    ['in UTF-16', { [`${folder}/__substg1.0_3707001F`]: wide('order.exe') }, 'order.exe'],
    ['in 8 bits', { [`${folder}/__substg1.0_3707001E`]: Buffer.from('order.exe') }, 'order.exe'],
    ['that is short', { [`${folder}/__substg1.0_3704001E`]: Buffer.from('ORDER.EXE') }, 'ORDER.EXE'],
  ])('M12 an attachment with a name %s', async ([, streams, name]) => {
    const found = await look(message({ ...streams, [`${folder}/__substg1.0_37010102`]: program }))
    expect(found?.members).toEqual([{ name, size: program.length }])
    expect(found?.inside.map(({ inspection }) => inspection.format)).toEqual(['pe'])
  })

  test('M12 attachments of a message inside, links and text in each form', async () => {
    const found = await look(
      message({
        '__substg1.0_1000001F': wide('See https://larch.example/a'),
        '__substg1.0_10130102': Buffer.from('<a href="https://larch.example/b">b</a>'),
        [`${folder}/__substg1.0_3701000D/${folder}/__substg1.0_37010102`]: program,
      }),
    )
    expect(found?.links.map(({ url }) => url)).toEqual(
      expect.arrayContaining(['https://larch.example/a', 'https://larch.example/b']),
    )
    expect(found?.text).toContain('See https://larch.example/a')
    expect(found?.inside.map(({ inspection }) => inspection.format)).toEqual(['pe'])
  })

  test('M12 a message without its list of properties is a message all the same', async () => {
    const found = await look(ole([{ path: `${folder}/__substg1.0_37010102`, data: program }]))
    expect(found?.inside.map(({ inspection }) => inspection.format)).toEqual(['pe'])
  })

  test('M13 a reminder whose sound is on a server elsewhere', async () => {
    const sound = (path: string) => look(message({ '__substg1.0_8004001F': wide(path) }))
    expect((await sound(String.raw`\\files.sounds.example\a.wav`))?.traits).toEqual(['external-template'])
    expect((await sound(String.raw`\\files\a.wav`))?.traits).toEqual([])
    expect((await sound('reminder.wav'))?.traits).toEqual([])
  })

  test('the compressed text of a message is read', async () => {
    const text = String.raw`{\rtf1\ansi{\field{\*\fldinst HYPERLINK "https://larch.example/"}{\fldrslt x}}}`
    const rtf = Buffer.concat([u32(text.length + 12, text.length, 0x414c454d, 0), Buffer.from(text)])
    const found = await look(message({ '__substg1.0_10090102': rtf }))
    expect(found?.inside[0]?.inspection.links).toEqual([{ url: 'https://larch.example/', shown: 'x' }])
  })

  test('the example of MS-OXRTFCP is decompressed', async () => {
    const rtf = Buffer.from(
      '2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af86800206d7a120a8000636c20776f726c647d0a80',
      'hex',
    )
    const found = await look(message({ '__substg1.0_10090102': rtf }))
    expect(found?.inside.map(({ inspection }) => inspection.format)).toEqual(['rtf'])
  })
})
