/** Header fields that no honest program writes so: each rule with what fires it and what just does not. */

import { expect, test } from 'vitest'
import { type HeadersRule, headers } from '../../../../src/filters/content/headers/headers.ts'
import { clock } from '../../../../src/testing/clock.ts'
import { type MessageOptions, message } from '../../../../src/testing/message.ts'
import { probe } from '../../../../src/testing/probe.ts'
import type { Probed } from '../../../../src/testing/probed.ts'
import { type RuleCase, tryRules } from '../../../support/rule-cases.ts'

const received = (from: string, by: string, at: string): string => `from ${from} by ${by} with ESMTP id 1; ${at}`

const cases: Readonly<Record<HeadersRule, RuleCase>> = {
  'headers/date-malformed': {
    fires: { date: '2026-01-01T12:00' },
    reason: 'the Date field is malformed: “2026-01-01T12:00”',
    spares: { date: 'Thu, 1 Jan 26 12:00 GMT' },
  },
  'headers/date-impossible': {
    fires: { date: 'Thu, 1 Jan 2026 12:00:00 -1900' },
    reason: 'the Date field has no time zone, or a time zone that does not exist: “Thu, 1 Jan 2026 12:00:00 -1900”',
    spares: { date: 'Thu, 1 Jan 2026 12:00:00 +1400 (somewhere)' },
  },
  'headers/date-future': {
    fires: { clock: clock({ now: Date.UTC(2025, 11, 30) }), message: message() },
    reason: 'the Date field is 3 days in the future',
    spares: { clock: clock({ now: Date.UTC(2026, 0, 1) }), message: message() },
  },
  'headers/date-ahead': {
    fires: { header: { Received: received('a.example', 'b.example', 'Thu, 1 Jan 2026 04:00:00 +0000') } },
    reason: 'the Date field is 8 hours ahead of the first Received field',
    spares: { header: { Received: received('a.example', 'b.example', 'Thu, 1 Jan 2026 11:00:00 +0000') } },
  },
  'headers/date-past': {
    fires: { header: { Received: received('a.example', 'b.example', 'Tue, 6 Jan 2026 12:00:00 +0000') } },
    reason: 'the Date field is 5 days before the first Received field',
    spares: { header: { Received: received('a.example', 'b.example', 'Sun, 4 Jan 2026 12:00:00 +0000') } },
  },
  'headers/message-id-malformed': {
    fires: { messageId: 'abc' },
    reason: 'the Message-ID is malformed: “abc”',
    spares: { messageId: '<abc@example.org>' },
  },
  'headers/message-id-host': {
    fires: { messageId: '<1@ubuntu-s-1vcpu-512mb-10gb-sfo3-01>' },
    reason:
      'the right side of the Message-ID is an address, or the name of a machine that was never named: “ubuntu-s-1vcpu-512mb-10gb-sfo3-01”',
    spares: { messageId: '<1@pevik>' },
  },
  'headers/message-id-local-part': {
    fires: { from: 'ada <qzt77@example.org>', messageId: '<000d01ca494b$9997aeb0$6400a8c0@qzt77>' },
    reason: 'the Message-ID ends in the author’s local part: “<000d01ca494b$9997aeb0$6400a8c0@qzt77>”',
    spares: { from: 'jeff@example.org', messageId: '<005501c23058$cac1a9a0$680d0dc0@JEFF>' },
  },
  'headers/message-id-free-mail': {
    fires: { from: 'carla@gmail.com', messageId: '<1@evil.example.com>' },
    reason: 'the author writes from “gmail.com”, and the header shows no sign of that service',
    spares: {
      from: 'carla@gmail.com',
      messageId: '<1@laptop.example.com>',
      header: { Received: 'by mail-qk1-f170.google.com with SMTP id x2; Thu, 01 Jan 2026 12:00:00 +0000' },
    },
  },
  'headers/message-id-relay': {
    fires: {
      messageId: '<20260101@mx.relay.example.net>',
      header: { Received: received('pc.evil.example.com', 'mx.relay.example.net', 'Thu, 1 Jan 2026 12:00:00 +0000') },
    },
    reason: 'the server “mx.relay.example.net” on the route added the Message-ID',
    spares: {
      messageId: '<20260101@mx.example.org>',
      header: { Received: received('pc.example.org', 'mx.example.org', 'Thu, 1 Jan 2026 12:00:00 +0000') },
    },
  },
  'headers/outlook-forged': {
    fires: { header: { 'X-Mailer': 'Microsoft Outlook Express 6.00.2600.0000' } },
    reason: 'the message claims to be from “Microsoft Outlook Express 6.00.2600.0000”, and lacks its X-MimeOLE field',
    spares: { header: { 'X-Mailer': 'Microsoft Outlook 16.0', 'Thread-Index': 'AQHa' } },
  },
  'headers/outlook-message-id': {
    fires: { messageId: '<000a01c2f133$2a7b3c40$0100007f@pc>' },
    reason: 'the Message-ID has the form of Outlook, and the mailer is “not named”',
    spares: {
      messageId: '<000a01c2f133$2a7b3c40$0100007f@pc>',
      header: { 'X-MimeOLE': 'Produced By Microsoft MimeOLE' },
    },
  },
  'headers/bulk-mailer': {
    fires: { header: { 'X-PHP-Originating-Script': "1001:a.php(1) : eval()'d code" } },
    reason: "injected code of a web site sent the message: “1001:a.php(1) : eval()'d code”",
    spares: { header: { 'X-PHP-Originating-Script': '1001:class-phpmailer.php' } },
  },
  'headers/random-mailer': {
    fires: { header: { 'X-Mailer': '1DBTOPMHYPvWHpRaW08Y3j' } },
    reason: 'the mailer is “1DBTOPMHYPvWHpRaW08Y3j”',
    spares: { header: { 'X-Mailer': 'iPhone Mail (22B91)' } },
  },
  'headers/no-recipient': {
    fires: { to: 'Friend' },
    reason: 'neither To nor Cc contains an address',
    spares: { to: false, header: { Cc: 'bob@example.net' } },
  },
  'headers/undisclosed-recipients': {
    fires: { to: 'undisclosed-recipients:;' },
    reason: 'the To field is “undisclosed-recipients:;”',
    spares: { to: 'Bob <bob@example.net>' },
  },
  'headers/many-recipients': {
    fires: {
      to: 'bo1@a.com, bo2@a.com, bo3@a.com, bo4@a.com, bo5@a.com, bo6@a.com, bo7@a.com, bo8@a.com, bo9@a.com, bu@a.com',
    },
    reason: 'To contains 10 addresses, most of which begin with the same letter',
    spares: { to: 'a@a.com, b@a.com, c@a.com, d@a.com, e@a.com, f@a.com, g@a.com, h@a.com, i@a.com, j@a.com' },
  },
  'headers/subject-capitals': {
    fires: { subject: 'THIS IS FOR YOU' },
    reason: 'the subject is in capitals: “THIS IS FOR YOU”',
    spares: { subject: 'RE: ISO 9001' },
  },
  'headers/subject-punctuation': {
    fires: { subject: 'Only for you!!' },
    reason: 'the subject has conspicuous punctuation: “Only for you!!”',
    spares: { subject: 'Only for you!' },
  },
  'headers/subject-random-suffix': {
    fires: { subject: 'best mortgage rate                      vjd77q' },
    reason: 'the subject ends in the random string “vjd77q”',
    spares: { subject: 'Ticket about the printer\r\n\tupgrade [#TIX88123]' },
  },
  'headers/subject-recipient-name': {
    fires: { subject: 'bob1, have a look', to: 'bob1@example.net' },
    reason: 'the subject begins with the recipient’s local part “bob1”',
    spares: { subject: 'bob, have a look' },
  },
  'headers/subject-recipient-address': {
    fires: { subject: 'Password of Bob@example.net expires' },
    reason: 'the subject contains the recipient’s address “bob@example.net”',
    spares: { subject: 'Password of bob expires' },
  },
  'headers/subject-empty': { fires: { subject: '' }, reason: 'the message has no subject', spares: { subject: 'x' } },
  'headers/numeric-helo': {
    fires: { header: { Received: received('198.51.100.7', 'mx.example.org', 'Thu, 1 Jan 2026 12:00:00 +0000') } },
    reason: 'the first server was greeted as “198.51.100.7”',
    spares: { header: { Received: received('[198.51.100.7]', 'mx.example.org', 'Thu, 1 Jan 2026 12:00:00 +0000') } },
  },
  'headers/received-out-of-order': {
    fires: {
      header: {
        Received: [
          received('b.example', 'c.example', 'Wed, 31 Dec 2025 14:00:00 +0000'),
          received('a.example', 'b.example', 'Thu, 1 Jan 2026 12:00:00 +0000'),
        ],
      },
    },
    reason: 'the times of the Received fields are out of order',
    spares: {
      header: {
        Received: [
          received('b.example', 'c.example', 'Wed, 31 Dec 2025 22:00:00 +0000'),
          received('a.example', 'b.example', 'Thu, 1 Jan 2026 12:00:00 +0000'),
        ],
      },
    },
  },
  'headers/unnecessary-base64': {
    fires: {
      message: `From: alice@example.org\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n${Buffer.from('<p>plain words '.repeat(9)).toString('base64')}\n`,
    },
    reason: 'an HTML part of plain ASCII is encoded in base64',
    spares: {
      message: `From: alice@example.org\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n${Buffer.from('schöne Wörter '.repeat(9)).toString('base64')}\n`,
    },
  },
  'headers/high-priority': {
    fires: { header: { 'X-Priority': '1 (Highest)' } },
    reason: 'the message has a high priority',
    spares: { header: { 'X-Priority': '3' } },
  },
  'headers/digits-in-address': {
    fires: { from: 'carla8812@gmail.com' },
    reason: 'the author’s address ends in digits: “carla8812@gmail.com”',
    spares: { from: 'carla88@gmail.com' },
  },
  'headers/reserved-reply-to': {
    fires: { header: { 'Reply-To': 'reply@mail.example.com' }, from: 'alice@larch.net' },
    reason: 'answers go to “mail.example.com”, which is reserved for examples',
    spares: { header: { 'Reply-To': 'alice@hidden.invalid' }, from: 'alice@larch.net' },
  },
  'headers/encoded-letters': {
    fires: { from: '=?UTF-8?Q?=50=61=79=70=61=6C?= <a@example.org>' },
    reason: 'plain letters are encoded as numbers: “=?UTF-8?Q?=50=61=79=70=61=6C?= <a@example.org>”',
    spares: { from: '=?UTF-8?Q?J=C3=B6rg_M=C3=BCller=2C_B=5B1=5D?= <a@example.org>' },
  },
  'headers/needless-base64': {
    fires: { subject: '=?utf-8?B?UGF5bWVudCA=?= =?utf-8?B?ZHVl?=' },
    reason: 'plain ASCII is encoded in base64: “Payment due”',
    spares: { subject: '=?utf-8?B?UGF5bWVudCA=?= =?utf-8?B?ZsOkbGxpZw==?=' },
  },
  'headers/undeclared-bytes': {
    fires: {
      message: Buffer.from(
        'From: a@example.org\nSubject: Gr\xfc\xdfe\nContent-Type: text/plain\nContent-Transfer-Encoding: 7bit\n\nSch\xf6n\n',
        'latin1',
      ),
    },
    reason: 'there are undeclared bytes beyond ASCII in header fields and in text that declares 7bit',
    spares: {
      message: Buffer.from(
        'From: a@example.org\nSubject: Gr\xfc\xdfe\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\nSch\xf6n\n',
        'latin1',
      ),
    },
  },
  'headers/unreachable-author': {
    fires: { from: 'root@box.localdomain' },
    reason: 'mail to the author’s domain “box.localdomain” cannot be delivered',
    spares: { from: 'root@box.example.org' },
  },
}

tryRules(headers, cases)

const alone = (rule: HeadersRule, world: Probed) => probe(headers({ points: { [rule]: 1 } }), world)
const rulesOf = async (rule: HeadersRule, given: MessageOptions, world: Probed = {}) => {
  const found = await alone(rule, { reversePath: 'alice@example.org', message: message(given), ...world })
  return found.filter(finding => finding.rule === rule).length
}

test.for<[string, HeadersRule, MessageOptions, Probed?]>([
  [
    'a letter of Shift_JIS whose second byte is ASCII',
    'headers/encoded-letters',
    { subject: '=?shift_jis?Q?=83=41=83=42=83=43?=' },
  ],
  ['an apostrophe and a comma', 'headers/encoded-letters', { subject: '=?utf-8?Q?What=27s_new=2C_Bob=3F?=' }],
  [
    'ISO-2022-JP, which is ASCII by its bytes',
    'headers/needless-base64',
    { subject: '=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=' },
  ],
  [
    'a name with an accent in Q beside it',
    'headers/needless-base64',
    { from: '=?utf-8?B?QW5uYQ==?= =?utf-8?Q?_J=C3=B6rg?= <a@example.org>' },
  ],
  ['a code of two letters', 'headers/needless-base64', { subject: '=?utf-8?B?T0s=?=' }],
  ['a desktop that is named after its user', 'headers/message-id-host', { messageId: '<1@minwoo-desktop>' }],
  ['an address in brackets', 'headers/message-id-host', { messageId: '<1@[192.0.2.7]>' }],
  ['SendGrid', 'headers/message-id-host', { messageId: '<kzDNxIrSQMiV5pVC@geopod-ismtpd-7>' }],
  [
    'a computer named after its user',
    'headers/message-id-local-part',
    { from: 'brauner@example.org', messageId: '<20230906-kinder-118ea@brauner>' },
  ],
  [
    'a list that Gmane feeds',
    'headers/message-id-free-mail',
    { from: 'del@yahoo.com', header: { 'List-Id': '<a.lists.example>' } },
  ],
  ['a bounce without a recipient', 'headers/no-recipient', { to: false }, { reversePath: '' }],
  ['undisclosed recipients, which have their own rule', 'headers/no-recipient', { to: 'undisclosed-recipients:;' }],
  [
    'a bounce that its server numbered',
    'headers/message-id-relay',
    {
      messageId: '<1@mx.relay.example.net>',
      header: { Received: received('pc.evil.example.com', 'mx.relay.example.net', 'Thu, 1 Jan 2026 12:00:00 +0000') },
    },
    { reversePath: '' },
  ],
  [
    'a local user',
    'headers/message-id-relay',
    {
      messageId: '<1@dread.disaster.example>',
      header: { Received: received('dave', 'dread.disaster.example', 'Thu, 1 Jan 2026 12:00:00 +0000') },
    },
  ],
  [
    'SquirrelMail with the priority field of Outlook',
    'headers/outlook-forged',
    { header: { 'X-Mailer': 'SquirrelMail (version 1.2.6)', 'X-MSMail-Priority': 'Medium' } },
  ],
  [
    'a test installation that writes from the reserved domain',
    'headers/reserved-reply-to',
    { from: 'a@example.com', header: { 'Reply-To': 'b@example.com' } },
  ],
])('an honest kind passes: %s', async ([, rule, given, world]) => {
  expect(await rulesOf(rule, given, world)).toBe(0)
})

test.for<[string, string]>([
  ['ISO-2022-JP without a charset', 'Content-Type: text/plain\n\n\x1b$BF|K\\\x1b(B\n'],
  [
    'HTML that names its charset',
    'Content-Type: text/html\nContent-Transfer-Encoding: 8bit\n\n<meta charset=utf-8>Gr\xc3\xbc\xc3\x9fe\n',
  ],
  ['a program that declares nothing', 'X: Gr\xfc\xdfe\n\nGr\xfc\xdfe\n'],
  [
    'one of the three alone',
    'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 7bit\n\nGr\xc3\xbc\xc3\x9fe\n',
  ],
])('bytes that are explained are no finding: %s', async ([, rest]) => {
  const bytes = Buffer.from(`From: a@example.org\nSubject: Hello\n${rest}`, 'latin1')
  const found = await alone('headers/undeclared-bytes', { reversePath: 'a@example.org', message: bytes })
  expect(found.filter(({ rule }) => rule === 'headers/undeclared-bytes')).toEqual([])
})
