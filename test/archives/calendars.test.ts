/** Calendars and cards: what their programs show, link to and hold. */
import { describe, expect, test } from 'vitest'
import { inspector } from '../../src/archives/inspect.ts'

const { signal } = new AbortController()
const look = async (text: string | Buffer, name = 'invite.ics') => {
  const found = await inspector({ signal })(name, Buffer.from(text))
  if (found === undefined) throw new Error('the format is not known')
  return found
}
const calendar = (...lines: readonly string[]): string =>
  ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n')
const urls = async (text: string, name?: string) => (await look(text, name)).links.map(({ url }) => url)

describe('calendars', () => {
  test('a link that a fold cuts is whole, and escapes are undone', async () => {
    const text = calendar(
      'DESCRIPTION:Confirm at once\\, here: https://user.exam',
      ' ple.net/a',
      '\t/b?c=1\\nThank you',
    )
    const found = await look(text)
    expect(found.format).toBe('calendar')
    const url = 'https://user.example.net/a/b?c=1'
    expect(found.links).toEqual([{ url, shown: url }])
    expect(found.text).toBe('Confirm at once, here: https://user.example.net/a/b?c=1\nThank you')
  })

  test.for([
    ['LOCATION:https://a.example.net/teams'],
    ['LOCATION;ALTREP="https://a.example.net/teams":Room 4'],
    ['URL:https://a.example.net/teams'],
    ['URL;VALUE=URI:https://a.example.net/teams'],
    ['ATTACH:https://a.example.net/teams'],
    ['CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL="a:b;c":https://a.example.net/teams'],
    ['X-MICROSOFT-SKYPETEAMSMEETINGURL:https://a.example.net/teams'],
    ['X-ALT-DESC;FMTTYPE=text/html:<a href="https://a.example.net/teams">Join</a>'],
    ['DESCRIPTION:See <b>all</b> <a href="https://a.example.net/teams">here</a>'],
    ['description;language=en:see https://a.example.net/teams'],
    ['DESCRIPTION;ENCODING=QUOTED-PRINTABLE:See=20https://a.exa=\r\nmple.net/teams'],
    ['SUMMARY:https\\://a.example.net/teams'.replace('\\:', ':')],
  ])('the link of %s is seen', async ([line = '']) => {
    expect(await urls(calendar(line))).toEqual(['https://a.example.net/teams'])
  })

  test('what a link shows is known where the description is HTML', async () => {
    const line = 'X-ALT-DESC;FMTTYPE=text/html:<a href="https://a.example.net/">https://www.bank.example/</a>'
    expect((await look(calendar(line))).links).toEqual([
      { url: 'https://a.example.net/', shown: 'https://www.bank.example/' },
      { url: 'https://www.bank.example/', shown: 'https://www.bank.example/' },
    ])
  })

  test('the organiser is a link with the name that is shown', async () => {
    const { links } = await look(calendar('ORGANIZER;CN="Bank, Service":mailto:a@example.net'))
    expect(links).toEqual([{ url: 'mailto:a@example.net', shown: 'Bank, Service' }])
  })

  test.for([
    ['as RFC 5545 says', 'ATTACH;FMTTYPE=application/octet-stream;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=a.exe:'],
    ['folded and in small letters', 'attach;encoding=b;filename="a.exe":'],
    ['as a data URL', 'ATTACH;FILENAME=a.exe:data:application/octet-stream;base64,'],
  ])('a file inside is inspected, %s', async ([, head = '']) => {
    const data = Buffer.from(`MZ${'\0'.repeat(80)}`)
      .toString('base64')
      .replace(/.{40}/g, '$&\r\n ')
    const { members, inside, traits } = await look(calendar(head + data))
    expect(members).toEqual([{ name: 'a.exe', size: 82 }])
    expect(inside.map(({ inspection }) => inspection.format)).toEqual(['pe'])
    expect(traits).toEqual(['embedded-file'])
  })

  test('a file on a share of another host, and an alarm that starts a program, are traits', async () => {
    const share = await look(calendar('ATTACH;FMTTYPE=audio/wav:file://192.0.2.1/a/b.wav'))
    expect(share.evidence).toEqual(['it refers to a file on the host 192.0.2.1'])
    const alarm = await look(calendar('BEGIN:VALARM', 'ACTION:PROCEDURE', 'ATTACH:calc.exe', 'END:VALARM'))
    expect(alarm.traits).toEqual(['launch'])
  })

  test('names of programs and time zones are no links', async () => {
    const lines = ['TZURL:https://www.tzurl.org/zoneinfo/Europe/Oslo', 'UID:https://a.example.net/1', 'ATTACH:CID:1']
    expect(await urls(calendar(...lines))).toEqual([])
  })

  test('the bytes decide, whatever the name; a page and a script are what their names say', async () => {
    expect((await look(calendar('SUMMARY:x'), 'a.bin')).format).toBe('calendar')
    expect((await look(`\ufeff${calendar('SUMMARY:<html>')}`, 'a.txt')).format).toBe('calendar')
    expect((await look(calendar('SUMMARY:<script>1</script>'), 'a.html')).format).toBe('html')
    expect((await look(calendar('SUMMARY:x'), 'a.js')).format).toBe('script')
  })

  test('more properties than the limit are not examined', async () => {
    const { beyond } = await look(calendar(...Array<string>(60_000).fill('X-A:1')))
    expect(beyond).toBe('it has more properties than are read')
  })
})

describe('cards', () => {
  const card = (...lines: readonly string[]): string =>
    ['BEGIN:VCARD', 'VERSION:3.0', ...lines, 'END:VCARD'].join('\r\n')

  test('text and links are seen, also in groups and in quoted-printable', async () => {
    const found = await look(
      card(
        'FN:Anna Poe',
        'item1.URL;type=pref:https\\://a.example.net/',
        'NOTE;ENCODING=QUOTED-PRINTABLE:Call=20+1=20202=20555=200142, https://b.exam=\r\nple.net/',
        'X-SOCIALPROFILE;TYPE=linkedin:https://c.example.net/in/a',
      ),
      'anna.vcf',
    )
    expect([found.format, found.text]).toEqual(['vcard', 'Anna Poe\nCall +1 202 555 0142, https://b.example.net/'])
    expect(found.links.map(({ url }) => url)).toEqual([
      'https://a.example.net/',
      'https://b.example.net/',
      'https://c.example.net/in/a',
    ])
  })

  test('a picture is kept for codes, and a program is found', async () => {
    const png = Buffer.from('89504e470d0a1a0a00', 'hex').toString('base64')
    const exe = Buffer.from(`MZ${'\0'.repeat(80)}`).toString('base64')
    const found = await look(card(`PHOTO;ENCODING=b;TYPE=PNG:${png}`, `LOGO:data:image/png;base64,${exe}`))
    expect(found.pictures?.map(({ format }) => format)).toEqual(['png'])
    expect(found.inside.map(({ inspection }) => inspection.format)).toEqual(['pe'])
  })
})
