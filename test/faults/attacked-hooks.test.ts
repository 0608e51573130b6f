/** Stalwart's hooks under calls of 48 MB of brackets over real sockets, while an honest mail server is answered. */
import { once } from 'node:events'
import { request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { hooks, serve } from '../../src/adapters/stalwart/index.ts'
import { contentFilters, recommended } from '../../src/filters/index.ts'
import { postern } from '../../src/index.ts'
import { zone } from '../../src/testing/zone.ts'

const authorization = 'Bearer secret'
const SIZE = 48 * 1024 * 1024
const PIECE = Buffer.alloc(65_536)
const MAILS = 20

const honest = JSON.stringify({
  context: { stage: 'data', client: { ip: '192.0.2.1', port: 4711, helo: 'mx.example.org' } },
  envelope: { from: { address: 'ann@example.org' }, to: [{ address: 'bob@example.net' }] },
  message: {
    headers: [
      ['From', ' ann@example.org\r\n'],
      ['Date', ' Mon, 23 Nov 2026 09:00:00 +0000\r\n'],
      ['Message-ID', ' <1@example.org>\r\n'],
    ],
    contents: 'Shall we?\r\n',
  },
})

async function call(port: number): Promise<unknown> {
  const headers = { authorization, 'content-type': 'application/json' }
  const asked = request({ host: '127.0.0.1', port, method: 'POST', headers, agent: false })
  asked.end(honest)
  const [response] = await once(asked, 'response')
  return [response.statusCode, ((await json(response)) as { readonly action?: string }).action]
}

/** @returns the first line of what was answered, and how many bytes were taken */
async function attack(port: number, piece: Buffer, secret: string): Promise<readonly [status: string, sent: number]> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  let [answer, sent] = ['', 0]
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text
  })
  const closed = new Promise(resolve => socket.once('close', resolve))
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${secret}Content-Length: ${SIZE}\r\n\r\n`)
  while (sent < SIZE && socket.writable && answer === '') {
    sent += piece.length
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain').catch(() => undefined), closed])
    await sleep(0)
  }
  socket.end()
  await closed
  return [answer.split('\r\n')[0] ?? '', sent]
}

test.for<[what: string, unit: string, secret: string, status: RegExp]>([
  ['open brackets with the secret', '[', `Authorization: ${authorization}\r\n`, /^HTTP\/1\.1 400 /],
  ['open objects with the secret', '{"a":', `Authorization: ${authorization}\r\n`, /^HTTP\/1\.1 400 /],
  ['open brackets without a secret', '[', '', /^HTTP\/1\.1 401 /],
])(
  'P05 48 MB of %s are refused early by running hooks, while honest mail is answered',
  async ([, unit, secret, status]) => {
    const domains = ['example.net']
    const dns = zone({
      'example.org': { TXT: ['v=spf1 ip4:192.0.2.1 -all'], MX: [{ priority: 1, exchange: 'mx.example.org' }] },
      'mx.example.org': { A: ['192.0.2.1'] },
      '1.2.0.192.in-addr.arpa': { PTR: ['mx.example.org'] },
    })
    const filters = [...recommended({ domains, rateLimit: false }), ...contentFilters({ domains })]
    const gateway = postern({ name: 'mx.example.net', dns, filters })
    const server = serve(hooks(gateway, { authorization }))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const piece = Buffer.from(PIECE).fill(unit)
    const over = new AbortController()
    const refused: (readonly [status: string, sent: number])[] = []
    const attacker = async () => {
      do refused.push(await attack(port, piece, secret))
      while (!over.signal.aborted)
    }
    try {
      const attacking = Promise.all([attacker(), attacker(), attacker(), attacker()])
      const answers: unknown[] = []
      for (let mail = 0; mail < MAILS; mail += 1) answers.push(await call(port))
      over.abort()
      await attacking
      expect(answers).toEqual(Array.from({ length: MAILS }, () => [200, 'accept']))
      // A reset may overtake the answer; what was sent until then is little all the same.
      expect(refused.filter(([said]) => said !== '' && !status.test(said))).toEqual([])
      expect(refused.some(([said]) => status.test(said))).toBe(true)
      expect(Math.max(...refused.map(([, sent]) => sent))).toBeLessThan(SIZE / 4)
    } finally {
      server.close()
      server.closeAllConnections()
      await gateway.close()
    }
  },
)
