/** Documents and messages with bytes changed, cut out and put in: no reader throws. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { inspector } from '../../src/archives/inspect.ts'
import type { Inspection } from '../../src/archives/inspection.ts'
import { dice, runs } from '../support/random.ts'
import { ole, vba, zip } from './build.ts'
import { cryptoApiBook, MACRO_BOOK, rc4Book, stream, workbook, xorBook } from './workbooks.ts'

const { signal } = new AbortController()
const wide = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le')

const rels =
  '<Relationships><Relationship Id="rId1" Type="a/aFChunk" Target="https://chunks.example/&#65;" TargetMode="External"/></Relationships>'
const word =
  '<w:document><w:p><w:fldChar w:fldCharType="begin"/><w:instrText>QUOTE 68 68 69</w:instrText><w:fldChar w:fldCharType="end"/><w:hyperlink r:id="rId1"><w:t>a<![CDATA[b]]></w:t></w:hyperlink></w:p></w:document>'
const macros = ole([{ path: 'VBA/ThisDocument', data: vba('Attribute VB_Name = "T"\r\nSub AutoOpen()\r\n') }])
const message =
  'From: a@larch.example\r\nTo: b@example.org\r\nMessage-ID: <1@larch.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<a href=https://larch.example/>x</a>\r\n--b\r\nContent-Type: application/octet-stream; name=a.mso\r\nContent-Transfer-Encoding: base64\r\n\r\nQWN0aXZlTWltZQ==\r\n--b--\r\n'
const tnef = Buffer.concat([
  Buffer.from('789f3e22000001029006000e000000', 'hex'),
  Buffer.alloc(16),
  Buffer.from('0205900600240000000100000' + '01f00073701000000080000006100', 'hex'),
  Buffer.alloc(40),
])

const FILES: readonly (readonly [what: string, name: string, bytes: Buffer])[] = [
  [
    'a document',
    'a.docx',
    zip(
      [
        { name: '[Content_Types].xml', data: '<Types/>' },
        { name: 'word/document.xml', data: word },
        { name: 'word/_rels/document.xml.rels', data: rels },
        { name: 'word/vbaProject.bin', data: macros },
      ].map(file => ({ ...file, stored: true })),
    ),
  ],
  [
    'an OpenDocument',
    'a.odt',
    zip(
      [
        {
          name: 'content.xml',
          data: '<office:body><text:p>a<text:a xlink:href="https://larch.example/">b</text:a></text:p><script:event-listener script:event-name="dom:load" xlink:href="x"/></office:body>',
        },
        { name: 'META-INF/manifest.xml', data: '<manifest/>' },
      ].map(file => ({ ...file, stored: true })),
    ),
  ],
  [
    'RTF',
    'a.rtf',
    Buffer.from(
      '{\\rtf1{\\fonttbl x}{\\field{\\*\\fldinst HYPERLINK "https://larch.example/"}{\\fldrslt \\u104?\\\'41}}{\\object{\\*\\objdata 0105\\bin4 abcd 00}}{\\pict\\pngblip 00}{\\*\\template \\\\\\\\a.example\\\\b}}',
    ),
  ],
  [
    'a flat document',
    'a.xml',
    Buffer.from(
      '<?mso-application progid="Word.Document"?><w:wordDocument><w:hlink w:dest="https://larch.example/"/><w:attachedTemplate w:val="http://larch.example/"/><w:instrText>HYPERLINK "https://a.example/"</w:instrText><w:binData w:name="a.mso">QWN0aXZlTWltZQ==</w:binData><Cell ss:Formula="=1"/></w:wordDocument>',
    ),
  ],
  ['a message', 'a.eml', Buffer.from(message)],
  ['a web archive', 'a.doc', Buffer.from(message.replace(/^From[^\n]*\n|^To[^\n]*\n|^Message[^\n]*\n/gm, ''))],
  ['winmail.dat', 'winmail.dat', tnef],
  [
    'a notebook',
    'a.one',
    Buffer.concat([
      Buffer.from('e4525c7b8cd8a74daeb15378d02996d3', 'hex'),
      Buffer.from([18, 0, 0, 0]),
      wide('run.exe'),
      Buffer.from('e716e3bd65261145a4c48d4d0b7a9eac', 'hex'),
      Buffer.from([2, 0, 0, 0]),
      Buffer.alloc(16),
      Buffer.from('MZ'),
    ]),
  ],
  [
    'a message of Outlook',
    'a.msg',
    ole([
      { path: '__properties_version1.0', data: Buffer.alloc(32) },
      {
        path: '__substg1.0_10090102',
        data: Buffer.from('2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232', 'hex'),
      },
      { path: '__attach_version1.0_#00000000/__substg1.0_37010102', data: 'MZ' },
    ]),
  ],
  ['a workbook', 'a.xls', workbook(stream(MACRO_BOOK))],
  ['a workbook in RC4', 'a.xls', workbook(rc4Book(MACRO_BOOK, 'VelvetSweatshop'))],
  ['a workbook in RC4 of the CryptoAPI', 'a.xls', workbook(cryptoApiBook(MACRO_BOOK, 'VelvetSweatshop'))],
  ['a workbook in exclusive or', 'a.xls', workbook(xorBook(MACRO_BOOK, 'VelvetSweatshop', 0xb359, 0x9a0a))],
  ['an encrypted document', 'a.xlsx', readFileSync('fixtures/encrypted/standard.xlsm')],
  [
    'a presentation',
    'a.ppt',
    ole([
      {
        path: 'PowerPoint Document',
        data: Buffer.from('0f00e8031000000000 00a80f03000000414243'.replaceAll(' ', ''), 'hex'),
      },
    ]),
  ],
  ['a table', 'a.csv', Buffer.from('a,=cmd|\'/c x\'!A1\n=HYPERLINK("https://larch.example/")\n')],
]

/** An error of the reader itself, in place of a read beyond the bytes. */
const MISTAKE = /undefined|not a function|not iterable|null|Invalid (?:string|array) length/

const evidence = (found: Inspection | undefined): readonly string[] => [
  ...(found?.evidence ?? []),
  ...(found?.inside ?? []).flatMap(({ inspection }) => evidence(inspection)),
]

test.for(FILES)('M13 %s with bytes changed, cut out and put in', { timeout: 120_000 }, async ([, name, bytes]) => {
  const below = dice(bytes.length)
  const inspect = async (changed: Buffer): Promise<void> => {
    const sentences = evidence(await inspector({ signal })(name, changed))
    expect(sentences.filter(sentence => MISTAKE.test(sentence))).toEqual([])
  }
  // Each document that is decrypted takes a tenth of a second.
  for (let round = runs(name === 'a.xlsx' ? 5 : 60); round > 0; round -= 1) {
    const changed = Buffer.from(bytes)
    for (let change = below(6); change >= 0; change -= 1) changed[below(changed.length)] = below(256)
    await inspect(changed)
    await inspect(bytes.subarray(0, below(bytes.length)))
    const at = below(bytes.length)
    await inspect(Buffer.concat([bytes.subarray(0, at), Buffer.from([below(256), below(256)]), bytes.subarray(at)]))
  }
})
