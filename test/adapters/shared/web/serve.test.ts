/** What every port behind HTTP does with connections: one request at a time, in time, whatever the client does. */
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { type FetchHandler, type ServeOptions, serve } from '../../../../src/adapters/shared/web/serve.ts'
import { fc, runs } from '../../../support/property.ts'

const echo: FetchHandler = async request =>
  new Response(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`)

async function opened(handler: FetchHandler, options: ServeOptions = {}) {
  const server = serve(handler, options)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const sockets: Socket[] = []
  return {
    open: () => new Promise<number>(resolve => server.getConnections((_error, open) => resolve(open))),
    client: () => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      sockets.push(socket)
      return socket
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Settles when the server has hung up; a reset is one way to do so. */
const closed = (socket: Socket) => new Promise(resolve => socket.once('close', resolve))

/** What is received until the server closes, or until it holds so many answers. */
async function received(socket: Socket, answers = Number.POSITIVE_INFINITY): Promise<string> {
  let text = ''
  for await (const chunk of socket) {
    text += chunk
    if ((text.match(/HTTP\/1\.1 200/g) ?? []).length >= answers && text.endsWith('!')) break
  }
  return text
}

const post = (path: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`

test('P04 of the requests of one connection one is under way; the others wait, and each is answered', async () => {
  const events: string[] = []
  await using host = await opened(async request => {
    const { pathname } = new URL(request.url)
    events.push(`begins ${pathname}`)
    await new Promise(resolve => setTimeout(resolve, 5))
    events.push(`ends ${pathname}`)
    return new Response(`${await request.text()}!`)
  })
  const socket = host.client()
  const paths = Array.from({ length: 50 }, (_, index) => `/${index}`)
  socket.write(paths.map(path => post(path, `body of ${path}`)).join(''))
  const text = await received(socket, paths.length)
  expect(events).toEqual(paths.flatMap(path => [`begins ${path}`, `ends ${path}`]))
  expect(text.match(/body of \/\d+/g)).toEqual(paths.map(path => `body of ${path}`))
})

test('P04 what a client sends on while its request is under way stays unread', async () => {
  const { promise: go, resolve: answerNow } = Promise.withResolvers<void>()
  await using host = await opened(async () => {
    await go
    return new Response('!')
  })
  const socket = host.client()
  const flood = Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(400_000))
  const isTaken = socket.write(flood)
  await new Promise(resolve => setTimeout(resolve, 300))
  // What the system keeps for both ends is not nothing, but the rest stays with the client.
  const unread = socket.writableLength
  answerNow()
  expect([isTaken, unread > 0]).toEqual([false, true])
})

test.for([
  ['in its first line', 'GET /pi'],
  ['in the head', 'POST / HTTP/1.1\r\nHost: x\r\nFrom: a'],
  ['in the body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nFrom: a'],
  ['in the second request', `${post('/', 'a')}POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nFrom: a`],
] as const)('P03 a request that comes byte by byte %s is hung up on', async ([, begin]) => {
  await using host = await opened(echo, { timeout: '300ms' })
  const socket = host.client().resume()
  socket.write(begin)
  const drip = setInterval(() => socket.write('x'), 50)
  await closed(socket)
  clearInterval(drip)
})

test('P03 a client that does not fetch its answer is hung up on', async () => {
  await using host = await opened(async () => new Response(Buffer.alloc(30_000_000)), { timeout: '300ms' })
  host.client().write(post('/', 'a'))
  await expect.poll(host.open).toBe(1)
  await expect.poll(host.open, { timeout: 10_000 }).toBe(0)
})

test('P03 honest requests are served while slow clients hold all places', async () => {
  await using host = await opened(echo, { timeout: '60s', connections: 10 })
  const slow = Array.from({ length: 10 }, () => host.client())
  for (const socket of slow) socket.write('POST / HTTP/1.1\r\nX: ')
  const drip = setInterval(() => {
    for (const socket of slow) if (socket.writable) socket.write('a')
  }, 20)
  await new Promise(resolve => setTimeout(resolve, 400))
  for (let count = 0; count < 5; count += 1) {
    const socket = host.client()
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi`)
    expect(await received(socket)).toMatch(/^HTTP\/1\.1 200[\s\S]*POST \/ hi$/)
  }
  clearInterval(drip)
})

test('a client that ends its side behind its request receives the answer', async () => {
  await using host = await opened(echo)
  const socket = host.client()
  socket.end(post('/a', 'hi'))
  expect(await received(socket)).toMatch(/POST \/a hi$/)
})

test('a refusal of a large body is received, though the body was not read', async () => {
  await using host = await opened(async () => new Response('too much', { status: 413 }))
  const socket = host.client()
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n`)
  socket.write(Buffer.alloc(5_000_000))
  expect(await received(socket)).toMatch(/^HTTP\/1\.1 413[\s\S]*too much$/)
})

const body = fc.string({ maxLength: 300, unit: fc.constantFrom('a', '\r', '\n', '0', ' ', 'POST / HTTP/1.1') })
const numRuns = runs(40)

test('however requests are cut into packets, each is answered in its turn', { timeout: 600_000 }, async () => {
  await using host = await opened(async request => new Response(`[${await request.text()}]!`))
  const requests = fc.array(fc.record({ text: body, chunked: fc.boolean() }), { minLength: 1, maxLength: 6 })
  const property = fc.asyncProperty(
    requests,
    fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 }),
    async (all, cuts) => {
      const whole = all
        .map(({ text, chunked }) => {
          const end = text === '' ? '0\r\n\r\n' : `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`
          return chunked ? `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${end}` : post('/', text)
        })
        .join('')
      const socket = host.client().setNoDelay(true)
      let at = 0
      for (const cut of cuts) {
        socket.write(whole.slice(at, at + cut))
        at += cut
        await new Promise(setImmediate)
      }
      socket.end(whole.slice(at))
      const text = await received(socket, all.length)
      socket.destroy()
      expect(
        text
          .split('HTTP/1.1 200')
          .slice(1)
          .map(answer => answer.slice(answer.indexOf('['))),
      ).toEqual(all.map(({ text }) => `[${text}]!`))
    },
  )
  await fc.assert(property, { numRuns })
})
