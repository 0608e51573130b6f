/** A real clamd, on our own database. */
import NodeClam from 'clamscan'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClamavOptions, clamav } from '../../../src/filters/clamav/clamav.ts'
import { quarantine, reject } from '../../../src/model/finding.ts'
import { probe } from '../../../src/testing/probe.ts'
import { EICAR_NAME, type RealClamd, startClamd } from '../../support/clamd.ts'
import { eicar } from '../../support/eicar.ts'
import { INSTALL_TIMEOUT } from '../../support/services.ts'
import { zip } from '../../support/zip.ts'

let clamd: RealClamd
beforeAll(async () => {
  clamd = await startClamd({ config: { StreamMaxLength: '4M' } })
}, INSTALL_TIMEOUT)
afterAll(() => clamd.stop())

/** The one thing that is said, if anything is. */
async function judged(message: string, options: ClamavOptions = { socket: clamd.socket }) {
  const [finding, ...more] = await probe(clamav(options), { message })
  expect(more).toEqual([])
  return finding
}

/** A message with one part beside its text. */
const withPart = (type: string, encoding: string, content: string): string =>
  [
    'From: alice@example.org',
    'To: bob@example.net',
    'Subject: the minutes',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=limit',
    '',
    '--limit',
    'Content-Type: text/plain',
    '',
    'See there.',
    '--limit',
    `Content-Type: ${type}`,
    `Content-Transfer-Encoding: ${encoding}`,
    'Content-Disposition: attachment; filename=minutes',
    '',
    content,
    '--limit--',
    '',
  ].join('\n')
const base64 = (content: Buffer): string => content.toString('base64').replace(/.{76}/g, '$&\n')
const attached = (content: Buffer): string => withPart('application/octet-stream', 'base64', base64(content))
const nested = (depth: number): Buffer =>
  depth === 0 ? eicar : zip({ 'readme.txt': Buffer.from('nothing here'), 'inner.bin': nested(depth - 1) })

const infected: Readonly<Record<string, string>> = {
  'in its text': `From: alice@example.org\nSubject: hello\n\n${eicar}\n`,
  'in an attachment in base64': attached(eicar),
  'in an attachment in quoted-printable': withPart('text/plain', 'quoted-printable', `=58${eicar.subarray(1)}`),
  'in a zip': attached(nested(1)),
  'in a zip in a zip': attached(nested(2)),
  'in a zip in a zip in a zip': attached(nested(3)),
  'in a message in a message': withPart('message/rfc822', '7bit', attached(eicar)),
  'in a zip in a message in a message': withPart('message/rfc822', '7bit', attached(nested(1))),
  'after two megabytes': attached(Buffer.concat([Buffer.alloc(2 * 1024 * 1024, 'harmless '), eicar])),
}

describe('EICAR', () => {
  const finding = reject('5.7.1', `ClamAV found ${EICAR_NAME}`, {
    rule: 'clamav/infected',
    replyText: 'Message contains malware',
  })

  test.for(Object.entries(infected))('is found %s, over the Unix socket and over TCP', async ([, message]) => {
    expect(await judged(message)).toEqual(finding)
    expect(await judged(message, { host: clamd.host, port: clamd.port })).toEqual(finding)
  })

  test.for(Object.entries(infected))('is found %s, by clamscan', async ([, message]) => {
    const { host, port } = clamd
    const scanner = await new NodeClam().init({ clamdscan: { host, port }, preference: 'clamdscan' })
    expect(await judged(message, { scanner })).toEqual(finding)
  })
})

test('a message without it is clean', async () => {
  for (const message of ['From: alice@example.org\n\nhello\n', attached(zip({ 'a.txt': Buffer.from('hello') }))]) {
    expect(await judged(message)).toBeUndefined()
    expect(await judged(message, { host: clamd.host, port: clamd.port })).toBeUndefined()
  }
})

describe('what clamd cannot look into', () => {
  test('D03 is quarantined when it is encrypted', async () => {
    expect(await judged(attached(zip({ 'a.txt': eicar }, { encrypted: true })))).toEqual(
      quarantine('ClamAV could not scan all of the message: Heuristics.Encrypted.Zip', {
        rule: 'clamav/unscannable',
      }),
    )
  })

  test('D03 is quarantined, or deferred where a reset hides the cause, when it is beyond StreamMaxLength', async () => {
    const large = attached(Buffer.alloc(9 * 1024 * 1024, 65))
    for (const options of [{ socket: clamd.socket }, { host: clamd.host, port: clamd.port }]) {
      const { rule, verdict, reason } = (await judged(large, options)) ?? {}
      expect({ rule, verdict }).toEqual(
        reason?.startsWith('clamav failed: not scanned (reset)')
          ? { rule: 'clamav/failed', verdict: 'defer' }
          : { rule: 'clamav/unscannable', verdict: 'quarantine' },
      )
    }
  })

  test('D03 is quarantined when it takes longer than MaxScanTime', async () => {
    await using hasty = await startClamd({ config: { MaxScanTime: '1' } })
    const files = Object.fromEntries(
      Array.from({ length: 400 }, (_, index) => [`${index}.htm`, Buffer.from(`<html>${`<p>${index}`.repeat(4_000)}`)]),
    )
    expect(await judged(attached(zip(files)), { socket: hasty.socket })).toEqual(
      quarantine('ClamAV could not scan all of the message: Heuristics.Limits.Exceeded.MaxScanTime', {
        rule: 'clamav/unscannable',
      }),
    )
  })
})

/** What libclamav makes of a message depends on its first lines: ours is put on top. */
describe('EICAR is found whatever the message begins with', () => {
  const finding = reject('5.7.1', `ClamAV found ${EICAR_NAME}`, {
    rule: 'clamav/infected',
    replyText: 'Message contains malware',
  })
  const usual = attached(eicar)
  const top = usual.slice(0, usual.indexOf('\n\n'))
  const rest = usual.slice(top.length)
  const fields = (change: (line: string) => string): string => `${top.split('\n').map(change).join('\n')}${rest}`
  const everywhere = (from: RegExp, to: string): string => usual.replace(from, to)

  test.for([
    ['no blanks behind colons', everywhere(/^([A-Z][A-Za-z-]*): /gm, '$1:')],
    ['tabs behind colons', everywhere(/^([A-Z][A-Za-z-]*): /gm, '$1:\t')],
    ['many blanks behind colons', everywhere(/^([A-Z][A-Za-z-]*): /gm, '$1:        ')],
    ['folds behind colons', everywhere(/^([A-Z][A-Za-z-]*): /gm, '$1:\n ')],
    ['capitals', fields(line => line.replace(/^[^:]+/, name => name.toUpperCase()))],
    ['small letters', fields(line => line.replace(/^[^:]+/, name => name.toLowerCase()))],
    ['the line of a mailbox', `From alice@example.org Sun Nov 29 12:00:00 2026\n${usual}`],
    ['a line that is no field', `no field at all\n${usual}`],
    ['an unknown field', `Zebra: 1\n${usual}`],
    ['an unknown field without a blank', `zebra:1\n${fields(line => line.replace(': ', ':'))}`],
    ['3 KB of unknown fields', `${`X-Filler: ${'z'.repeat(70)}\n`.repeat(40)}${usual}`],
    ['3 KB of unknown fields between the others', fields(line => `${`x-f:${'z'.repeat(70)}\n`.repeat(40)}${line}`)],
    ['a folded line', fields(line => line.replace('Subject: ', 'Subject:\n\t'))],
  ] as const)('%s', async ([, message]) => {
    expect(await judged(message)).toEqual(finding)
  })

  test.for([
    [
      'two types',
      usual.replace(
        'Content-Type: application/octet-stream',
        'Content-Type: text/plain\nContent-Type: application/octet-stream',
      ),
    ],
    [
      'an encoding that is not written as it must be',
      usual.replace('Transfer-Encoding: base64', 'Transfer-Encoding: "base64" x'),
    ],
    ['base64 that goes on after its end', usual.replace(base64(eicar), `QQ==\n${base64(eicar)}`)],
    [
      'parts after the end',
      usual.replace(/--limit\nContent-Type: application/, '--limit--\n--limit\nContent-Type: application'),
    ],
    ['a multipart of an odd type', usual.replace('multipart/mixed', 'multipart/"mixed"')],
    ['a uuencoded file', `From: a@example.org\nSubject: x\n\nHello\n\nbegin 644 a.com\n${uuencode(eicar)}end\n`],
  ] as const)('readers differ: %s', async ([, message]) => {
    expect(await judged(message)).toEqual(finding)
  })

  test('an honest message about whose parts readers differ is clean', async () => {
    expect(await judged(attached(Buffer.from('minutes')).replace('base64\n', '"base64" x\n'))).toBeUndefined()
  })
})

function uuencode(bytes: Buffer): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 45) {
    const piece = bytes.subarray(at, at + 45)
    const digits = [...Buffer.concat([piece, Buffer.alloc((3 - (piece.length % 3)) % 3)]).toString('base64')]
    const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    const text = digits.map(digit => String.fromCharCode(32 + ALPHABET.indexOf(digit)).replace(' ', '`')).join('')
    lines.push(`${String.fromCharCode(32 + piece.length)}${text}\n`)
  }
  return `${lines.join('')}\`\n`
}
