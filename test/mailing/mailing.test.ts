/** Our own mail: written once for all readers, signed, and harmless whatever strangers have put into it. */
import { generateKeyPairSync } from 'node:crypto'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import PostalMime from 'postal-mime'
import { describe, expect, test } from 'vitest'
import { dkim } from '../../src/facts/dkim/dkim.ts'
import type { Block } from '../../src/mailing/blocks.ts'
import { mailShape } from '../../src/mailing/check.ts'
import { Mailer } from '../../src/mailing/mailer.ts'
import type { Mail, MailOptions } from '../../src/mailing/types.ts'
import { visible } from '../../src/mailing/visible.ts'
import { object, wrongIn } from '../../src/model/options.ts'
import { probe } from '../../src/testing/probe.ts'
import { zone } from '../../src/testing/zone.ts'
import { fc, runs } from '../support/property.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 })
const key = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const record = `v=DKIM1; k=rsa; p=${rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`
const signed: MailOptions = { from: 'postern@example.org', dkim: { domain: 'example.org', selector: 's', key } }
const sent: { readonly recipient: string; readonly name: string; readonly content: Uint8Array }[] = []

const mailer = (mail: MailOptions = { from: 'postern@example.org' }) =>
  new Mailer({ mail, send: async one => void sent.push(one) })

const mailWith = (fields: Partial<Mail> = {}): Mail => ({
  to: 'bob@example.org',
  subject: 'Held mail',
  blocks: [{ kind: 'paragraph', text: 'A line.' }],
  name: 'digest:bob:1',
  time: Date.UTC(2026, 10, 30, 7),
  ...fields,
})

test('a mail is marked as the work of a program, and says the same in text and HTML', async () => {
  const content = await mailer().write(
    mailWith({
      subject: '被隔离的邮件',
      blocks: [
        { kind: 'heading', text: 'Held' },
        {
          kind: 'items',
          items: [
            { text: 'One', details: ['two'], links: [{ text: 'Open', url: 'https://mx.example.org/d/x?a=1&b=2' }] },
          ],
        },
        { kind: 'rows', rows: [['Messages', '3']] },
        { kind: 'note', text: 'The end.' },
      ],
    }),
  )
  const text = content.toString('latin1')
  expect(text).toMatch(/^[\x20-\x7e\r\n]*$/)
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  for (const line of text.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998)
  const parsed = await PostalMime.parse(content)
  expect(parsed).toMatchObject({ subject: '被隔离的邮件', from: { address: 'postern@example.org' } })
  expect(parsed.date).toBe('2026-11-30T07:00:00.000Z')
  const fields = Object.fromEntries(parsed.headers.map(({ key: name, value }) => [name, value]))
  expect(fields).toMatchObject({ 'auto-submitted': 'auto-generated', 'content-language': 'en' })
  for (const words of ['Held', 'One', 'two', 'Open', 'Messages', 'The end.']) {
    expect(parsed.text).toContain(words)
    expect(parsed.html).toContain(words)
  }
  expect(parsed.text).toContain('https://mx.example.org/d/x?a=1&b=2')
  expect(parsed.html).toContain('href="https://mx.example.org/d/x?a=1&amp;b=2"')
})

test('the same mail is the same bytes, whenever and wherever it is written', async () => {
  const [one, other] = await Promise.all([mailer(signed).write(mailWith()), mailer(signed).write(mailWith())])
  expect(one.equals(other)).toBe(true)
  expect((await mailer(signed).write(mailWith({ name: 'digest:bob:2' }))).equals(one)).toBe(false)
})

test('it is handed over under its name, to be delivered once', async () => {
  sent.length = 0
  await mailer().send(mailWith())
  expect(sent).toMatchObject([{ recipient: 'bob@example.org', name: 'digest:bob:1' }])
})

test('an address beyond ASCII stands in the envelope alone', async () => {
  const content = await mailer(signed).write(mailWith({ to: '鲍勃@example.org' }))
  expect(content.toString('latin1')).toMatch(/^To: "?undisclosed-recipients"?:;\r$/m)
})

async function verified(content: Buffer): Promise<readonly (string | undefined)[]> {
  const found: (string | undefined)[] = []
  const ask = {
    name: 'ask',
    message: async (message: Parameters<NonNullable<Parameters<typeof probe>[0]['message']>>[0]) => {
      found.push((await message.ask(dkim)).signatures[0]?.result)
      return undefined
    },
  }
  await probe(ask, { message: content, dns: zone({ 's._domainkey.example.org': { TXT: [record] } }) })
  const { results } = await dkimVerify(content, { resolver: async () => [[record]] } as never)
  return [...found, results[0]?.status?.result]
}

describe('the signature verifies, by our verifier and by mailauth’s', () => {
  test.for<[title: string, fields: Partial<Mail>]>([
    ['a plain mail', {}],
    ['a subject in Chinese', { subject: '隔离邮件摘要：3 封'.repeat(9) }],
    ['a subject in Hebrew', { subject: 'שלום '.repeat(30) }],
    ['a long subject', { subject: 'x'.repeat(400) }],
    ['long lines', { blocks: [{ kind: 'paragraph', text: 'z'.repeat(5_000) }] }],
    ['blanks at the ends of lines', { blocks: [{ kind: 'paragraph', text: 'a  b \n\tc \t\n\n .\n\n\n' }] }],
    ['a no-break space', { blocks: [{ kind: 'paragraph', text: '\u00a0a\u00a0\u2003b\u00a0' }] }],
    ['nothing', { blocks: [] }],
    [
      'a file',
      { attachments: [{ filename: 'r.xml.gz', contentType: 'application/gzip', content: Buffer.alloc(999, 7) }] },
    ],
  ])('%s', async ([, fields]) => {
    expect(await verified(await mailer(signed).write(mailWith(fields)))).toEqual(['pass', 'pass'])
  })

  test('whatever stands in it', async () => {
    const words = fc.string({ unit: 'binary', maxLength: 200 })
    await fc.assert(
      fc.asyncProperty(words, words, async (subject, text) => {
        const blocks: readonly Block[] = [{ kind: 'items', items: [{ text, details: [visible(text)] }] }]
        const content = await mailer(signed).write(mailWith({ subject, blocks }))
        expect(await verified(content)).toEqual(['pass', 'pass'])
      }),
      { numRuns: runs(25) },
    )
  })

  test('and not when a field or a byte was changed', async () => {
    const content = await mailer(signed).write(mailWith())
    for (const [from, to] of [
      ['Held mail', 'Sold mail'],
      ['30 Nov', '29 Nov'],
      ['A line.', 'A lime.'],
    ] as const)
      expect(await verified(Buffer.from(content.toString('latin1').replace(from, to), 'latin1'))).not.toContain('pass')
  })
})

describe('text of strangers', () => {
  test.for<[text: string, seen: string]>([
    ['a\r\nBcc: eve@example.com', 'a Bcc: eve@example.com'],
    ['\u202eevil\u2066\u0000 x\u200b', 'evil x'],
    ['שלום', 'שלום'],
    ['see http://evil.example/x and www.evil.example', 'see http:// evil.example/x and www. evil.example'],
    ['x'.repeat(300), `${'x'.repeat(199)}…`],
    ['', ''],
  ])('%j is shown as %j', ([text, seen]) => {
    expect(visible(text)).toBe(seen)
  })

  test('of 100 KB costs no more than its beginning', () => {
    const characters = Array.from(visible('😀 <b>'.repeat(20_000)))
    expect(characters.length).toBeLessThanOrEqual(200)
  })

  test('never becomes markup, a field or a link, whatever it is', async () => {
    const hostile = [
      '<img src=x onerror=1>',
      '"><script>',
      "' onload='",
      '&lt;',
      '</bdi></div><form>',
      '\r\nSubject: x\r\n\r\n',
    ]
    const part = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary', maxLength: 30 }))
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), async parts => {
        const text = parts.join('')
        const blocks: readonly Block[] = [
          { kind: 'items', items: [{ text: visible(text), details: [visible(text)] }] },
          { kind: 'rows', rows: [[visible(text), visible(text)]] },
        ]
        const parsed = await PostalMime.parse(await mailer().write(mailWith({ subject: text, blocks })))
        const html = parsed.html ?? ''
        expect(
          html.match(/<(?!\/?(?:html|head|meta|title|body|div|ul|li|strong|bdi|br|table|tbody|tr|th|td)\b|!DOCTYPE)/g),
        ).toBeNull()
        expect(html).not.toMatch(/<[^>]*\son\w+=/i)
        expect(parsed.headers.filter(({ key: name }) => name === 'subject')).toHaveLength(1)
      }),
      { numRuns: runs(60) },
    )
  })

  test('is no address of a page: such a link is a fault of ours, and nothing is sent', async () => {
    for (const url of ['javascript:alert(1)', 'https://x.example/"onclick=', 'data:text/html,x', '//evil.example'])
      await expect(mailer().write(mailWith({ blocks: [{ kind: 'link', link: { text: 'x', url } }] }))).rejects.toThrow(
        'URL',
      )
  })
})

test.for<[options: unknown, path: string]>([
  [{}, 'mail.from'],
  [{ from: 'nobody' }, 'mail.from'],
  [{ from: 'a@example.org\r\nBcc: x@y.example' }, 'mail.from'],
  [{ from: 'a@example.org', language: 'fr' }, 'mail.language'],
  [{ from: 'a@example.org', dkim: { domain: 'example.org', selector: 's', key: 'x' } }, 'mail.dkim.key'],
  [{ from: 'a@example.org', dkim: { domain: 'example.org', selector: 's', key: ed25519() } }, 'mail.dkim.key'],
])('the wrong options %o are refused with their path, and no key is shown', ([options, path]) => {
  const problems = wrongIn(object(mailShape), options, 'mail')
  expect(problems.map(problem => problem.path)).toEqual([path])
  expect(JSON.stringify(problems)).not.toContain('PRIVATE')
})

function ed25519(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}
