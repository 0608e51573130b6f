/**
 * Messages that no person would write: from a grammar of MIME, and honest ones with bytes changed. More with
 * `POSTERN_FUZZ=100000`.
 */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { contentsOf } from '../../src/mime/content.ts'
import { readTree } from '../../src/mime/tree.ts'
import { cpuOf, growth } from '../support/cpu.ts'
import { long } from '../support/full.ts'
import { mimeCases } from '../support/mime-cases.ts'
import { fc, runs } from '../support/property.ts'

const numRuns = runs(200)

const boundary = fc.constantFrom('b', 'bb', 'b c', '', 'x', '=_1', 'b'.repeat(80))
const value = fc.oneof(
  boundary,
  fc.constantFrom('"b"', "'b'", '"b', "us-ascii''b", '=?utf-8?q?b?=', '(b)', 'b;', '\\b'),
)
const type = fc.constantFrom(
  'multipart/mixed',
  'multipart/digest',
  'message/rfc822',
  'text/plain',
  'text/html',
  'text',
  'a/b',
  'message/partial',
)
const contentType = fc
  .tuple(
    type,
    fc.constantFrom('; ', ' ', ';;', ''),
    fc.constantFrom('boundary', 'boundary*', 'boundary*0', 'name', 'charset'),
    value,
  )
  .map(([one, between, name, given]) => `Content-Type: ${one}${between}${name}=${given}`)
const encoding = fc
  .constantFrom('base64', '"base64"', 'quoted-printable', '7bit', 'x-uuencode', 'base64 8bit', 'foo', '')
  .map(one => `Content-Transfer-Encoding: ${one}`)
const disposition = fc
  .tuple(fc.constantFrom('filename', 'filename*', 'filename*0', 'filename*1*'), fc.string({ maxLength: 20 }))
  .map(([name, text]) => `Content-Disposition: attachment; ${name}="${text}"`)
const oddLine = fc.constantFrom('no field', ' ', ' folded', 'Content-Type : text/html', 'From x', ': ', '\0')
const field = fc.oneof({ weight: 3, arbitrary: contentType }, encoding, disposition, oddLine)
const lineEnd = fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r')
const bodyLine = fc.oneof(
  boundary.map(one => `--${one}`),
  boundary.map(one => `--${one}--`),
  fc.constantFrom(
    '',
    'begin 644 a.exe',
    '#86)C',
    '`',
    'end',
    '=ybegin line=1 size=1 name=a',
    '=yend',
    'QUJD',
    'QQ==',
    '=41=',
    '<a href=x>',
    '--',
  ),
  fc.string({ maxLength: 30 }),
)
const entity = fc
  .tuple(fc.array(field, { maxLength: 4 }), fc.array(bodyLine, { maxLength: 8 }))
  .map(([fields, body]) => [...fields, '', ...body])
const message = fc
  .tuple(fc.array(entity, { minLength: 1, maxLength: 6 }), lineEnd)
  .map(([entities, end]) => Buffer.from(entities.flat().join(end), 'latin1'))

const mutated = fc
  .tuple(
    fc.constantFrom(...mimeCases.map(one => one.message)),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.constantFrom(0, 9, 10, 13, 32, 34, 39, 40, 45, 58, 59, 61, 63, 92, 255),
        fc.constantFrom('set', 'insert', 'remove', 'double'),
      ),
      { minLength: 1, maxLength: 8 },
    ),
  )
  .map(([bytes, changes]) =>
    changes.reduce((text, [where, byte, how]) => {
      const at = where % (text.length + 1)
      const char = String.fromCharCode(byte)
      if (how === 'insert') return text.slice(0, at) + char + text.slice(at)
      if (how === 'remove') return text.slice(0, at) + text.slice(at + 1 + (byte % 5))
      if (how === 'double') return text.slice(0, at) + text.slice(Math.max(at - 40, 0))
      return text.slice(0, at) + char + text.slice(at + 1)
    }, bytes.toString('latin1')),
  )
  .map(text => Buffer.from(text, 'latin1'))

/** What holds of every message: it is read within bounds, each part can be had, and reading it again says the same. */
async function check(bytes: Buffer): Promise<void> {
  const { parts, ambiguities } = readTree(bytes)
  expect(readTree(Buffer.from(bytes))).toEqual(readTree(bytes))
  expect(parts.length).toBeGreaterThan(0)
  expect(parts.length).toBeLessThanOrEqual(1000)
  expect(ambiguities.length).toBeLessThanOrEqual(200)
  expect(new Set(parts.map(({ path }) => path)).size).toBe(parts.length)
  expect(JSON.parse(JSON.stringify(parts))).toEqual(parts)
  const message = {
    size: bytes.length,
    open: (start = 0) => Readable.from([bytes.subarray(start)]),
    signal: AbortSignal.timeout(60_000),
  }
  for (const { place = [], sha256 } of parts.slice(0, 20)) {
    if (sha256 === undefined) continue
    const bytes = await contentsOf(message)(place, Number.MAX_SAFE_INTEGER)
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
  }
}

test('any message of the grammar of MIME is read within bounds', async () => {
  await fc.assert(fc.asyncProperty(message, check), { numRuns })
})

test('a message with any change is read within bounds', async () => {
  await fc.assert(fc.asyncProperty(mutated, check), { numRuns })
})

test('M08 the most expensive messages that a search finds cost no more than grows with their size', {
  timeout: 300_000,
}, async () => {
  // What a message costs grows with what it repeats: a beginning, then one unit again and again to the full size.
  const head = fc.array(entity, { maxLength: 3 }).map(entities => entities.flat().join('\r\n'))
  const unit = fc
    .array(fc.oneof(bodyLine, field), { minLength: 1, maxLength: 4 })
    .map(lines => `${lines.join('\r\n')}\r\n`)
  const build = (start: string, repeated: string, size: number) =>
    Buffer.concat([Buffer.from(`${start}\r\n`, 'latin1'), Buffer.alloc(size, repeated || '\r\n', 'latin1')])
  const size = 100_000
  // One run of each: the search is wide, and the two that it finds are measured well.
  const candidates = fc
    .sample(fc.tuple(head, unit), { numRuns })
    .map(([start, repeated]) => ({
      start,
      repeated,
      cost: cpuOf(() => readTree(build(start, repeated, size)), Infinity),
    }))
    .toSorted((a, b) => b.cost - a.cost)
  expect(candidates.length).toBe(numRuns)
  for (const { start, repeated } of candidates.slice(0, 2)) {
    const bytes = long ? 5_000_000 : 1_000_000
    const sizes = { small: build(start, repeated, bytes), large: build(start, repeated, 5 * bytes) }
    // Linear is five times as much, quadratic twenty-five times. What is too slow all the same, the deadline ends.
    expect(await growth(readTree, { ...sizes, enough: 8 })).toBeLessThan(8)
  }
})
