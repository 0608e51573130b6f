/** `/checkv3` as Rspamd 4 documents it: exchanges re-made from its documentation, and what does not belong. */
import { request } from 'node:http'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { offer, opened, plain } from './gateway.ts'

let port: number
let close: () => void
beforeAll(async () => {
  const { server, port: own } = await opened({ size: '100kb' })
  port = own
  close = () => server.close()
})
afterAll(() => close())

interface Part {
  readonly name: string
  readonly fields?: readonly string[]
  readonly data: string | Buffer
}

const bodyOf = (parts: readonly Part[], boundary: string, eol = '\r\n'): Buffer =>
  Buffer.concat([
    ...parts.flatMap(({ name, fields = [], data }) => [
      Buffer.from(
        [`--${boundary}`, `Content-Disposition: form-data; name="${name}"`, ...fields, '', ''].join(eol),
        'latin1',
      ),
      Buffer.from(data),
      Buffer.from(eol),
    ]),
    Buffer.from(`--${boundary}--${eol}`),
  ])

const post = (body: Buffer, headers: Readonly<Record<string, string>>) =>
  new Promise<{ readonly code: number; readonly type: string; readonly headers: object; readonly body: Buffer }>(
    (resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path: '/checkv3', method: 'POST', headers }, async response => {
        const chunks: Buffer[] = []
        for await (const chunk of response) chunks.push(chunk as Buffer)
        const { statusCode: code = 0, headers } = response
        resolve({ code, type: headers['content-type'] ?? '', headers, body: Buffer.concat(chunks) })
      })
      asked.on('error', reject)
      asked.end(body)
    },
  )

const TYPE = 'multipart/form-data; boundary="boundary123"'
const envelope = {
  ip: '192.0.2.7',
  helo: 'mail.example.org',
  from: 'alice@example.org',
  rcpt: ['bob@example.net', '"a,b"@example.net'],
  user: 'alice',
  flags: ['groups'],
  queue_id: 'ABC123',
}
const metadata: Part = { name: 'metadata', fields: ['Content-Type: application/json'], data: JSON.stringify(envelope) }
const message: Part = { name: 'message', fields: ['Content-Type: application/octet-stream'], data: offer }

/** The JSON of the one part of a reply. */
function resultOf({ type, body }: { readonly type: string; readonly body: Buffer }) {
  const [, boundary = ''] = /^multipart\/mixed; boundary="([^"]+)"$/.exec(type) ?? []
  const text = body.toString('latin1')
  const head = text.slice(0, text.indexOf('\r\n\r\n'))
  expect(head.split('\r\n').slice(0, 3)).toEqual([
    `--${boundary}`,
    'Content-Disposition: form-data; name="result"',
    'Content-Type: application/json',
  ])
  expect(text.endsWith(`\r\n--${boundary}--\r\n`)).toBe(true)
  const data = body.subarray(head.length + 4, body.length - boundary.length - 8)
  return JSON.parse(String(/Content-Encoding: zstd/.test(head) ? zstdDecompressSync(data) : data))
}

const expected = {
  score: 9,
  action: 'add header',
  'message-id': '1@example.org',
  symbols: { CLIENT: { options: ['from 192.0.2.7'] }, WORDS_OFFER: { score: 8 } },
}

test('a message with its metadata is checked, and the result is a part', async () => {
  const reply = await post(bodyOf([metadata, message], 'boundary123'), { 'content-type': TYPE })
  expect(reply.code).toBe(200)
  const result = resultOf(reply)
  expect(result).toMatchObject(expected)
  expect(JSON.parse(result.symbols.WHO.options[0])).toEqual({
    reversePath: 'alice@example.org',
    forwardPaths: ['bob@example.net', '"a,b"@example.net'],
    helo: 'mail.example.org',
    user: 'alice',
  })
  expect(result).toHaveProperty('groups')
})

test.for<[what: string, body: Buffer, headers: Record<string, string>]>([
  [
    'the message part is compressed',
    bodyOf(
      [metadata, { ...message, fields: ['Content-Encoding: zstd'], data: zstdCompressSync(offer) }],
      'boundary123',
    ),
    {},
  ],
  ['the parts come in the other order', bodyOf([message, metadata], 'boundary123'), {}],
  ['lines end with LF', bodyOf([metadata, message], 'boundary123', '\n'), {}],
  [
    'the boundary is not quoted',
    bodyOf([metadata, message], 'b'),
    { 'content-type': 'multipart/form-data; boundary=b' },
  ],
  ['there is a preamble', Buffer.concat([Buffer.from('x\r\n'), bodyOf([metadata, message], 'boundary123')]), {}],
  [
    'the whole is compressed, as a proxy sends it',
    zstdCompressSync(bodyOf([metadata, message], 'boundary123')),
    { compression: 'zstd' },
  ],
])('the same when %s', async ([, body, headers]) => {
  expect(resultOf(await post(body, { 'content-type': TYPE, ...headers }))).toMatchObject(expected)
})

test('a client that takes zstd gets the part compressed, and not the whole', async () => {
  const headers = { 'content-type': TYPE, 'accept-encoding': 'zstd' }
  const reply = await post(bodyOf([metadata, message], 'boundary123'), headers)
  expect(reply.body.toString('latin1')).toContain('Content-Encoding: zstd\r\n')
  expect(reply.headers).not.toHaveProperty('content-encoding')
  expect(resultOf(reply)).toMatchObject(expected)
})

test('a message that holds the boundary within a line, or behind one, is judged whole', async () => {
  const text = plain.replace('Hello\n.', 'x --boundary123\n--boundary1234\n.')
  const reply = await post(bodyOf([metadata, { ...message, data: text }], 'boundary123'), { 'content-type': TYPE })
  expect(resultOf(reply)).toMatchObject({ score: 1, 'message-id': '1@example.org' })
})

test('settings and TLS are read from the metadata', async () => {
  const own = { ...envelope, settings: { symbols_disabled: ['WORDS_OFFER'] }, tls: { cipher: 'x', version: 'TLSv1.3' } }
  const parts = [{ ...metadata, data: JSON.stringify(own) }, message]
  expect(resultOf(await post(bodyOf(parts, 'boundary123'), { 'content-type': TYPE }))).toMatchObject({ score: 1 })
})

const bomb = zstdCompressSync(Buffer.alloc(1_000_000, 97))
test.for<[what: string, code: number, parts: readonly Part[], headers?: Record<string, string>]>([
  ['no metadata', 400, [message]],
  ['no message', 400, [metadata]],
  ['a third part', 400, [metadata, message, { name: 'more', data: 'x' }]],
  ['metadata that are no JSON', 400, [{ ...metadata, data: '{' }, message]],
  ['metadata that are no object', 400, [{ ...metadata, data: '[]' }, message]],
  ['metadata in msgpack', 415, [{ ...metadata, fields: ['Content-Type: application/x-msgpack'] }, message]],
  ['metadata that are compressed', 415, [{ ...metadata, fields: ['Content-Encoding: zstd'] }, message]],
  ['a message in gzip', 415, [metadata, { ...message, fields: ['Content-Encoding: gzip'] }]],
  ['what is no zstd', 400, [metadata, { ...message, fields: ['Content-Encoding: zstd'] }]],
  ['a bomb', 400, [metadata, { ...message, fields: ['Content-Encoding: zstd'], data: bomb }]],
  ['a file of this machine', 403, [{ ...metadata, data: '{"file":"/etc/passwd"}' }, message]],
  ['shared memory', 403, [{ ...metadata, data: '{"shm":"/x"}' }, message]],
  ['no boundary', 400, [metadata, message], { 'content-type': 'multipart/form-data' }],
  ['another boundary', 400, [metadata, message], { 'content-type': 'multipart/form-data; boundary=other' }],
])('%s is refused with %i', async ([, code, parts, headers]) => {
  const reply = await post(bodyOf(parts, 'boundary123'), { 'content-type': TYPE, ...headers })
  expect(reply.code).toBe(code)
  expect(JSON.parse(String(reply.body))).toHaveProperty('error')
})

test('P04 a body that is nothing but boundaries costs no more than its length', async () => {
  const body = Buffer.from('--boundary123'.repeat(7_000))
  expect((await post(body, { 'content-type': TYPE })).code).toBe(400)
})
