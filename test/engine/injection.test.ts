/** What a message says is data: it changes no configuration, no reply, no line of the log, whatever it looks like. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { postern } from '../../src/engine/gateway.ts'
import { clamav } from '../../src/filters/clamav/clamav.ts'
import { dnsbl } from '../../src/filters/dnsbl/dnsbl.ts'
import { recommended } from '../../src/filters/recommended.ts'
import type { GatewayEvent } from '../../src/index.ts'
import { jsonLine } from '../../src/log/json-line.ts'
import { formatReply } from '../../src/policy/reply.ts'
import { zone } from '../../src/testing/zone.ts'
import { fc, runs } from '../support/property.ts'

/** What some language, template, shell, query or format would take for an order. */
const orders = [
  ...[
    '\u0024{process.exit(1)}',
    '#{7*7}',
    '{{constructor.constructor("return process")()}}',
    '<%= 7*7 %>',
    '`id`',
    '$(id)',
  ],
  ...[
    '%s%n%x',
    '$&$`$1',
    '\\u0000\\x00',
    '__proto__',
    'constructor',
    '[object Object]',
    '../../etc/passwd',
    '%{i}',
    '%1$s',
  ],
  ...[
    '"},{"verdict":"accept"',
    "'; DROP TABLE mail; --",
    '*/ //',
    '<script>alert(1)</script>',
    '@include evil',
    '!ruby/object',
  ],
  ...['\n250 2.0.0 OK', '\r\nX-Spam-Flag: NO', '\u001b[2J', '\u202e', '\u2028', '\0', 'verdict=accept', 'points(-100)'],
]
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...orders), fc.string({ unit: 'binary', maxLength: 40 })), {
    minLength: 1,
    maxLength: 4,
  })
  .map(parts => parts.join(''))

/** What the client says of itself, and what only the message says. */
interface Said {
  readonly helo: string
  readonly local: string
  readonly ptr: string
  readonly subject: string
  readonly body: string
  readonly virus: string
}
const inert: Said = { helo: 'mx.example.org', local: 'alice', ptr: 'mx', subject: 'x', body: 'x', virus: 'Worm' }

async function play({ helo, local, ptr, subject, body, virus }: Said) {
  const events: GatewayEvent[] = []
  const options = {
    name: 'mx.example.net',
    dns: zone({
      '2.0.0.127.bl.example.com': { A: '127.0.0.2' },
      '1.2.0.192.in-addr.arpa': { PTR: `${ptr}.example.org` },
      'example.org': { MX: { priority: 10, exchange: 'mx.example.org' }, TXT: [`v=spf1 ${ptr} ?all`] },
    }),
    filters: [
      recommended({ domains: ['example.net'] }),
      dnsbl({ zones: [{ zone: 'bl.example.com' }] }),
      clamav({ scanner: { scanStream: async () => ({ isInfected: true, viruses: [virus] }) }, infected: 'quarantine' }),
    ],
    notify: () => undefined,
    privacy: { subject: 'plain' },
    events: (event: GatewayEvent) => void events.push(event),
  } as const
  const configured = () => JSON.stringify({ ...options, dns: 'keeps what it was asked' })
  const before = configured()
  const gateway = postern(options)
  const session = gateway.open({ ip: '192.0.2.1', ref: 'REF' })
  // A line of SMTP has neither NUL nor CR nor LF.
  const word = (text: string) => text.replace(/[\0\r\n]/g, '')
  // A field has no line end, or it would be several.
  const field = (text: string) => text.replace(/[\0\r\n]/g, ' ')
  const text = `From: a@example.org\r\nDate: Mon, 23 Nov 2026 11:00:00 +0000\r\nMessage-ID: <1@example.org>\r\nSubject: ${field(subject)}\r\n\r\n${field(body)}\r\n`
  const decisions = [
    await session.connect(),
    await session.helo(word(helo)),
    await session.mail(`${word(local)}@example.org`),
    await session.rcpt('bob@example.net'),
    await session.data(Readable.from([Buffer.from(text)])),
  ]
  session.close()
  await gateway.close()
  expect(configured()).toBe(before)
  return {
    replies: decisions.map(({ reply }) => formatReply(reply)),
    judged: decisions.map(({ verdict, score, findings }) => ({
      verdict,
      score,
      rules: findings.map(({ rule }) => rule),
    })),
    events,
  }
}

const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype]
const shape = () => JSON.stringify(prototypes.map(prototype => Object.getOwnPropertyNames(prototype)))

/** Bytes that do not belong into a header section are their own finding. */
const plainly = (text: string) => text.replace(/[^ -~]/g, '')

test('S06 what only the message says changes neither replies nor judgement', async () => {
  const plain = await play(inert)
  await fc.assert(
    fc.asyncProperty(hostile, hostile, hostile, async (subject, body, virus) => {
      const { replies, judged } = await play({ ...inert, subject: plainly(subject), body, virus })
      expect({ replies, judged }).toEqual({ replies: plain.replies, judged: plain.judged })
    }),
    { numRuns: runs(150) },
  )
})

test('S06 S02 S01 what anybody says leaves replies one line of the table, the log one object of its form, and prototypes alone', async () => {
  const keys = new Set((await play(inert)).events.flatMap(event => Object.keys(event)))
  const untouched = shape()
  await fc.assert(
    fc.asyncProperty(
      fc.record({ helo: hostile, local: hostile, ptr: hostile, subject: hostile, body: hostile, virus: hostile }),
      async said => {
        const { replies, events } = await play(said)
        for (const reply of replies)
          expect(reply).toMatch(/^[2-5]\d\d [245]\.\d{1,3}\.\d{1,3} [A-Za-z][A-Za-z0-9 ,.:;'()/-]*(?: ref=REF)?$/)
        expect(events.flatMap(event => Object.keys(event)).filter(key => !keys.has(key))).toEqual([])
        for (const event of events) {
          const logged = jsonLine(event)
          expect(logged).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]+\n$/u)
          expect(JSON.parse(logged)).toEqual(JSON.parse(JSON.stringify(event)))
        }
      },
    ),
    { numRuns: runs(150) },
  )
  expect(shape()).toBe(untouched)
})

test('S06 no source file can make a program of a text; only the programs load and start what their operator names', () => {
  const maker =
    /(?<!\.)\beval\s*\((?!\w+:)|\bFunction\s*\(|\bexecve\b|['"]node:(?:vm|child_process|repl)['"]|(?<!\.)\bimport\((?!\s*'|\w+:)|\bset(?:Timeout|Interval)\(\s*['"`]/
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'))
  expect(files.length).toBeGreaterThan(100)
  // A configuration that is a module, the IMAP client of `postern learn` where it is installed, systemd's notice of a
  // start, our own processes (the first one starts itself again with limits of its heap), and the build of the
  // console's pages where they run from source: none reads a message.
  const programs = [
    ...['cli/replay.ts', 'cli/learn/imap.ts', 'relay/config/load.ts', 'relay/notify-manager.ts', 'relay/heap.ts'],
    ...['relay/workers/worker-process.ts', 'relay/management/management-process.ts', 'console/assets.ts'],
  ]
  const makers = files.filter(file => maker.test(readFileSync(join('src', file), 'utf8')))
  expect(makers.filter(file => !programs.includes(file))).toEqual([])
})
