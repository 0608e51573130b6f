/** OpenDocument, old documents of Word and PowerPoint, and tables as text: what they run, fetch and link to. */
import { describe, expect, test } from 'vitest'
import { inspector } from '../../src/archives/inspect.ts'
import type { FileTrait, Inspection } from '../../src/archives/inspection.ts'
import { ole, zip } from './build.ts'

const { signal } = new AbortController()
const look = (bytes: Buffer | string, name = ''): Promise<Inspection | undefined> =>
  inspector({ signal })(name, Buffer.from(bytes as string))

const odt = (content: string, more: Readonly<Record<string, string | Buffer>> = {}, manifest = ''): Buffer =>
  zip(
    Object.entries({
      mimetype: 'application/vnd.oasis.opendocument.text',
      'content.xml': `<office:document-content><office:body>${content}</office:body></office:document-content>`,
      'META-INF/manifest.xml': `<manifest:manifest>${manifest}</manifest:manifest>`,
      ...more,
    }).map(([name, data]) => ({ name, data })),
  )

describe('OpenDocument', () => {
  test.for<readonly [what: string, content: string, traits: readonly FileTrait[]]>([
    [
      'an event that runs by itself',
      '<script:event-listener script:event-name="dom:load" xlink:href="vnd.sun.star.script:Standard.Module1.Main?language=Basic&amp;location=document"/>',
      ['macro', 'auto-run'],
    ],
    [
      'a script elsewhere on the disk',
      '<script:event-listener script:event-name="dom:mouseover" xlink:href="vnd.sun.star.script:../../../program/python-core/lib/pydoc.py$tempfilepager(1, calc)?language=Python"/>',
      ['macro', 'auto-run', 'dangerous-macro'],
    ],
    ['an object of another host', '<draw:object xlink:href="https://objects.example/a.odt"/>', ['external-template']],
    ['a frame of another host', '<draw:floating-frame xlink:href="https://frames.example/"/>', ['external-template']],
    [
      'a section of another host',
      '<text:section-source xlink:href="https://texts.example/a.odt"/>',
      ['external-template'],
    ],
    [
      'a picture on a server of files',
      '<draw:image xlink:href="file://pictures.example/a.png"/>',
      ['external-template'],
    ],
    [
      'a table of another host',
      "<table:table-source xlink:href='https://tables.example/a.ods'/>",
      ['external-template'],
    ],
    [
      'DDE',
      '<office:dde-source office:dde-application="cmd" office:dde-topic="/c calc" office:dde-item="x"/>',
      ['dde'],
    ],
  ])('M13 %s', async ([, content, traits]) => {
    expect((await look(odt(content)))?.traits).toEqual(traits)
    expect((await look(odt(content.replaceAll('xlink:', 'q:'))))?.traits).toEqual(traits)
  })

  test.for<readonly [what: string, content: string]>([
    ['a picture of the Web', '<draw:image xlink:href="https://pictures.example/a.png"/>'],
    ['a table on the author’s disk', '<table:table-source xlink:href="file:///C:/Sums.ods"/>'],
    ['a table on the author’s server', '<table:table-source xlink:href="file://files/Sums.ods"/>'],
    ['an object inside', '<draw:object xlink:href="./Object 1"/>'],
    [
      'a trader’s figures',
      '<office:dde-source office:dde-application="BLP" office:dde-topic="M" office:dde-item="x"/>',
    ],
  ])('%s is honest', async ([, content]) => {
    expect((await look(odt(content)))?.traits).toEqual([])
  })

  test('M13 macros of a document, in Basic and in another language', async () => {
    const basic = await look(
      odt('', {
        'Basic/Standard/Module1.xml': '<script:module>Sub Main\n Shell("calc")\nEnd Sub</script:module>',
        'Basic/Standard/script-lb.xml': '<library:library/>',
      }),
    )
    expect(basic?.evidence).toEqual([
      'it holds macros: Basic/Standard/Module1.xml',
      'Basic/Standard/Module1.xml calls Shell',
    ])
    expect((await look(odt('', { 'Scripts/python/a.py': 'import subprocess' })))?.traits).toEqual([
      'macro',
      'dangerous-macro',
    ])
  })

  test('links with what they show, text, a password', async () => {
    const found = await look(
      odt(
        '<text:p>See <text:a xlink:href="https://larch.example/a">our <text:span>page</text:span></text:a>.</text:p><text:p>Bye</text:p>',
      ),
    )
    expect(found?.links).toEqual([{ url: 'https://larch.example/a', shown: 'our page' }])
    expect(found?.text).toBe('See our page.\nBye\n')
    const locked = odt('', {}, '<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>')
    expect((await look(locked))?.traits).toEqual(['encrypted'])
  })

  test('M13 a file beside the parts of a document is inspected', async () => {
    const found = await look(odt('', { 'Pictures/a.exe': Buffer.concat([Buffer.from('MZ\0'), Buffer.alloc(90)]) }))
    expect(found?.inside.map(({ inspection }) => inspection.format)).toEqual(['pe'])
  })
})

/** A document of Word whose text begins at 512. */
function doc(text: Buffer): Buffer {
  const head = Buffer.alloc(512)
  head.writeUInt32LE(512, 24)
  head.writeUInt32LE(512 + text.length, 28)
  return ole([{ path: 'WordDocument', data: Buffer.concat([head, text]) }])
}

describe('Word 97 to 2003', () => {
  const text = 'See \x13 HYPERLINK "https://larch.example/a" \x14our page\x15.\rBye\r'

  test.for<readonly [what: string, bytes: Buffer]>([
    ['8 bits', Buffer.from(text)],
    ['16 bits', Buffer.from(text, 'utf16le')],
  ])('links and text in %s', async ([, bytes]) => {
    const found = await look(doc(bytes))
    expect(found?.links).toEqual([{ url: 'https://larch.example/a', shown: 'our page' }])
    expect(found?.text).toBe('See our page\n.\nBye\n')
  })

  test.for<readonly [what: string, text: string]>([
    ['in one piece', '\x13 DDEAUTO c:\\\\windows\\\\cmd.exe "/c x" \x14x\x15'],
    ['spelled by QUOTE', '\x13\x13 QUOTE 68 68 69 \x14\x15 cmd "/c x"\x14x\x15'],
  ])('M13 a field that starts a program %s', async ([, text]) => {
    for (const encoding of ['latin1', 'utf16le'] as const)
      expect((await look(doc(Buffer.from(text, encoding))))?.traits).toEqual(['dde'])
  })
})

test('links and text of a presentation', async () => {
  const record = (version: number, kind: number, body: Buffer): Buffer => {
    const head = Buffer.alloc(8)
    head.writeUInt16LE(version, 0)
    head.writeUInt16LE(kind, 2)
    head.writeUInt32LE(body.length, 4)
    return Buffer.concat([head, body])
  }
  const inner = Buffer.concat([
    record(0, 0x0fba, Buffer.from('https://larch.example/a', 'utf16le')),
    record(0, 0x0fa0, Buffer.from('One', 'utf16le')),
    record(0, 0x0fa8, Buffer.from('Two')),
  ])
  const found = await look(ole([{ path: 'PowerPoint Document', data: record(15, 0x03e8, inner) }]))
  expect(found?.links).toEqual([{ url: 'https://larch.example/a' }])
  expect(found?.text).toBe('One\nTwo\n')
})

describe('tables as text', () => {
  test.for<readonly [what: string, text: string]>([
    ['alone', `name,sum\r\nAnna,=cmd|' /C calc'!A0\r\n`],
    ['in quotes', `"name";"=cmd|'/c powershell -w hidden x'!A1"\n`],
    ['behind a sum', `1,@SUM(1+1)*cmd|' /C calc'!A0\n`],
    ['of Excel itself', `=MSEXCEL|'\\..\\..\\Windows\\System32\\cmd.exe /c calc'!''\n`],
    ['with a plus', `+cmd.exe|'/c x'!A1`],
  ])('M13 a cell that starts a program, %s', async ([, text]) => {
    expect((await look(text, 'a.csv'))?.traits).toEqual(['dde'])
    expect((await look(Buffer.from(`\ufeff${text}`, 'utf16le'), 'a.csv'))?.traits).toEqual(['dde'])
  })

  test.for<readonly [what: string, text: string]>([
    ['columns that bars divide', 'id|name|command\n1|cmd|cmd.exe\n2|notepad|=x\n'],
    ['sums and dashes', 'sum\n=SUM(A1:A9)\n-5\n+49 30 1234|x\n'],
    ['a trader’s figures', '=BLP|M!A1\n'],
  ])('%s are honest', async ([, text]) => {
    expect((await look(text, 'a.csv'))?.traits).toEqual([])
  })

  test('links of formulas', async () => {
    const found = await look('"=HYPERLINK(""https://larch.example/a"",""Here"")"\n', 'a.csv')
    expect(found?.links).toEqual([{ url: 'https://larch.example/a' }])
  })
})
