/** Honest calendars, cards, shortcuts and profiles, as services and colleagues send them: they cost next to nothing. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { contentFilters } from '../../../../src/filters/content/content-filters.ts'
import { recommended } from '../../../../src/filters/recommended.ts'
import { postern } from '../../../../src/index.ts'
import { zone } from '../../../../src/testing/zone.ts'
import { zip } from '../../../archives/build.ts'

interface Sent {
  readonly from: string
  readonly subject: string
  readonly text: string
  readonly name: string
  readonly type: string
  readonly data: string | Buffer
  /** The file is a part that mail programs show as an invitation. */
  readonly isInline?: true
}

const vevent = (...lines: readonly string[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'METHOD:REQUEST',
    'BEGIN:VEVENT',
    'UID:1',
    ...lines,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]
    .flatMap(line => line.match(/.{1,74}/g) ?? [''])
    .join('\r\n ')
    .replaceAll(/\r\n (?=[A-Z-]+[;:]|$)/g, '\r\n')

const invitation = { type: 'text/calendar; charset=utf-8; method=REQUEST', name: 'invite.ics', isInline: true } as const

const GOOGLE = vevent(
  'ORGANIZER;CN=Anna Meyer:mailto:anna@larchfield.example',
  'ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;CN=bob@example.org:mailto:bob@example.org',
  'X-GOOGLE-CONFERENCE:https://meet.google.com/abc-defg-hij',
  'SUMMARY:Planning',
  'LOCATION:Room 4',
  'DESCRIPTION:<p>Agenda: <a href="https://www.google.com/url?q=https://docs.google.com/document/d/1AbC/edit&amp;sa=D&amp;source=calendar">document</a> <a href="https://www.google.com/url?q=https%3A%2F%2Fboards.example.com%2Fplan&amp;sa=D&amp;source=calendar">https://boards.example.com/plan</a></p>\\n-::~:~::~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~::~:~::-\\nJoin with Google Meet: https://meet.google.com/abc-defg-hij\\nOr dial: (US) +1 661-555-0142 PIN: 123456789#\\nMore phone numbers: https://tel.meet/abc-defg-hij?pin=1234567890123&hs=7\\n\\nLearn more about Meet at: https://support.google.com/a/users/answer/9282720\\n\\nPlease do not edit this section.\\n-::~:~::~:~::-',
)
const TEAMS = vevent(
  'ORGANIZER;CN=Anna Meyer:mailto:anna@larchfield.example',
  'SUMMARY;LANGUAGE=en-US:Weekly review',
  'LOCATION;LANGUAGE=en-US:Microsoft Teams Meeting',
  'DESCRIPTION;LANGUAGE=en-US:________________________________________________________________________________\\nMicrosoft Teams Need help?<https://aka.ms/JoinTeamsMeeting?omkt=en-US>\\nJoin the meeting now<https://teams.microsoft.com/l/meetup-join/19%3ameeting_MjQ%40thread.v2/0?context=%7b%22Tid%22%3a%2272f988bf%22%7d>\\nMeeting ID: 234 567 890 12\\nPasscode: aB3dE9\\nDial in by phone\\n+1 323-555-0142\\,\\,123456789#<tel:+13235550142\\,\\,123456789#> United States\\, Los Angeles\\nFind a local number<https://dialin.teams.microsoft.com/8551f4c1?id=123456789>\\nFor organizers: Meeting options<https://teams.microsoft.com/meetingOptions/?organizerId=1> | Reset dial-in PIN<https://dialin.teams.microsoft.com/usp/pstnconferencing>\\n',
  'X-MICROSOFT-SKYPETEAMSMEETINGURL:https://teams.microsoft.com/l/meetup-join/19%3ameeting_MjQ%40thread.v2/0',
  'X-MICROSOFT-ONLINEMEETINGCONFLINK:conf:sip:anna@larchfield.example\\;gruu\\;opaque=app:conf:focus:id:teams:2:0!19',
  'X-ALT-DESC;FMTTYPE=text/html:<html><body><a href="https://teams.microsoft.com/l/meetup-join/19%3ameeting_MjQ%40thread.v2/0">Join the meeting now</a><br><a href="https://aka.ms/JoinTeamsMeeting?omkt=en-US">Need help?</a></body></html>',
)
const ZOOM = vevent(
  'ORGANIZER;CN=Anna Meyer:mailto:anna@larchfield.example',
  "SUMMARY:Anna Meyer's Zoom Meeting",
  'LOCATION:https://us02web.zoom.us/j/81234567890?pwd=QWxhZGRpbjpvcGVuIHNlc2FtZQ.1',
  'DESCRIPTION:Anna Meyer is inviting you to a scheduled Zoom meeting.\\n\\nJoin Zoom Meeting\\nhttps://us02web.zoom.us/j/81234567890?pwd=QWxhZGRpbjpvcGVuIHNlc2FtZQ.1\\n\\nView meeting insights with Zoom AI Companion\\nhttps://us02web.zoom.us/launch/edl?muid=5d8f2b1c\\n\\nMeeting ID: 812 3456 7890\\nPasscode: 482913\\n\\n---\\n\\nOne tap mobile\\n+13465550142\\,\\,81234567890#\\,\\,\\,\\,*482913# US (Houston)\\n\\nDial by your location\\n• +1 346 555 0142 US (Houston)\\n• +1 720 555 0143 US (Denver)\\n\\nMeeting ID: 812 3456 7890\\nPasscode: 482913\\n\\nFind your local number: https://us02web.zoom.us/u/kbQ2mPpXyZ\\n',
)
const BOOKING = vevent(
  'ORGANIZER;CN=Calendly:mailto:no-reply@calendly.com',
  'SUMMARY:30 Minute Meeting between Bob Baker and Anna Meyer',
  'DESCRIPTION:Event Name\\n30 Minute Meeting\\n\\nNeed to make changes to this event?\\nCancel: https://calendly.com/cancellations/5d8f2b1c-1111\\nReschedule: https://calendly.com/reschedulings/5d8f2b1c-1111\\n\\nPowered by Calendly.com\\n',
  'LOCATION:https://calendly.com/events/5d8f2b1c/google_meet',
)
const FEED = ['BEGIN:VCALENDAR', 'X-WR-CALNAME:League']
  .concat(
    Array.from({ length: 380 }, (_, index) =>
      [
        'BEGIN:VEVENT',
        `SUMMARY:Round ${index}`,
        `URL:https://league.example/match/${index}`,
        `DESCRIPTION:Tickets: https://league.example/tickets/${index}\\nVerify the time before you travel.`,
        'END:VEVENT',
      ].join('\r\n'),
    ),
  )
  .concat('END:VCALENDAR', '')
  .join('\r\n')

const CARD = [
  'BEGIN:VCARD',
  'VERSION:3.0',
  'N:Meyer;Anna;;;',
  'FN:Anna Meyer',
  'ORG:Larchfield Architects;',
  'TEL;type=CELL:+44 7700 900142',
  'EMAIL;type=INTERNET:anna@larchfield.example',
  'item1.URL;type=pref:https\\://www.larchfield.example/',
  'X-SOCIALPROFILE;type=linkedin:https://www.linkedin.com/in/anna-meyer-architect',
  `PHOTO;ENCODING=b;TYPE=JPEG:${Buffer.alloc(600, 7).toString('base64').replace(/.{70}/g, '$&\r\n ')}`,
  'END:VCARD',
  '',
].join('\r\n')

const PROFILE = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.mail.managed</string>
<key>EmailAddress</key><string>bob@example.org</string><key>IncomingMailServerHostName</key><string>imap.hoster.example</string></dict></array>
<key>PayloadDisplayName</key><string>Mail of example.org</string><key>PayloadType</key><string>Configuration</string></dict></plist>`

const PROJECT = zip([
  {
    name: 'Reports/Reports.csproj',
    data: '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup><Target Name="Version" AfterTargets="Build"><Exec Command="git describe" /></Target></Project>',
  },
  { name: 'Reports/Program.cs', data: 'Console.WriteLine("https://larchfield.example/");' },
])

const sent: Readonly<Record<string, Sent & { readonly max: number }>> = {
  'an invitation of Google Calendar': {
    from: 'anna@larchfield.example',
    subject: 'Invitation: Planning @ Thu 3 Dec 2026 9am (GMT)',
    text: 'Planning\nThursday 3 Dec 2026, 9am\nGuests: Bob Baker\nhttps://calendar.google.com/calendar/event?action=VIEW&eid=MWFi',
    ...invitation,
    data: GOOGLE,
    max: 1,
  },
  'an invitation of Outlook with Teams': {
    from: 'anna@larchfield.example',
    subject: 'Weekly review',
    text: 'Microsoft Teams meeting\nJoin: https://teams.microsoft.com/l/meetup-join/19%3ameeting_MjQ%40thread.v2/0',
    ...invitation,
    data: TEAMS,
    max: 1,
  },
  'an invitation of Zoom': {
    from: 'anna@larchfield.example',
    subject: 'Invitation: Zoom meeting',
    text: 'Anna Meyer is inviting you to a scheduled Zoom meeting.',
    ...invitation,
    data: ZOOM,
    max: 1,
  },
  'a booking of Calendly, attached': {
    from: 'no-reply@calendly.com',
    subject: 'Confirmed: 30 Minute Meeting with Anna Meyer',
    text: 'Hi Bob,\n\nyour 30 Minute Meeting with Anna Meyer is scheduled.',
    name: 'invite.ics',
    type: 'application/ics',
    data: BOOKING,
    max: 1,
  },
  'a calendar of a season with hundreds of links': {
    from: 'office@league.example',
    subject: 'The calendar of the season',
    text: 'Hello,\n\nattached you find all matches.\n\nRegards',
    name: 'season.ics',
    type: 'text/calendar',
    data: FEED,
    max: 1,
  },
  'a card of a colleague': {
    from: 'anna@larchfield.example',
    subject: 'My new number',
    text: 'Hi Bob,\n\nhere is my new card.\n\nAnna',
    name: 'Anna Meyer.vcf',
    type: 'text/vcard',
    data: CARD,
    max: 1,
  },
  'a shortcut of a colleague to a page': {
    from: 'anna@larchfield.example',
    subject: 'The wiki page',
    text: 'Hi Bob,\n\nthis is the page that I meant.\n\nAnna',
    name: 'Wiki.url',
    type: 'application/octet-stream',
    data: '[InternetShortcut]\r\nURL=https://wiki.larchfield.example/pages/planning\r\n',
    max: 2.9,
  },
  'a profile of a mail provider': {
    from: 'support@hoster.example',
    subject: 'Your mailbox on the iPhone',
    text: 'Hello,\n\nopen the attached profile on your iPhone or Mac. It sets up the mailbox that you ordered.\n\nThe support',
    name: 'mail.mobileconfig',
    type: 'application/x-apple-aspen-config',
    data: PROFILE,
    max: 2.9,
  },
  'a project of a programmer': {
    from: 'anna@larchfield.example',
    subject: 'The report tool',
    text: 'Hi Bob,\n\nthe sources are attached. Build with dotnet build.\n\nAnna',
    name: 'Reports.zip',
    type: 'application/zip',
    data: PROJECT,
    max: 1,
  },
}

const IP = '192.0.2.1'
const domains = [...new Set(Object.values(sent).map(({ from }) => from.replace(/^.*@/, '')))]
const literal = {
  'mail.sender.example': { A: IP },
  '1.2.0.192.in-addr.arpa': { PTR: 'mail.sender.example' },
  ...Object.fromEntries(
    domains.flatMap(domain => [
      [domain, { A: IP, MX: { exchange: 'mail.sender.example', priority: 10 }, TXT: [`v=spf1 ip4:${IP} -all`] }],
      [`_dmarc.${domain}`, { TXT: ['v=DMARC1; p=none'] }],
    ]),
  ),
}

const own = ['example.org']
const common = { name: 'mx.example.org', mode: 'shadow', trace: [] } as const
const filters = recommended({ domains: own, content: true }).filter(
  ({ name }) => name !== 'bulk' && name !== 'rate-limit',
)
const gateways = [
  ['with all filters', postern({ ...common, dns: zone(literal), filters })],
  ['by its content alone', postern({ ...common, dns: zone({}), filters: contentFilters({ domains: own }) })],
] as const

function messageOf({ from, subject, text, name, type, data, isInline }: Sent): string {
  const file = Buffer.from(data).toString('base64').replace(/.{76}/g, '$&\r\n')
  return [
    'Received: from mail.sender.example (mail.sender.example [192.0.2.1]) by mx.example.org with ESMTPS; Sun, 29 Nov 2026 11:52:14 +0000',
    `From: Anna Meyer <${from}>`,
    'To: Bob Baker <bob@example.org>',
    `Subject: ${subject}`,
    'Date: Sun, 29 Nov 2026 11:52:10 +0000',
    `Message-ID: <20261129115210.1@${from.replace(/^.*@/, '')}>`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/${isInline ? 'alternative' : 'mixed'}; boundary=b`,
    '',
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    '',
    text,
    '--b',
    `Content-Type: ${type}${isInline ? '' : `; name="${name}"`}`,
    ...(isInline ? [] : [`Content-Disposition: attachment; filename="${name}"`]),
    'Content-Transfer-Encoding: base64',
    '',
    file,
    '--b--',
    '',
  ].join('\r\n')
}

test.for(Object.keys(sent).flatMap(kind => gateways.map(([how]) => [kind, how] as const)))(
  '%s costs little %s',
  async ([kind, how]) => {
    const one = sent[kind]
    const gateway = gateways.find(([name]) => name === how)?.[1]
    if (one === undefined || gateway === undefined) throw new Error('there is no such message')
    const session = gateway.open({ ip: IP })
    await session.connect()
    await session.helo('mail.sender.example')
    await session.mail(one.from, { utf8: true })
    await session.rcpt('bob@example.org')
    const { findings, score } = await session.data(Readable.from([Buffer.from(messageOf(one))]))
    session.close()
    const why = findings
      .filter(({ points, verdict }) => points || verdict)
      .map(({ rule, points, reason }) => `${rule} ${points}: ${reason}`)
    expect(score, why.join('\n')).toBeLessThan(one.max)
    expect(
      findings.some(({ verdict }) => verdict),
      why.join('\n'),
    ).toBe(false)
  },
)
