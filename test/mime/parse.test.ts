import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { type ParseOptions, parse } from '../../src/mime/parse.ts'
import { type PartDefect, readParts } from '../../src/mime/parts.ts'
import { threads } from '../../src/mime/threads.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const open = (message: Buffer | string, size = 16_384) => {
  const octets = Buffer.from(message)
  const count = Math.ceil(octets.length / size)
  return Readable.from(Array.from({ length: count }, (_, i) => octets.subarray(i * size, (i + 1) * size)))
}
const parseText = (message: string, options: Partial<ParseOptions> = {}) =>
  parse({ open: () => open(message), size: message.length }, { signal: new AbortController().signal, ...options })

const fixture = readFileSync(new URL('../../fixtures/messages/text-html-and-attachment.eml', import.meta.url), 'latin1')
const parts = [
  { path: '', contentType: 'multipart/mixed', filenames: [], encoding: '', size: 0 },
  { path: '1', contentType: 'multipart/alternative', filenames: [], encoding: '', size: 0 },
  {
    path: '1.1',
    contentType: 'text/plain',
    filenames: [],
    encoding: 'quoted-printable',
    size: 21,
    sha256: sha256('Grüße aus  München'),
    text: 'Grüße aus  München',
  },
  {
    path: '1.2',
    contentType: 'text/html',
    filenames: [],
    encoding: '8bit',
    size: 14,
    sha256: sha256('<p>Gruesse</p>'),
    text: '<p>Gruesse</p>',
  },
  {
    path: '2',
    contentType: 'application/pdf',
    disposition: 'attachment',
    filenames: ['new.pdf', '=?utf-8?q?new=2Epdf?=', 'old.pdf'],
    encoding: 'base64',
    size: 13,
    sha256: sha256('Hello, World!'),
  },
]

test.for([false, true])('text, html and attachments are found and decoded (in a thread: %s)', async dubious => {
  expect(await parseText(fixture, { dubious })).toEqual({ kind: 'parsed', parts, defects: [] })
})

test('it makes no difference how the message arrives', async () => {
  for (const size of [1, 2, 7, 100]) expect(await readParts(open(fixture, size))).toEqual({ parts, defects: [] })
})

const nested = (depth: number) =>
  Array.from({ length: depth }, (_, i) => `Content-Type: multipart/mixed; boundary="b${i}"\r\n\r\n--b${i}\r\n`).join('')

test.for<[defect: PartDefect, message: string]>([
  ['too-deep', `${nested(150)}\r\nx\r\n`],
  ['too-many-parts', `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(1500)}--b--\r\n`],
  ['header-too-large', `A: ${'x'.repeat(200_000)}\r\n\r\nx\r\n`],
  ['text-cut', `A: x\r\n\r\n${'text\r\n'.repeat(300_000)}`],
  ['no-boundary', 'Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n'],
  ['repeated-field', 'Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\nx\r\n'],
  ['unknown-encoding', 'Content-Transfer-Encoding: x-uuencode\r\n\r\nx\r\n'],
  ['unknown-charset', 'Content-Type: text/plain; charset=x-none\r\n\r\nx\r\n'],
])('the defect %s is listed, not thrown', async ([defect, message]) => {
  const parsed = await readParts(open(message))
  expect(parsed.defects).toEqual([defect])
  expect(parsed.parts.length).toBeLessThanOrEqual(1001)
  expect(parsed.parts.reduce((sum, { text = '' }) => sum + text.length, 0)).toBeLessThanOrEqual(1_048_576)
})

test('M16 header fields and parameters named like members of Object leave Object as it was', async () => {
  const before = Object.getOwnPropertyNames(Object.prototype)
  const message =
    '__proto__: polluted\r\nlist-__proto__: <x:y>\r\nconstructor: x\r\n' +
    'Content-Type: text/plain; __proto__=polluted; charset=utf-8; constructor="x"\r\n' +
    'Content-Disposition: attachment; __proto__*0*=utf-8\'\'polluted; filename="__proto__"\r\n\r\nx\r\n'
  const parsed = await parseText(message)
  expect(parsed).toMatchObject({ kind: 'parsed', parts: [{ contentType: 'text/plain', filenames: ['__proto__'] }] })
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  expect('polluted' in {}).toBe(false)
})

test('what takes longer than the deadline is ended and said to be too costly', async () => {
  const message = `A: x\r\n\r\n${'a\r\n'.repeat(4_000_000)}`
  expect(await parseText(message, { deadline: 30 })).toEqual({
    kind: 'too-costly',
    reason: 'the message was not parsed within 30 ms',
  })
})

test('when the answer no longer matters the parse is given up', async () => {
  const controller = new AbortController()
  const parsing = parseText(`A: x\r\n\r\n${'a\r\n'.repeat(1_000_000)}`, { signal: controller.signal })
  controller.abort(new Error('the client has left'))
  await expect(parsing).rejects.toThrow('the client has left')
})

const thread = { limits: {}, deadline: 20_000, signal: new AbortController().signal }

test('threads are few, messages wait their turn, and too many of them are turned away', async () => {
  const pool = threads({ most: 1, queue: 2 })
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => pool.read(open(fixture), thread)))
  expect(outcomes.map(({ kind }) => kind)).toEqual(['done', 'done', 'done', 'busy', 'busy'])
})

test('a thread that was ended is replaced, and the next message is parsed', async () => {
  const pool = threads({ most: 1 })
  const dear = `A: x\r\n\r\n${'a\r\n'.repeat(2_000_000)}`
  expect((await pool.read(open(dear), { ...thread, deadline: 20 })).kind).toBe('timeout')
  expect(await pool.read(open(fixture), thread)).toEqual({ kind: 'done', list: { parts, defects: [] } })
})

test('a thread is ready for the next message after one whose end it did not read', async () => {
  const pool = threads({ most: 1 })
  const deep = `${nested(150)}${'x\r\n'.repeat(200_000)}`
  expect(await pool.read(open(deep), thread)).toMatchObject({ kind: 'done', list: { defects: ['too-deep'] } })
  expect(await pool.read(open(fixture), thread)).toEqual({ kind: 'done', list: { parts, defects: [] } })
})

test('a source that fails rejects and leaves the pool as it was', async () => {
  const pool = threads({ most: 1 })
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from('A: x\r\n\r\n')
      throw new Error('the spool is gone')
    })(),
  )
  await expect(pool.read(broken, thread)).rejects.toThrow('the spool is gone')
  expect((await pool.read(open(fixture), thread)).kind).toBe('done')
})
