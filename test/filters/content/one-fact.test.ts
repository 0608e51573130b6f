/**
 * One fact is charged once: no single header value and no single link reaches the quarantine threshold by itself,
 * unless a rule says that it is certain.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { contentFilters } from '../../../src/filters/content/content-filters.ts'
import { certainRules } from '../../../src/filters/content/rule-sets.ts'
import { headerForm } from '../../../src/filters/header-form.ts'
import { postern } from '../../../src/index.ts'
import { type MessageOptions, message } from '../../../src/testing/message.ts'
import { zone } from '../../../src/testing/zone.ts'
import { long } from '../../support/full.ts'
import { fc, runs } from '../../support/property.ts'

const QUARANTINE = 6
const TEXT = 'Hello Bob,\r\n\r\nthe minutes of our meeting on Tuesday are at the end of this mail.\r\n\r\nAlice\r\n'
const people = [{ name: 'Carla Direktor', addresses: ['carla@mycompany.net'] }]
const gateway = postern({
  name: 'mx.example.net',
  mode: 'shadow',
  dns: zone({}),
  trace: [],
  // The same text is sent again and again, which `bulk` counts.
  filters: [headerForm(), ...contentFilters({ domains: ['mycompany.net'], people })].filter(
    ({ name }) => name !== 'bulk',
  ),
})
const certain = certainRules()

/** The findings on a message, and their points; those of certain rules, and verdicts, are left out. */
async function judged(options: MessageOptions): Promise<{ readonly score: number; readonly why: readonly string[] }> {
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('client.example.org')
  await session.mail('alice@example.org')
  await session.rcpt('bob@example.net')
  const { findings } = await session.data(Readable.from([message(options)]))
  session.close()
  const charged = findings.filter(({ rule = '', points: cost }) => cost !== undefined && !certain.has(rule))
  return {
    score: charged.reduce((sum, { points: cost = 0 }) => sum + cost, 0),
    why: charged.map(({ rule, points: cost }) => `${rule} ${cost}`),
  }
}

async function staysBelow(options: MessageOptions, evidence: string): Promise<void> {
  const { score, why } = await judged(options)
  expect(score, `${JSON.stringify(evidence)}: ${why.join(', ')}`).toBeLessThan(QUARANTINE)
}

/** Every text in quotes in the tests of content rules and links. */
const quoted: readonly string[] = ['test/filters/content', 'test/links', 'test/facts'].flatMap(folder =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.test.ts') && !name.includes('one-fact'))
    .flatMap(name =>
      Array.from(
        readFileSync(join(folder, name), 'utf8').matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/g),
        ([, single = '', double = '']) => unescaped(single || double),
      ),
    ),
)

function unescaped(text: string): string {
  return text
    .replace(/\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})/gi, (_all, ...[a, b, c]) =>
      String.fromCodePoint(Number.parseInt(a ?? b ?? c, 16)),
    )
    .replace(/\\(.)/g, '$1')
}

/** One line, as a field can have it. */
const isValue = (text: string): boolean => text.length > 2 && text.length < 400 && !/\p{Cc}/u.test(text)
const values = [...new Set(quoted)].filter(isValue)
const mailboxes = values.filter(text => /^[^@]*<?[^\s@<>]+@[\w.-]+>?$/.test(text))
const urls = [
  ...new Set(
    quoted
      .flatMap(text => text.match(/(?:https?|ftp|javascript|data|vbscript|hxxp):[^\s"'<>]+/gi) ?? [])
      .filter(isValue),
  ),
]

test('the lists of the tests are found', () => {
  expect(values.length).toBeGreaterThan(500)
  expect(mailboxes.length).toBeGreaterThan(100)
  expect(urls.length).toBeGreaterThan(150)
})

const fields = {
  From: (value: string) => ({ from: value }),
  'Reply-To': (value: string) => ({ header: { 'Reply-To': value } }),
  To: (value: string) => ({ to: value }),
  Subject: (value: string) => ({ subject: value }),
  Date: (value: string) => ({ date: value }),
  'Message-ID': (value: string) => ({ messageId: value }),
  'X-Mailer': (value: string) => ({ header: { 'X-Mailer': value } }),
  Received: (value: string) => ({ header: { Received: value } }),
  Sender: (value: string) => ({ header: { Sender: value } }),
  'X-Priority': (value: string) => ({ header: { 'X-Priority': value } }),
} as const satisfies Readonly<Record<string, (value: string) => MessageOptions>>

/** Of each list so many are sent, as far apart as the list allows. */
const MAX_VALUES = long ? 500 : 120

const honest: MessageOptions = { text: TEXT }

test('the message around the values is honest', async () => {
  expect((await judged(honest)).score).toBeLessThan(1)
})

test.for(Object.entries(fields))('%s: no value of the tests reaches the threshold', async ([name, of]) => {
  const isMailbox = name === 'From' || name === 'Reply-To' || name === 'Sender' || name === 'To'
  // A subject of several sentences is a text: the rules for words apply to it as to any text.
  const seeds = isMailbox ? mailboxes : values.filter(({ length }) => name !== 'Subject' || length <= 120)
  const step = Math.ceil(seeds.length / MAX_VALUES)
  for (const value of seeds.filter((_, index) => index % step === 0))
    await staysBelow({ ...honest, ...of(value) }, `${name}: ${value}`)
})

const linked = (url: string, shown: string): MessageOptions => ({
  text: TEXT,
  html: `<p>Hello Bob,</p><p>the minutes of our meeting on Tuesday are <a href="${url}">${shown}</a>.</p><p>Alice</p>`,
})

test('no link of the tests reaches the threshold, whatever it shows', async () => {
  const step = Math.ceil(urls.length / MAX_VALUES)
  const sent = urls.filter((_, index) => index % step === 0)
  for (const url of sent) await staysBelow(linked(url, 'here'), url)
  const shown = urls.filter(url => url.startsWith('http')).slice(0, 40)
  for (const [index, url] of sent.entries()) await staysBelow(linked(url, shown[index % shown.length] ?? ''), url)
})

const words = fc.constantFrom(
  ...'paypal microsoft netflix dhl amazon apple support security service account billing verify login admin example.net'.split(
    ' ',
  ),
  ...'mycompany bob carla direktor update urgent confirm parcel bank help team invoice winner prize bitcoin'.split(' '),
)
const zones = fc.constantFrom(
  ...'com net top xyz click onmicrosoft.com web.app pages.dev workers.dev duckdns.org blogspot.com gmail.com'.split(
    ' ',
  ),
  ...'mycompany.co mycompanny.net example.net.evil.top ipfs.io xn--80ak6aa92e.com'.split(' '),
)
const joined = fc
  .array(words, { minLength: 1, maxLength: 4 })
  .chain(parts => fc.constantFrom('-', '', '.', '0', ' ').map(between => parts.join(between)))
const label = joined.map(text => text.replaceAll(' ', '-'))
const domain = fc.tuple(label, zones).map(([name, zone]) => `${name}.${zone}`)
const disguised = joined.chain(text =>
  fc.constantFrom(
    text,
    text.toUpperCase(),
    text.replaceAll('a', '\u0430').replaceAll('e', '\u0435'),
    text.replaceAll('o', '0').replaceAll('i', '1'),
    [...text].join('\u200b'),
    `${text}!!! $$$`,
  ),
)
const mailbox = fc
  .tuple(disguised, label, domain)
  .map(([name, local, at]) => `"${name.replaceAll('"', '')}" <${local}${local.length}@${at}>`)
const url = fc
  .tuple(
    fc.constantFrom('http://', 'https://', 'https:\\\\', 'http://www.paypal.com@', 'hxxps://'),
    fc.oneof(domain, fc.constantFrom('198.51.100.7', '0xc6336407', '%70aypal.example.top', 'xn--pypal-4ve.com')),
    fc.constantFrom('', ':8444', ':81'),
    fc.constantFrom(
      '/',
      '/login/verify?account=1',
      '/invoice.pdf.exe',
      '/#bob@example.net',
      '/x?e=Ym9iQGV4YW1wbGUubmV0',
    ),
  )
  .map(parts => parts.join(''))

test('no drawn author, Reply-To, subject or link reaches the threshold', async () => {
  const drawn = fc.oneof(
    fc.record({ value: mailbox, field: fc.constantFrom('From', 'Reply-To', 'Sender', 'To') }),
    fc.record({ value: disguised, field: fc.constantFrom('Subject', 'X-Mailer', 'Message-ID') }),
    fc.record({ value: url, field: fc.constantFrom('link', 'shown') }),
  )
  await fc.assert(
    fc.asyncProperty(drawn, async ({ value, field }) => {
      if (field === 'link') await staysBelow(linked(value, 'here'), value)
      else if (field === 'shown') await staysBelow(linked(value, 'https://www.paypal.com/signin'), value)
      else await staysBelow({ ...honest, ...fields[field as keyof typeof fields](value) }, `${field}: ${value}`)
    }),
    { numRuns: runs(400) },
  )
})
