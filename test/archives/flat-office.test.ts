/** Documents of Office in one file of XML, under whatever name; blanks and counts that hide nothing. */
import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { inspector } from '../../src/archives/inspect.ts'
import type { Inspection } from '../../src/archives/inspection.ts'
import { ole, vba, zip } from './build.ts'

const { signal } = new AbortController()
async function look(name: string, bytes: Buffer | string): Promise<Inspection> {
  const found = await inspector({ signal })(name, Buffer.from(bytes as string))
  if (found === undefined) throw new Error('not inspected')
  return found
}
const everyTrait = ({ traits, inside }: Inspection): readonly string[] => [
  ...traits,
  ...inside.flatMap(({ inspection }) => everyTrait(inspection)),
]

const project = ole([{ path: 'Macros/VBA/A', data: vba('Sub AutoOpen()\r\nShell "x"\r\nEnd Sub\r\n') }])
const mso = Buffer.concat([Buffer.from('ActiveMime'), Buffer.alloc(40), deflateSync(project)]).toString('base64')
const word = (inner: string): string =>
  `<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?>\n<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml">${inner}</w:wordDocument>`
const book = (inner: string): string =>
  `<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">${inner}</Workbook>`
const flat = (inner: string): string =>
  `<?xml version="1.0"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">${inner}</pkg:package>`
const relation = (kind: string, target: string): string =>
  `<pkg:part pkg:name="/word/_rels/settings.xml.rels"><pkg:xmlData><Relationships><Relationship Id="r1" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/${kind}" Target="${target}" TargetMode="External"/></Relationships></pkg:xmlData></pkg:part>`

describe('M13 flat documents', () => {
  const template = '<w:docPr><w:attachedTemplate w:val="http://larch.example/a.dot"/></w:docPr>'
  test.for<readonly [what: string, name: string, text: string, trait: string]>([
    ['a template, as .xml', 'a.xml', word(template), 'external-template'],
    ['a template, as .doc', 'a.doc', word(template), 'external-template'],
    ['a template, as .rtf', 'a.rtf', word(template), 'external-template'],
    ['a template, in UTF-16', 'a.doc', `\ufeff${word(template)}`, 'external-template'],
    ['macros', 'a.doc', word(`<w:docSuppData><w:binData w:name="e.mso">${mso}</w:binData></w:docSuppData>`), 'macro'],
    ['macros of a package', 'a.docm', flat(`<pkg:binaryData>${project.toString('base64')}</pkg:binaryData>`), 'macro'],
    [
      'a template of a package',
      'a.xml',
      flat(relation('attachedTemplate', 'http://larch.example/')),
      'external-template',
    ],
    ['a chunk of a package', 'a.doc', flat(relation('aFChunk', 'mhtml:http://larch.example/')), 'external-template'],
    ['DDE in a field', 'a.doc', word('<w:instrText>DDEAUTO c:\\\\windows\\\\cmd.exe "/k"</w:instrText>'), 'dde'],
    ['DDE in a cell', 'a.xls', book(`<Cell ss:Formula="=cmd|'/c calc'!A1"/>`), 'dde'],
  ])('have %s', async ([what, name, text, trait]) => {
    const found = await look(name, what.includes('UTF-16') ? Buffer.from(text, 'utf16le') : text)
    expect(everyTrait(found)).toContain(trait)
  })

  test('have links, in elements, cells, fields and text', async () => {
    const found = await look(
      'a.xml',
      word(
        `<w:hlink w:dest="http://one.example/"><w:t>x</w:t></w:hlink><w:p><w:t>see http://two.example/a</w:t></w:p>` +
          `<w:instrText>HYPERLINK "http://three.example/"</w:instrText>`,
      ),
    )
    expect(found.links.map(({ url }) => url).toSorted()).toEqual([
      'http://one.example/',
      'http://three.example/',
      'http://two.example/a',
    ])
    expect((await look('a.xls', book('<Cell ss:HRef="http://four.example/"/>'))).links).toEqual([
      { url: 'http://four.example/' },
    ])
  })

  test('that are long tables are honest, unless what is behind them would be read', async () => {
    const rows = '<Row><Cell><Data>1234</Data></Cell></Row>'.repeat(80_000)
    expect((await look('a.xls', book(rows))).traits).toEqual([])
    expect((await look('a.xls', book(`${rows}<Cell HRef="http://larch.example/"/>`))).beyond).toMatch(/longer/)
  })

  test('of an honest author have no trait', async () => {
    expect((await look('a.xml', word('<w:p><w:t>Hello</w:t></w:p>'))).traits).toEqual([])
    expect((await look('a.xml', book('<Cell ss:Formula="=SUM(A1:A3)"><Data>1</Data></Cell>'))).traits).toEqual([])
  })
})

describe('M13 relationships', () => {
  const packed = (rels: string): Buffer =>
    zip([
      { name: '[Content_Types].xml', data: '<Types/>' },
      { name: 'word/document.xml', data: '<w:document/>' },
      { name: 'word/_rels/settings.xml.rels', data: `<Relationships>${rels}</Relationships>` },
    ])
  const type = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate'

  test.for<readonly [what: string, text: string]>([
    [
      'before an equals sign',
      `<Relationship Id="a" Type="${type}" TargetMode="External" Target${' '.repeat(99)}="http://larch.example/"/>`,
    ],
    [
      'between attributes',
      `<Relationship${'\n'.repeat(20_000)} Id="a" Type="${type}" TargetMode="External" Target="http://larch.example/"/>`,
    ],
  ])('with blanks %s are read', async ([, text]) => {
    expect((await look('a.docx', packed(text))).traits).toContain('external-template')
  })

  test('beyond the limit are reported', async () => {
    const many = Array.from({ length: 20_001 }, (_, index) => `<Relationship Id="r${index}"/>`).join('')
    expect((await look('a.docx', packed(many))).beyond).toMatch(/more relationships/)
  })
})

test('M13 addresses that a document only shows are links', async () => {
  const docx = zip([
    { name: '[Content_Types].xml', data: '<Types/>' },
    {
      name: 'word/document.xml',
      data: '<w:p><w:t>Please open http://203.0.113.9/view and www.larch.example/a</w:t></w:p>',
    },
  ])
  expect((await look('a.docx', docx)).links.map(({ url }) => url)).toEqual([
    'http://203.0.113.9/view',
    'http://www.larch.example/a',
  ])
  expect((await look('a.rtf', '{\\rtf1 open http://203.0.113.9/view now}')).links).toEqual([
    { url: 'http://203.0.113.9/view' },
  ])
})

test('M13 a document of many addresses is not beyond a limit', async () => {
  const list = Array.from({ length: 1500 }, (_, index) => `<w:p><w:t>http://m${index}.example/</w:t></w:p>`).join('')
  const docx = zip([
    { name: '[Content_Types].xml', data: '<Types/>' },
    { name: 'word/document.xml', data: list },
  ])
  expect((await look('a.docx', docx)).beyond).toBeUndefined()
})
