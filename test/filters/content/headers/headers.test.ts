/** Header fields that no honest program writes so: each rule with what fires it and what just does not. */
import { type HeadersRule, headers } from '../../../../src/filters/content/headers/headers.ts'
import { clock } from '../../../../src/testing/clock.ts'
import { message } from '../../../../src/testing/message.ts'
import { type RuleCase, tryRules } from '../../../support/rule-cases.ts'

const received = (from: string, by: string, at: string): string => `from ${from} by ${by} with ESMTP id 1; ${at}`

const cases: Readonly<Record<HeadersRule, RuleCase>> = {
  'headers/date-form': {
    fires: { date: '2026-01-01T12:00' },
    reason: 'the Date field is no date: “2026-01-01T12:00”',
    spares: { date: 'Thu, 1 Jan 26 12:00 GMT' },
  },
  'headers/date-impossible': {
    fires: { date: 'Thu, 1 Jan 2026 12:00:00 -1900' },
    reason: 'the Date field has no time zone, or one that does not exist: “Thu, 1 Jan 2026 12:00:00 -1900”',
    spares: { date: 'Thu, 1 Jan 2026 12:00:00 +1400 (somewhere)' },
  },
  'headers/date-future': {
    fires: { clock: clock({ now: Date.UTC(2025, 11, 30) }), message: message() },
    reason: 'the message is dated 3 days ahead',
    spares: { clock: clock({ now: Date.UTC(2026, 0, 1) }), message: message() },
  },
  'headers/date-past': {
    fires: { header: { Received: received('a.example', 'b.example', 'Tue, 6 Jan 2026 12:00:00 +0000') } },
    reason: 'the message is dated 5 days before the first server took it',
    spares: { header: { Received: received('a.example', 'b.example', 'Sun, 4 Jan 2026 12:00:00 +0000') } },
  },
  'headers/message-id-form': {
    fires: { messageId: 'abc' },
    reason: 'the Message-ID is malformed: “abc”',
    spares: { messageId: '<abc@example.org>' },
  },
  'headers/message-id-host': {
    fires: { messageId: '<1@localhost>' },
    reason: 'the Message-ID names no host: “localhost”',
    spares: { messageId: '<1@example.org>' },
  },
  'headers/message-id-free-mail': {
    fires: { from: 'carla@gmail.com', messageId: '<1@evil.example.com>' },
    reason: 'the author is at “gmail.com”, and nothing in the message has gone through it',
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
    reason: 'the Message-ID was made by the server “mx.relay.example.net” on the way',
    spares: {
      messageId: '<20260101@mx.example.org>',
      header: { Received: received('pc.example.org', 'mx.example.org', 'Thu, 1 Jan 2026 12:00:00 +0000') },
    },
  },
  'headers/outlook-forged': {
    fires: { header: { 'X-Mailer': 'Microsoft Outlook Express 6.00.2600.0000' } },
    reason: 'the message claims to be of “Microsoft Outlook Express 6.00.2600.0000”, and lacks its X-MimeOLE',
    spares: { header: { 'X-Mailer': 'Microsoft Outlook 16.0', 'Thread-Index': 'AQHa' } },
  },
  'headers/outlook-id': {
    fires: { messageId: '<000a01c2f133$2a7b3c40$0100007f@pc>' },
    reason: 'the Message-ID is in the form of Outlook, and the mailer is “not named”',
    spares: {
      messageId: '<000a01c2f133$2a7b3c40$0100007f@pc>',
      header: { 'X-MimeOLE': 'Produced By Microsoft MimeOLE' },
    },
  },
  'headers/bulk-mailer': {
    fires: { header: { 'X-PHP-Originating-Script': "1001:a.php(1) : eval()'d code" } },
    reason: "code inside of a web site has sent it: “1001:a.php(1) : eval()'d code”",
    spares: { header: { 'X-PHP-Originating-Script': '1001:class-phpmailer.php' } },
  },
  'headers/random-mailer': {
    fires: { header: { 'X-Mailer': '1DBTOPMHYPvWHpRaW08Y3j' } },
    reason: 'the mailer is “1DBTOPMHYPvWHpRaW08Y3j”',
    spares: { header: { 'X-Mailer': 'iPhone Mail (22B91)' } },
  },
  'headers/random-field': {
    fires: { header: { 'X-Qwrtzpsdfg': '1' } },
    reason: 'a field is called “x-qwrtzpsdfg”',
    spares: { header: { 'X-Mailgun-Sending-Ip': '192.0.2.1' } },
  },
  'headers/no-recipient': {
    fires: { to: false },
    reason: 'neither To nor Cc names anybody',
    spares: { to: false, header: { Cc: 'bob@example.net' } },
  },
  'headers/undisclosed': {
    fires: { to: 'undisclosed-recipients:;' },
    reason: 'the To field is “undisclosed-recipients:;”',
    spares: { to: 'Bob <bob@example.net>' },
  },
  'headers/many-recipients': {
    fires: {
      to: 'bo1@a.com, bo2@a.com, bo3@a.com, bo4@a.com, bo5@a.com, bo6@a.com, bo7@a.com, bo8@a.com, bo9@a.com, bu@a.com',
    },
    reason: 'To names 10 mailboxes in alphabetical order',
    spares: { to: 'a@a.com, b@a.com, c@a.com, d@a.com, e@a.com, f@a.com, g@a.com, h@a.com, i@a.com, j@a.com' },
  },
  'headers/subject-capitals': {
    fires: { subject: 'THIS IS FOR YOU' },
    reason: 'the subject is in capitals: “THIS IS FOR YOU”',
    spares: { subject: 'RE: ISO 9001' },
  },
  'headers/subject-marks': {
    fires: { subject: 'Only for you!!' },
    reason: 'the subject shouts: “Only for you!!”',
    spares: { subject: 'Only for you!' },
  },
  'headers/subject-tail': {
    fires: { subject: 'best mortgage rate                      vjd77q' },
    reason: 'the subject ends in “vjd77q”',
    spares: { subject: 'Ticket about the printer [#88123]' },
  },
  'headers/subject-names': {
    fires: { subject: 'bob1, have a look', to: 'bob1@example.net' },
    reason: 'the subject calls the recipient “bob1”',
    spares: { subject: 'bob, have a look' },
  },
  'headers/subject-address': {
    fires: { subject: 'Password of Bob@example.net expires' },
    reason: 'the subject holds the recipient’s address “bob@example.net”',
    spares: { subject: 'Password of bob expires' },
  },
  'headers/subject-empty': { fires: { subject: '' }, reason: 'there is no subject', spares: { subject: 'x' } },
  'headers/forged-route': {
    fires: { header: { Received: 'from 198.51.100.7 by 198.51.100.8; Thu, 1 Jan 2026 12:00:00 +0000' } },
    reason: 'a Received field is forged: “from 198.51.100.7 by 198.51.100.8; Thu, 1 Jan 2026 12:00:00 +0000”',
    spares: {
      header: { Received: 'from [198.51.100.7] by mx.example.org with ESMTP; Thu, 1 Jan 2026 12:00:00 +0000' },
    },
  },
  'headers/numeric-greeting': {
    fires: { helo: '198.51.100.7', message: message() },
    reason: 'a server was greeted as “198.51.100.7”',
    spares: { helo: 'mail7.example.org', message: message() },
  },
  'headers/route-backwards': {
    fires: {
      header: {
        Received: [
          received('b.example', 'c.example', 'Thu, 1 Jan 2026 05:00:00 +0000'),
          received('a.example', 'b.example', 'Thu, 1 Jan 2026 12:00:00 +0000'),
        ],
      },
    },
    reason: 'the times in the Received fields run backwards',
    spares: {
      header: {
        Received: [
          received('b.example', 'c.example', 'Thu, 1 Jan 2026 11:00:00 +0000'),
          received('a.example', 'b.example', 'Thu, 1 Jan 2026 12:00:00 +0000'),
        ],
      },
    },
  },
  'headers/no-mime-version': {
    fires: { message: 'From: alice@example.org\nContent-Type: text/plain\n\nHello\n' },
    reason: 'there is a Content-Type and no MIME-Version',
    spares: { message: 'From: alice@example.org\n\nHello\n' },
  },
  'headers/needless-base64': {
    fires: {
      message: `From: alice@example.org\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n${Buffer.from('plain words '.repeat(9)).toString('base64')}\n`,
    },
    reason: 'a text/plain of plain ASCII is in base64',
    spares: {
      message: `From: alice@example.org\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n${Buffer.from('schöne Wörter '.repeat(9)).toString('base64')}\n`,
    },
  },
  'headers/urgent': {
    fires: { header: { 'X-Priority': '1 (Highest)' } },
    reason: 'the message is marked as urgent',
    spares: { header: { 'X-Priority': '3' } },
  },
  'headers/numbers-in-address': {
    fires: { from: 'carla8812@gmail.com' },
    reason: 'the author is “carla8812@gmail.com”',
    spares: { from: 'carla88@gmail.com' },
  },
  'headers/author-nowhere': {
    fires: { from: 'root@box.localdomain' },
    reason: 'the author’s domain “box.localdomain” cannot be answered',
    spares: { from: 'root@box.example.org' },
  },
}

tryRules(headers, cases)
