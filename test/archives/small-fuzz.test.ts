/** Small formats that are cut, changed or made at random: a reading ends, without an exception and in linear time. */
import { expect, test } from 'vitest'
import { inspector } from '../../src/archives/inspect.ts'
import { growth } from '../support/cpu.ts'
import { dice, randomBytes, runs } from '../support/random.ts'
import { shellLink } from '../support/shell-link.ts'

const text = (...lines: readonly string[]): Buffer => Buffer.from(lines.join('\r\n'))

const SAMPLES: readonly (readonly [name: string, bytes: Buffer])[] = [
  [
    'a.lnk',
    shellLink({
      items: ['C:', 'Windows', 'cmd.exe'],
      network: ['\\\\192.0.2.1\\a', 'b.exe'],
      description: 'x',
      path: '..\\a',
      arguments: `/c ${' '.repeat(90)}https://a.example.net/`,
      icon: '\\\\192.0.2.2\\i\\a.ico',
      environment: '%ComSpec%',
      rest: Buffer.from(`MZ${'\0'.repeat(70)}`),
    }),
  ],
  [
    'a.ics',
    text(
      'BEGIN:VCALENDAR',
      'DESCRIPTION;ALTREP="https://a.example.net/":<a href="https://b.example.net/">x</a>\\n',
      ' \\, y',
      'ATTACH;ENCODING=BASE64;X-FILENAME=a.zip:UEsDBAoAAAAAAA==',
      'NOTE;ENCODING=QUOTED-PRINTABLE:a=',
      'b=3D=C3=A9',
      'END:VCALENDAR',
    ),
  ],
  ['a.vcf', text('BEGIN:VCARD', 'item1.URL:https\\://a.example.net/', 'PHOTO;ENCODING=b:iVBORw0KGgo=', 'END:VCARD')],
  ['a.url', text('[InternetShortcut]', 'URL=file://192.0.2.1/a', 'IconFile=\\\\192.0.2.1\\b')],
  ['a.library-ms', text('<libraryDescription><url>\\\\192.0.2.1\\a</url>')],
  ['a.rdp', text('full address:s:192.0.2.1', 'drivestoredirect:s:*')],
  ['a.msc', text('<MMC_ConsoleFile><String>res://apds.dll/</String><Task Command="a"/>')],
  ['a.csproj', text('<Project><UsingTask TaskFactory="CodeTaskFactory"/><Code>x</Code><Exec Command="a"/>')],
  ['a.mobileconfig', text('<?xml?><plist><key>PayloadType</key><string>com.apple.mdm</string>')],
]

const { signal } = new AbortController()
const look = (name: string, bytes: Buffer) => inspector({ signal })(name, bytes)

/** Bytes changed, cut out, repeated or put in. */
function mutated(bytes: Buffer, roll: (sides: number) => number): Buffer {
  let found = Buffer.from(bytes)
  for (let left = 1 + roll(6); left > 0; left -= 1) {
    const at = roll(found.length + 1)
    const end = Math.min(found.length, at + roll(40))
    const kind = roll(4)
    if (kind === 0 && at < found.length) found[at] = roll(256)
    else if (kind === 1) found = Buffer.concat([found.subarray(0, at), found.subarray(end)])
    else if (kind === 2) found = Buffer.concat([found.subarray(0, end), found.subarray(at)])
    else found = Buffer.concat([found.subarray(0, at), randomBytes(roll(20), at), found.subarray(at)])
  }
  return found
}

test.for(SAMPLES.map(([name]) => name))('M14 a changed, cut or random %s is read to its end', async name => {
  const bytes = SAMPLES.find(one => one[0] === name)?.[1] ?? Buffer.alloc(0)
  const roll = dice(name.length)
  for (let length = 0; length < bytes.length; length += 1 + (bytes.length >> 6))
    await look(name, bytes.subarray(0, length))
  for (let left = runs(150); left > 0; left -= 1) await look(name, mutated(bytes, roll))
  for (let left = runs(20); left > 0; left -= 1) {
    const found = await look(name, Buffer.concat([bytes.subarray(0, 24), randomBytes(300, left)]))
    expect(found?.traits ?? []).not.toContain('bomb')
  }
})

test('M14 the time for a file that is made to be expensive grows with its size alone', async () => {
  const kinds: readonly (readonly [name: string, start: string, unit: string])[] = [
    ['a.ics', 'BEGIN:VCALENDAR\r\n', 'X;A="b;c:":\\n\r\n '],
    ['a.ics', 'BEGIN:VCALENDAR\r\nDESCRIPTION:', '<a '],
    ['a.vcf', 'BEGIN:VCARD\r\n', 'A;QUOTED-PRINTABLE:=\r\n'],
    ['a.url', '[InternetShortcut]\r\n', 'URL=\\\\a'],
    ['a.library-ms', '<libraryDescription>', '>   \\\\a\\'],
    ['a.rdp', '', 'a b c '],
    ['a.msc', '<MMC_ConsoleFile>', '<Task xmlns="'],
    ['a.csproj', '<Project>', '<UsingTask <Exec '],
    ['a.mobileconfig', '<?xml?><plist>', '<key>a</key>   '],
  ]
  const read = async (size: number): Promise<void> => {
    for (const [name, start, unit] of kinds) await look(name, Buffer.from(start + unit.repeat(size / unit.length)))
  }
  expect(await growth(read, { small: 100_000, large: 800_000, enough: 40, floor: 10 })).toBeLessThan(40)
})
