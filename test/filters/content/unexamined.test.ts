/** What lies beyond every bound: such a message is quarantined or refused, and what was not examined is said. */
import { Readable } from 'node:stream'
import { deflateRawSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { postern } from '../../../src/engine/gateway.ts'
import { archives } from '../../../src/facts/archives.ts'
import { parsed } from '../../../src/facts/parsed.ts'
import { contentFilters } from '../../../src/filters/content/content-filters.ts'
import { unexamined } from '../../../src/filters/content/unexamined.ts'
import type { Outcome } from '../../../src/index.ts'
import { GTUBE } from '../../../src/mime/gtube.ts'
import { PosternError } from '../../../src/model/errors.ts'
import { defer, type Finding, points, quarantine, reject } from '../../../src/model/finding.ts'
import { probe } from '../../../src/testing/probe.ts'
import { zone } from '../../../src/testing/zone.ts'
import { ole, vba, zip } from '../../archives/build.ts'
import { packedPdf, pdf } from '../../archives/pdf-build.ts'
import { cpuTime, slowness } from '../../support/cpu.ts'
import { randomBytes } from '../../support/random.ts'

const gateway = postern({ name: 'mx.example.org', filters: contentFilters(), dns: zone({}) })
afterAll(() => gateway.close())

async function judge(message: string | Buffer): Promise<Outcome & { readonly cpu: number }> {
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('mail.example.net')
  await session.mail('alice@example.com')
  await session.rcpt('bob@example.org')
  const slower = slowness()
  const before = cpuTime()
  const outcome = await session.data(Readable.from([Buffer.from(message as string, 'latin1')]))
  session.close()
  return { ...outcome, cpu: (cpuTime() - before) / slower }
}

const PROGRAM = Buffer.concat([Buffer.from('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff', 'latin1'), Buffer.alloc(400)])
const base64 = (raw: Buffer): string => raw.toString('base64').replace(/.{76}/g, '$&\r\n')
const TOP =
  'From: Alice <alice@example.com>\r\nTo: bob@example.org\r\nSubject: Order\r\nMessage-ID: <1@example.com>\r\n' +
  'Date: Sun, 29 Nov 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\n'
const mixed = (...parts: readonly string[]): string =>
  `${TOP}Content-Type: multipart/mixed; boundary=b\r\n\r\n${parts.map(part => `--b\r\n${part}\r\n`).join('')}--b--\r\n`
const file = (raw: Buffer, name = 'order.dat', fields = ''): string =>
  `Content-Type: application/octet-stream; name="${name}"\r\n${fields}Content-Transfer-Encoding: base64\r\n\r\n${base64(raw)}`
const program = file(PROGRAM)
const text = (words: string): string => `Content-Type: text/plain\r\n\r\n${words}`
const link = 'see http://login.example.net.bank-account.top/verify now'
const nested = (depth: number, inner: string): string => {
  const name = (level: number): string => `b${1000 + level}`
  const levels = Array.from({ length: depth }, (_, level) => level)
  const open = levels.map(level => `Content-Type: multipart/mixed; boundary=${name(level)}\r\n\r\n--${name(level)}\r\n`)
  return `${open.join('')}${inner}${levels.map(level => `\r\n--${name(depth - 1 - level)}--\r\n`).join('')}`
}
const inside = (depth: number, raw: Buffer): Buffer => {
  let packed = raw
  for (let level = 0; level < depth; level++) packed = zip([{ name: `level${level}.zip`, data: packed }])
  return packed
}
const many = (count: number, make: (index: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, index) => make(index))
const entries = (count: number): Buffer =>
  zip([
    ...many(count, index => `${index}.txt`).map(name => ({ name, data: 'x' })),
    { name: 'order.dat', data: PROGRAM },
  ])

describe('M06 behind each bound of the parts', () => {
  test.for<readonly [what: string, message: string, bound?: string]>([
    ['a program behind 999 empty parts', mixed(...many(999, () => '\r\n'), program)],
    ['a program behind 5,000 empty parts', mixed(...many(5000, () => '\r\n'), program), 'too-many-parts'],
    ['a program behind 1,200 parts', mixed(...many(1200, () => text('x')), program), 'too-many-parts'],
    ['a program in 101 nested multiparts', `${TOP}${nested(101, program)}`, 'too-deep'],
    ['a program in 1,000 nested multiparts', `${TOP}${nested(1000, program)}`, 'too-deep'],
    [
      'a program behind a header section of 140 KB',
      mixed(file(PROGRAM, 'order.dat', `X-Filler: ${'z'.repeat(70)}\r\n`.repeat(1700))),
      'header-too-large',
    ],
    ['a program behind 1,100 fields', mixed(file(PROGRAM, 'order.dat', 'X-A: b\r\n'.repeat(1100))), 'header-too-large'],
    ['a program behind a boundary of 900 KB', `${TOP}${boundaryOf(900_000)}`],
    ['a program behind a boundary of 2 KB', `${TOP}${boundaryOf(2000)}`, 'fields-cut'],
    ['a name behind 9,000 characters of parameters', mixed(named(`a=${'b'.repeat(9000)}`)), 'fields-cut'],
    ['a name behind 300 parameters', mixed(named(many(300, index => `p${index}=x`).join('; '))), 'fields-cut'],
    [
      'a type in the seventh field',
      mixed(`${many(7, index => `Content-Type: text/x${index}\r\n`).join('')}\r\nx`),
      'fields-cut',
    ],
    ['a link behind 1.2 MB of text', mixed(text(`${'word '.repeat(240_000)}\r\n${link}`)), 'text-cut'],
    ['a program behind 1.2 MB of text', mixed(text('word '.repeat(240_000)), program), 'text-cut'],
    [
      'a link behind 600 KB of comment',
      `${TOP}Content-Type: text/html\r\n\r\n<!--${'x '.repeat(300_000)}--><p>${link}`,
      'html-cut',
    ],
    ['a link behind 600 texts', mixed(...many(600, index => text(`word ${index}`)), text(link)), 'html-cut'],
    [
      'a link behind 1,100 links',
      mixed(text(`${many(1100, index => `http://a${index}.example/`).join(' ')} ${link}`)),
      'links-cut',
    ],
    [
      'a program behind 20 files in one text',
      mixed(text(many(21, index => uu(`${index}.txt`)).join(''))),
      'too-many-files',
    ],
    [
      'a program in an encoding that is not known',
      mixed(program.replace('base64\r\n', 'base9000\r\n')),
      'unknown-encoding',
    ],
    [
      'text in a charset that is not known',
      mixed(`Content-Type: text/plain; charset=x-klingon\r\n\r\n${'\xc8\x85\x93'.repeat(99)}`),
      'unknown-charset',
    ],
    [
      'a program behind 1,001 paddings',
      mixed(file(PROGRAM).replace('\r\n\r\n', `\r\n\r\n${'QQ==\r\n'.repeat(1001)}`)),
      'too-many-readings',
    ],
    [
      'a program behind 510 files',
      mixed(...many(510, index => file(Buffer.from(`var a${index}`), `${index}.txt`)), program),
      'files-cut',
    ],
  ])('%s: quarantined or refused', async ([, message, bound]) => {
    const { verdict, findings, cpu } = await judge(message)
    expect(['quarantine', 'reject']).toContain(verdict)
    if (bound !== undefined)
      expect(findings.find(({ rule }) => rule === 'unexamined/beyond-bounds')?.reason).toContain(`(${bound})`)
    expect(cpu).toBeLessThan(3000)
  })

  test('GTUBE after 1.2 MB of text is refused, plain and encoded', async () => {
    const words = `${'word '.repeat(240_000)}\r\n${GTUBE}`
    expect((await judge(mixed(text(words)))).verdict).toBe('reject')
    const coded = `Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(Buffer.from(words))}`
    expect((await judge(mixed(coded))).verdict).toBe('reject')
  })

  test('a program beyond the limits is reported', async () => {
    for (const message of [`${TOP}${nested(150, program)}`, mixed(...many(1200, () => text('x')), program)]) {
      const { findings } = await judge(message)
      expect(findings).toContainEqual(
        points(8, 'the unexamined part may contain a program in base64', { rule: 'unexamined/program' }),
      )
    }
  })
})

describe('M13 behind each bound of the archives', () => {
  const heavy = { bytes: deflateRawSync(Buffer.alloc(60_000_000)), size: 60_000_000, crc: 0 }
  const known = Buffer.concat([Buffer.from('%PDF-'), Buffer.alloc(60_000_000)])
  test.for<readonly [what: string, raw: Buffer, name: string, bound?: true]>([
    ['a program as entry 1,002', entries(1001), 'order.zip'],
    ['a program as entry 5,002', entries(5001), 'order.zip', true],
    ['a program five archives deep', inside(5, zip([{ name: 'order.dat', data: PROGRAM }])), 'order.zip', true],
    ['archives a thousand deep', inside(1000, PROGRAM), 'order.zip', true],
    ['a bomb', zip([{ name: '0', packed: heavy }]), 'order.zip'],
    [
      'entries that share bytes',
      zip([
        { name: '0', packed: heavy },
        { name: '1', packed: heavy, sameAs: 0 },
      ]),
      'order.zip',
    ],
    [
      'a document that unpacks to 60 MB',
      zip([
        { name: 'a.pdf', data: known, stored: true },
        { name: 'b.bin', data: randomBytes(2_000_000) },
      ]),
      'o.zip',
    ],
    ['a directory that lies', zip([{ name: 'order.txt', ownName: 'order.exe', data: PROGRAM }]), 'order.zip'],
    ['a 7-Zip archive whose names are packed', sevenZip(), 'order.7z', true],
    ['xz', Buffer.from('fd377a585a000004e6d6b446', 'hex'), 'order.tar.xz', true],
    ['zstd', Buffer.from('28b52ffd0458', 'hex'), 'order.tar.zst', true],
    [
      'a disk image of a kind that is not read',
      Buffer.concat([Buffer.from('vhdxfile'), Buffer.alloc(600)]),
      'order.vhdx',
      true,
    ],
    ['a macro of two megabytes', macro(), 'order.doc', true],
    [
      'a PDF whose stream of objects has five filters',
      pdf(['null', { dict: `/Type /ObjStm /N 1 /First 4 /Filter [${'/FlateDecode '.repeat(5)}]`, data: '' }]),
      'order.pdf',
      true,
    ],
    ['a PDF of 200,100 objects', packedPdf(many(200_100, () => 'null')), 'order.pdf', true],
    ['a PDF of 1,100 links', pdf(many(1100, index => `<< /S /URI /URI (http://a${index}.example/) >>`)), 'o.pdf', true],
  ])('%s: quarantined or refused', async ([, raw, name, bound]) => {
    const { verdict, findings, cpu } = await judge(mixed(text('see file'), file(raw, name)))
    expect(['quarantine', 'reject']).toContain(verdict)
    if (bound) expect(findings.find(({ rule }) => rule === 'unexamined/beyond-bounds')?.reason).toContain('(archive)')
    expect(cpu).toBeLessThan(3000)
  })
})

describe('M13 what stands before a file hides nothing', () => {
  const inner = zip([{ name: 'order.dat', data: PROGRAM }])
  const junk = randomBytes(9_000_000)
  test.for<readonly [what: string, raw: Buffer, name: string]>([
    ['an archive behind 9 MB', Buffer.concat([junk, inner]), 'order.zip'],
    ['an archive behind 9 MB of a picture', Buffer.concat([Buffer.from('GIF89a'), junk, inner]), 'order.zip'],
    [
      'an archive behind 9 MB in an archive',
      zip([{ name: 'order.zip', data: Buffer.concat([junk, inner]), stored: true }]),
      'a.zip',
    ],
    [
      'a page behind 5,000 blanks',
      Buffer.from(`${' \r\n'.repeat(2000)}<html><form action="http://x.example"><input type=password></form>`),
      'a.dat',
    ],
  ])('%s', async ([, raw, name]) => {
    const { findings } = await judge(mixed(text('see file'), file(raw, name)))
    expect(
      findings.filter(
        ({ points = 0, verdict, rule = '' }) => rule.startsWith('attachments/') && (points > 0 || verdict),
      ).length,
    ).toBeGreaterThan(0)
  })
})

test('a long text costs nothing, and the finding reports what the rules did not examine', async () => {
  const { findings, verdict } = await judge(mixed(text('some quiet words\r\n'.repeat(4000))))
  expect(verdict).toBe('accept')
  expect(findings.find(({ rule }) => rule === 'unexamined/words')?.reason).toMatch(
    /^the rules for words examined 30000 of/,
  )
})

describe('what honest senders do goes beyond no bound', () => {
  test.for<readonly [what: string, message: string]>([
    ['a text of half a megabyte', mixed(text('word and word\r\n'.repeat(35_000)))],
    ['four hundred texts (a digest)', mixed(...many(400, index => text(`letter ${index}`)))],
    ['a hundred empty parts', mixed(text('x'), ...many(100, () => '\r\n'))],
    [
      'an archive of two thousand files',
      mixed(text('x'), file(zip(many(2000, index => `${index}.csv`).map(name => ({ name, data: 'a;b' }))), 'a.zip')),
    ],
    [
      'a PDF of 600 streams of objects',
      mixed(
        text('x'),
        file(
          pdf(many(600, () => '').map(() => ({ dict: '/Type /ObjStm /N 1 /First 4', data: '9 0 null', packed: true }))),
          'a.pdf',
        ),
      ),
    ],
    ['an archive three deep', mixed(text('x'), file(inside(3, zip([{ name: 'a.txt', data: 'x' }])), 'a.zip'))],
    [
      'a table of 9 MB in an archive',
      mixed(text('x'), file(zip([{ name: 'a.csv', data: randomBytes(4_500_000).toString('hex') }]), 'a.zip')),
    ],
    ['a charset that is misspelt, of plain letters', mixed('Content-Type: text/plain; charset=us-asci\r\n\r\nHello')],
    [
      'a charset that says that it is unknown',
      mixed('Content-Type: text/plain; charset=unknown-8bit\r\n\r\nGr\xfc\xdfe'),
    ],
    [
      'a long table',
      mixed(
        text('x'),
        file(Buffer.from('name,value\r\n'.repeat(150_000)), 'a.csv', 'Content-Disposition: attachment\r\n'),
      ),
    ],
    [
      'a long log',
      mixed(
        text('x'),
        `Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.log\r\n\r\n${'host app[1]: a line of a log\r\n'.repeat(60_000)}`,
      ),
    ],
    [
      'a long page',
      mixed(
        text('x'),
        `Content-Type: text/html\r\nContent-Disposition: attachment; filename=a.html\r\n\r\n<html><body>${'<p>A line of a report.</p>\r\n'.repeat(60_000)}`,
      ),
    ],
    ['one packed text', mixed(text('x'), file(Buffer.from('fd377a585a000004e6d6b446', 'hex'), 'dmesg.txt.xz'))],
  ])('%s', async ([, message]) => {
    const { findings, verdict } = await judge(message)
    expect(findings.filter(({ rule }) => rule === 'unexamined/beyond-bounds')).toEqual([])
    expect(verdict).toBe('accept')
  })
})

describe('the operator says what becomes of it', () => {
  const message = `${TOP}${nested(120, text('Hello'))}`
  const reason = 'not examined: parts that lie more than 100 deep in each other (too-deep)'
  const details = { rule: 'unexamined/beyond-bounds' }
  test.for<readonly [verdict: Parameters<typeof unexamined>[0], finding: Finding]>([
    [undefined, quarantine(reason, details)],
    [{ verdict: 'quarantine' }, quarantine(reason, details)],
    [{ verdict: 'defer' }, defer('4.7.1', reason, details)],
    [{ verdict: 'reject' }, reject('5.7.1', reason, details)],
    [{ verdict: 3 }, points(3, reason, details)],
    [{ verdict: 'off' }, { ...details, reason }],
  ])('%j', async ([options, finding]) => {
    expect(await probe(unexamined(options), { message })).toEqual([finding])
  })

  test('a notice at the start reports that it is off', async () => {
    const told: string[] = []
    const off = postern({
      name: 'mx.example.org',
      filters: contentFilters({ unexamined: 'off' }),
      dns: zone({}),
      notify: ({ code }) => told.push(code),
    })
    await off.close()
    expect(told).toContain('unexamined/off')
  })

  test.for(['quarantin', Number.NaN, null, true])('%s is no verdict', verdict => {
    expect(() => unexamined({ verdict } as never)).toThrow(PosternError)
  })
})

describe('M08 what could not be read at all', () => {
  const message = `${TOP}\r\nHello\r\n`
  const rules = async (kind: 'too-costly' | 'busy'): Promise<readonly Finding[]> =>
    await probe(unexamined(), { message, facts: [[parsed as never, { kind, reason: 'the thread died' }]] })

  test('is quarantined when it took too much time or memory', async () => {
    expect(await rules('too-costly')).toMatchObject([{ rule: 'unexamined/beyond-bounds', verdict: 'quarantine' }])
  })

  test('is deferred when the examination timed out, unless the verdict is off', () => {
    expect([unexamined().failure, unexamined({ verdict: 'off' }).failure]).toEqual(['defer', 'pass'])
  })

  test.for<readonly [what: string, files: readonly object[], rule: string]>([
    ['is deferred', [{ beyond: 'b', busy: true }], 'unexamined/busy'],
    ['is quarantined beside a bound', [{ beyond: 'b', busy: true }, { beyond: 'c' }], 'unexamined/beyond-bounds'],
  ])('an archive for which no thread was free %s', async ([, files, rule]) => {
    const seen = {
      all: [],
      cut: false,
      files: files.map(one => ({ names: ['a.7z'], traits: [], members: [], ...one })),
    }
    expect(await probe(unexamined(), { message, facts: [[archives as never, seen]] })).toMatchObject([{ rule }])
  })

  test('is deferred when no thread was free', async () => {
    expect(await rules('busy')).toMatchObject([{ rule: 'unexamined/busy', verdict: 'defer', status: '4.3.2' }])
  })
})

function boundaryOf(length: number): string {
  const name = 'b'.repeat(length)
  return `Content-Type: multipart/mixed; boundary="${name}"\r\n\r\n--${name}\r\n${program}\r\n--${name}--\r\n`
}

function named(parameters: string): string {
  return `Content-Type: text/plain\r\nContent-Disposition: attachment; ${parameters}; filename=order.exe\r\n\r\nHello`
}

function uu(name: string): string {
  return `begin 644 ${name}\r\n#0V%T\r\n\`\r\nend\r\n`
}

/** A directory that is packed itself (kEncodedHeader), as 7-Zip writes it. */
function sevenZip(): Buffer {
  const archive = Buffer.alloc(64)
  Buffer.from("7z\xbc\xaf'\x1c\0\x04", 'latin1').copy(archive)
  archive.writeBigUInt64LE(16n, 12)
  archive.writeBigUInt64LE(16n, 20)
  archive[48] = 0x17
  return archive
}

function macro(): Buffer {
  const source = `Attribute VB_Name = "A"\r\n${"' nothing\r\n".repeat(200_000)}`
  return ole([{ path: 'Macros/VBA/A', data: vba(source) }])
}
