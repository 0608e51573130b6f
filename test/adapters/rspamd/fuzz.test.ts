/** Requests that no client would send, in packets that no client would cut. More with `POSTERN_FUZZ=20000`. */
import { expect, test } from 'vitest'
import { fc, runs } from '../../support/property.ts'
import { message, responseOf, rspamdHost } from '../../support/rspamd-host.ts'

const numRuns = runs(150)
const timeout = 3_600_000

/** Cut at any places, each packet in its own turn. */
const cuts = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 20 })

type Host = Awaited<ReturnType<typeof rspamdHost>>

async function sendCut(host: Host, bytes: Buffer, lengths: readonly number[], end: boolean): Promise<string> {
  const socket = host.client().setNoDelay(true)
  // From the beginning: the server may have hung up before all is sent.
  const reply = responseOf(socket)
  let at = 0
  for (const length of lengths) {
    socket.write(bytes.subarray(at, at + length))
    at += length
    await new Promise(setImmediate)
  }
  if (end) socket.end(bytes.subarray(at))
  else socket.write(bytes.subarray(at))
  return await reply
}

const wholeReply =
  /^$|^SPAMD\/1\.1 \d+ \w+\r\n|^SPAMD\/1\.5 0 PONG\r\n$|^RSPAMD\/1\.3 \d+ \w+\r\n|^HTTP\/1\.1 [1245]\d\d /

const verb = fc.constantFrom(
  ...'CHECK SYMBOLS REPORT REPORT_IFSPAM PROCESS HEADERS PING SKIP TELL CHECKX Check'.split(' '),
)
const protocol = fc.constantFrom('SPAMC/1.5', 'RSPAMC/1.3', 'RSPAMC/9.9', 'HTTP/1.1', 'spamc/1.5')
const lineEnd = fc.constantFrom('\r\n', '\n', '\r', '')
const number = fc.oneof(
  fc.constantFrom('-1', '1e3', '0x5', '', ' ', '+5', '5,5', '9007199254740993', '1.5', '05', 'NaN'),
  fc.nat({ max: 400 }).map(String),
)
const field = fc.oneof(
  fc.tuple(
    fc.constantFrom('Content-length', 'CONTENT-LENGTH', 'Message-class', 'Set', 'Compress', 'User', 'From', 'IP'),
    number,
  ),
  fc.tuple(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12, unit: 'binary' })),
)
const fields = fc
  .array(fc.tuple(field, lineEnd), { maxLength: 6 })
  .map(list => list.map(([[name, value], end]) => `${name}: ${value}${end}`).join(''))
const body = fc.oneof(fc.constant(message), fc.string({ maxLength: 60, unit: 'binary' }), fc.constant('\0'.repeat(40)))
const lines = fc
  .tuple(verb, protocol, lineEnd, fields, lineEnd, body)
  .map(([word, version, first, some, last, text]) => `${word} ${version}${first}${some}${last}${text}`)
const request = fc
  .tuple(
    fc.constantFrom('POST', 'GET', 'HEAD', 'PUT', 'CONNECT', 'post', 'P\0ST'),
    fc.constantFrom('/checkv2', '/learnspam', '//', '/ping', '*', 'http://[', '/checkv2?ip=%00', '/%', '/stat?host=x'),
    fields,
    fc.constantFrom(
      '',
      'Host: x\r\n',
      'Host: localhost\r\n',
      'Transfer-Encoding: chunked\r\n',
      'Expect: 100-continue\r\n',
    ),
    body,
  )
  .map(([method, path, some, more, text]) => `${method} ${path} HTTP/1.1\r\n${more}${some}\r\n${text}`)
const noise = fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes).toString('latin1'))

test('P05 whatever is sent, the reply is whole, the socket ends, and the next request is served', {
  timeout,
}, async () => {
  await using host = await rspamdHost({ timeout: '2s' })
  const property = fc.asyncProperty(fc.oneof(lines, request, noise), cuts, async (text, lengths) => {
    expect(await sendCut(host, Buffer.from(text, 'latin1'), lengths, true)).toMatch(wholeReply)
    expect(await host.say('PING SPAMC/1.5\r\n\r\n')).toBe('SPAMD/1.5 0 PONG\r\n')
  })
  await fc.assert(property, { numRuns })
})

const honest = fc.record({
  kind: fc.constantFrom('SPAMC/1.5', 'RSPAMC/1.3', 'length', 'chunks'),
  text: fc
    .array(fc.constantFrom('a', ' ', '\n', '\r\n', '\r\n\r\n', '0\r\n\r\n', 'CHECK SPAMC/1.5', 'é'), {
      maxLength: 40,
    })
    .map(pieces => Buffer.from(`Subject: x\r\n\r\n${pieces.join('')}`)),
})

function written({ kind, text }: { readonly kind: string; readonly text: Buffer }): Buffer {
  const length = `Content-Length: ${text.length}\r\n\r\n`
  const chunks = `Transfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n`
  if (kind === 'length') return Buffer.concat([Buffer.from(`POST /checkv2 HTTP/1.1\r\nHost: x\r\n${length}`), text])
  if (kind === 'chunks')
    return Buffer.concat([
      Buffer.from(`POST /checkv2 HTTP/1.1\r\nHost: x\r\n${chunks}`),
      text,
      Buffer.from('\r\n0\r\n\r\n'),
    ])
  return Buffer.concat([Buffer.from(`CHECK ${kind}\r\n${length}`), text])
}

test('however an honest request is cut into packets, its message is judged', { timeout }, async () => {
  let judged = Buffer.alloc(0)
  const filter = {
    name: 'keeper',
    message: async (context: { open(): AsyncIterable<unknown> }) => {
      const chunks: Buffer[] = []
      for await (const chunk of context.open()) chunks.push(chunk as Buffer)
      judged = Buffer.concat(chunks)
    },
  }
  await using host = await rspamdHost({ filters: [filter] })
  const property = fc.asyncProperty(honest, cuts, fc.boolean(), async (asked, lengths, end) => {
    judged = Buffer.alloc(0)
    const bytes = written(asked)
    await host.say(bytes)
    const whole = judged
    judged = Buffer.alloc(0)
    await sendCut(host, bytes, lengths, end)
    expect(judged.equals(whole)).toBe(true)
    expect(whole.length).toBeGreaterThan(0)
  })
  await fc.assert(property, { numRuns })
})
