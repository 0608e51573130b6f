import { type IncomingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { examples, offer, opened, plain } from './gateway.ts'

let port: number
let close: () => void

beforeAll(async () => {
  const { server, port: own } = await opened()
  port = own
  close = () => server.close()
})
afterAll(() => close())

interface Got {
  readonly code: number
  readonly body: Buffer
  readonly headers: IncomingHttpHeaders
}

const ask = (
  path: string,
  {
    body,
    headers = {},
    to = port,
  }: { body?: Buffer | string; headers?: Record<string, string | string[]>; to?: number } = {},
): Promise<Got> =>
  new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port: to, path, method: body === undefined ? 'GET' : 'POST', headers },
      async response => {
        const chunks: Buffer[] = []
        for await (const chunk of response) chunks.push(chunk as Buffer)
        resolve({ code: response.statusCode ?? 0, body: Buffer.concat(chunks), headers: response.headers })
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
const checked = async (body: Buffer | string, headers: Record<string, string | string[]> = {}) =>
  JSON.parse((await ask('/checkv2', { body, headers })).body.toString())

describe('a message that is checked', () => {
  test('is reported with its action, and symbols whose scores sum to the score', async () => {
    const result = await checked(offer, {
      ip: '192.0.2.7',
      helo: 'mx',
      from: '<alice@example.org>',
      rcpt: ['<bob@example.net>', '"a,b"@example.net, carol@example.net'],
    })
    expect(result).toMatchObject({
      score: 9,
      required_score: 15,
      action: 'add header',
      'message-id': '1@example.org',
      symbols: {
        CLIENT: { score: 1, options: ['from 192.0.2.7'] },
        WORDS_OFFER: { score: 8, description: 'words/offer' },
      },
    })
    const symbols: { score: number }[] = Object.values(result.symbols)
    expect(symbols.reduce((sum, { score }) => sum + score, 0)).toBe(result.score)
    expect(JSON.parse(result.symbols.WHO.options[0])).toEqual({
      reversePath: 'alice@example.org',
      forwardPaths: ['bob@example.net', '"a,b"@example.net', 'carol@example.net'],
      helo: 'mx',
    })
    expect(result.milter.add_headers['X-Spam-Flag']).toEqual({ value: 'YES', order: 0 })
  })

  test.for([
    ['refused', 'X-No: 1\n', 'reject', /^5\.7\.1 /],
    ['deferred', 'X-Later: 1\n', 'soft reject', /^4\.7\.1 /],
  ] as const)('and %s has the words for the client', async ([, field, action, words]) => {
    const result = await checked(field + plain)
    expect([result.action, words.test(result.messages.smtp_message)]).toEqual([action, true])
  })

  test('may come in chunks, packed, with what is asked behind the path, or under its old names', async () => {
    const chunked = await ask('/checkv2?ip=192.0.2.9', { body: offer, headers: { 'transfer-encoding': 'chunked' } })
    expect(JSON.parse(chunked.body.toString()).symbols.CLIENT.options).toEqual(['from 192.0.2.9'])
    const packed = await ask('/checkv2', {
      body: zstdCompressSync(Buffer.from(offer)),
      headers: { compression: 'zstd' },
    })
    expect(packed.headers.compression).toBe('zstd')
    expect(JSON.parse(zstdDecompressSync(packed.body).toString()).score).toBe(9)
    const old = await ask('/check', { body: offer })
    expect(JSON.parse(old.body.toString()).default).toMatchObject({ is_spam: true, score: 9, CLIENT: { score: 1 } })
  })

  test('has scores, switched-off rules and its own thresholds when Settings say so', async () => {
    const settings = {
      scores: { WORDS_OFFER: 2 },
      symbols_disabled: ['CLIENT'],
      actions: { 'add header': 1.5, reject: null },
    }
    const result = await checked(offer, { settings: JSON.stringify(settings) })
    expect([result.score, result.action, Object.keys(result.symbols)]).toEqual([
      2,
      'add header',
      ['WORDS_OFFER', 'WHO'],
    ])
    expect((await checked(`X-No: 1\n${plain}`, { settings: '{"groups_disabled":["no"]}' })).action).toBe('no action')
  })

  test.for(['[]', 'x', '{"scores":{"A":"b"}}', '{"symbols_disabled":"A"}'])(
    'with Settings %s is a mistake that is named',
    async settings => {
      const { code, body } = await ask('/checkv2', { body: plain, headers: { settings } })
      expect([code, JSON.parse(body.toString()).error]).toEqual([400, expect.stringContaining('Settings')])
    },
  )

  test.for(['file', 'path', 'shm'])('is never read from this machine: %s', async name => {
    const { code, body } = await ask('/checkv2', { body: '', headers: { [name]: '/etc/passwd' } })
    expect([code, body.toString()]).toEqual([403, expect.stringContaining(`the header ${name} is not served`)])
  })

  test('is bounded, packed or not; what is no address is a mistake', async () => {
    await using small = await opened({ size: '1kb' })
    expect((await ask('/checkv2', { body: 'x'.repeat(2000), to: small.port })).code).toBe(413)
    const bomb = zstdCompressSync(Buffer.alloc(10_000_000))
    expect((await ask('/checkv2', { body: bomb, headers: { compression: 'zstd' }, to: small.port })).code).toBe(400)
    expect((await ask('/checkv2', { body: plain, headers: { ip: 'nobody' } })).code).toBe(400)
  })
})

describe('what a request asks for beside', () => {
  test('Queue-Id is the reference, Deliver-To a recipient where no other is named', async () => {
    const result = await checked(plain, { 'queue-id': '4FxYz12', 'deliver-to': 'dora@example.net' })
    expect(result.ref).toBe('4FxYz12')
    expect(JSON.parse(result.symbols.WHO.options[0]).forwardPaths).toEqual(['dora@example.net'])
  })

  test('groups are added up; what is to be skipped is', async () => {
    const { groups } = await checked(offer, { flags: 'milter,groups' })
    expect(groups).toMatchObject({ client: { score: 1 }, words: { score: 8 } })
    expect(await checked(offer, { flags: 'skip' })).toMatchObject({
      is_skipped: true,
      score: 0,
      action: 'no action',
      symbols: {},
    })
  })

  test('the thresholds of Settings are shown; a threshold that is switched off is not', async () => {
    const asked = await checked(offer, { settings: '{"actions":{"reject":8.5}}' })
    expect(asked).toMatchObject({ action: 'reject', required_score: 8.5, thresholds: { reject: 8.5, 'add header': 4 } })
    expect((await checked(offer, { settings: '{"actions":{"reject":null}}' })).thresholds).toEqual({ 'add header': 4 })
  })
})

describe('the controller', () => {
  test('learns, and tells what was learnt', async () => {
    const { code, body } = await ask('/learnspam', { body: offer })
    expect([code, JSON.parse(body.toString())]).toEqual([200, { success: true }])
    expect(examples.at(-1)).toEqual({ label: 'spam', by: 'rspamd:127.0.0.1' })
    expect(JSON.parse((await ask('/stat')).body.toString()).learned).toBeGreaterThan(0)
  })

  test.for(['ping', 'stat', 'symbols', 'actions', 'counters', 'auth', 'metrics'])('answers /%s', async path => {
    expect((await ask(`/${path}`)).code).toBe(200)
  })

  test('asks for its password', async () => {
    await using locked = await opened({ password: 'correct horse' })
    const stat = (headers = {}) => ask('/stat', { to: locked.port, headers })
    expect((await stat()).code).toBe(403)
    expect((await stat({ password: 'wrong' })).code).toBe(403)
    expect((await stat({ password: 'correct horse' })).code).toBe(200)
    expect((await ask('/ping', { to: locked.port })).body.toString()).toBe('pong\r\n')
    expect((await ask('/metrics', { to: locked.port })).code).toBe(403)
    const headers = { password: 'correct horse' }
    expect((await ask('/metrics', { to: locked.port, headers })).code).toBe(200)
  })

  test('knows no other command', async () => {
    expect((await ask('/fuzzyadd', { body: 'x' })).code).toBe(404)
  })
})

describe('a request that does not come to its end', () => {
  test.for([
    ['in its first line', 'GET /pi'],
    ['in the header of HTTP', 'POST /checkv2 HTTP/1.1\r\nHost: x\r\nFrom: a'],
    ['in the body of HTTP', 'POST /checkv2 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nFrom: a'],
    ['in the header of a line protocol', 'CHECK RSPAMC/1.3\r\nFrom: a'],
    ['in the body of a line protocol', 'CHECK SPAMC/1.5\r\nContent-length: 1000\r\n\r\nFrom: a'],
  ] as const)('W18 byte by byte, %s, is hung up on', async ([, begin]) => {
    await using served = await opened({ timeout: '300ms' })
    const socket = connect(served.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(begin)
    // Each byte comes well within the time that a silent client has.
    const drip = setInterval(() => socket.write('x'), 50)
    // With bytes unread it is reset, which is a way to hang up as well.
    const closed = new Promise(resolve => socket.once('close', resolve))
    socket.resume()
    await closed
    clearInterval(drip)
  })
})

describe('lines by hand', () => {
  const say = async (bytes: string, end = false): Promise<string> => {
    const socket = connect(port, '127.0.0.1')
    socket.write(bytes)
    if (end) socket.end()
    let received = ''
    for await (const chunk of socket) received += chunk
    return received
  }

  test('Exim does not end its side: the length that it names is kept to', async () => {
    const said = await say(
      `CHECK RSPAMC/1.3\r\nContent-length: ${offer.length}\r\nFrom: <alice@example.org>\r\nRecipient-Number: 2\r\nRcpt: <bob@example.net>\r\nRcpt: <carol@example.net>\r\nIP: 192.0.2.8\r\n\r\n${offer}`,
    )
    expect(said).toMatch(
      /^RSPAMD\/1\.3 0 EX_OK\r\nMetric: default; True; 9\.00 \/ 15\.00 \/ 0\.0\r\nAction: add header\r\nSymbol: CLIENT\(1\.00\)\r\n/,
    )
  })

  test('what is no request is ended', async () => {
    expect(await say('CHECK RSPAMC/1.3\r\nContent-length: 99999999999\r\n\r\n')).toMatch(/^RSPAMD\/1\.3 76 EX_PROTOCOL/)
    expect(await say('GARBAGE\r\n\r\n', true)).toMatch(/^HTTP\/1\.1 400/)
    expect(await say('PING SPAMC/1.2\r\n\r\n')).toBe('SPAMD/1.5 0 PONG\r\n')
    expect(await say('', true)).toBe('')
  })
})
