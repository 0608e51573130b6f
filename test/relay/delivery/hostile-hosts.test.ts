/**
 * A next hop that drips, floods, stalls or breaks off: each costs a bounded time and memory, and no message is lost.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { hopAt, quick, testDelivery } from '../../support/delivery.ts'
import { incoming } from '../../support/incoming.ts'

interface RawHop extends AsyncDisposable {
  readonly port: number
  readonly sockets: Set<Socket>
}

/** `onLine` gets each line, and `connect` at first; what it returns is sent. */
async function rawHop(onLine: (line: string, socket: Socket) => string | undefined): Promise<RawHop> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    const say = (text: string | undefined) => text !== undefined && socket.writable && socket.write(text)
    let rest = ''
    socket.on('data', bytes => {
      const lines = (rest + bytes.toString('latin1')).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) say(onLine(line, socket))
    })
    say(onLine('connect', socket))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

const polite = (line: string): string | undefined => {
  if (line === 'connect') return '220 hop\r\n'
  if (line === 'DATA') return '354 go\r\n'
  return /^(?:EHLO|MAIL|RCPT|RSET|QUIT|\.$)/.test(line) ? '250 ok\r\n' : undefined
}

const drip = (socket: Socket): undefined => {
  const timer = setInterval(() => socket.writable && socket.write('2'), 50)
  socket.on('close', () => clearInterval(timer))
}
const flood = (socket: Socket): undefined => {
  const more = (): void => {
    while (socket.writable && socket.write('x'.repeat(65_536)));
    socket.once('drain', more)
  }
  more()
}
const manyLines = '250-line\r\n'.repeat(5_000)

type Misdeed = (socket: Socket) => string | undefined
const misdeeds: Readonly<Record<string, Misdeed>> = {
  'drips a reply that never ends': drip,
  'sends one line without an end': flood,
  'answers 5,000 lines': () => `${manyLines}250 ok\r\n`,
  'answers in another protocol': () => 'HTTP/1.1 400 Bad Request\r\n\r\n',
  'resets the connection': socket => void socket.resetAndDestroy(),
  'closes its side': socket => void socket.end(),
}
const steps = ['connect', 'EHLO', 'MAIL', 'RCPT', 'DATA', '.'] as const

describe.concurrent('D10 a next hop', () => {
  const rows = Object.keys(misdeeds).flatMap(name => steps.map(step => [name, step] as const))
  test.for(rows)('%s at %s: 451 in time, and no connection is left', async ([name, step], { expect: that }) => {
    await using hop = await rawHop((line, socket) =>
      line === step || line.startsWith(`${step} `) ? misdeeds[name]?.(socket) : polite(line),
    )
    await using relay = await testDelivery([{ nextHop: hopAt(hop.port), recipients: 'any' }])
    const reply = await relay.delivery.deliver(incoming('Subject: x\r\n\r\nhello\r\n'))
    that(reply).toMatchObject({ code: 451 })
    await that.poll(() => [hop.sockets.size, relay.descriptors()], { timeout: 5_000 }).toEqual([0, 0])
  })

  test('that takes no byte of a large message: 451 in time', async ({ expect: that }) => {
    await using hop = await rawHop((line, socket) => {
      if (line === 'DATA') socket.pause()
      return polite(line)
    })
    await using relay = await testDelivery([{ nextHop: hopAt(hop.port), recipients: 'any' }])
    const text = `Subject: x\r\n\r\n${`${'x'.repeat(998)}\r\n`.repeat(20_000)}`
    that(await relay.delivery.deliver(incoming(text))).toMatchObject({ code: 451, status: '4.4.2' })
    await that.poll(relay.descriptors).toBe(0)
  })

  test('that takes a little of a large message now and then: the whole delivery has an end', async ({
    expect: that,
  }) => {
    await using hop = await rawHop((line, socket) => {
      if (line !== 'DATA') return polite(line)
      socket.pause()
      const timer = setInterval(() => {
        socket.resume()
        setImmediate(() => socket.pause())
      }, 100)
      socket.on('close', () => clearInterval(timer))
      return polite(line)
    })
    const timeouts = { ...quick, total: 1_500 }
    await using relay = await testDelivery([{ nextHop: hopAt(hop.port, { timeouts }), recipients: 'any' }])
    const text = `Subject: x\r\n\r\n${`${'x'.repeat(998)}\r\n`.repeat(60_000)}`
    that(await relay.delivery.deliver(incoming(text))).toMatchObject({ code: 451, status: '4.4.2' })
  })

  test('that says 250 to the message and resets the connection has the message', async ({ expect: that }) => {
    await using hop = await rawHop((line, socket) => {
      if (line === '.') socket.write('250 ok\r\n', () => socket.resetAndDestroy())
      return line === '.' ? undefined : polite(line)
    })
    await using relay = await testDelivery([{ nextHop: hopAt(hop.port), recipients: 'any' }])
    for (let time = 0; time < 3; time += 1)
      that(await relay.delivery.deliver(incoming('x\r\n'))).toMatchObject({ code: 250 })
    that(relay.notices).toEqual([])
  })

  test('that talks on while the connection is idle: the connection is not used again', async ({ expect: that }) => {
    const lines: string[] = []
    await using hop = await rawHop(line => {
      lines.push(line)
      return line === '.' ? '250 ok\r\n250 and again\r\n' : polite(line)
    })
    await using relay = await testDelivery([{ nextHop: hopAt(hop.port), recipients: 'any' }])
    for (let time = 0; time < 2; time += 1)
      that(await relay.delivery.deliver(incoming('x\r\n'))).toMatchObject({ code: 250 })
    that(lines.filter(line => line === 'connect')).toHaveLength(2)
  })
})

test('D10 a hop that stalls in the handshake of verified TLS: 451 4.7.5, and no connection is left', async () => {
  await using hop = await rawHop(line => {
    if (line.startsWith('EHLO')) return '250-hop\r\n250 STARTTLS\r\n'
    return line === 'STARTTLS' ? '220 go\r\n' : polite(line)
  })
  const timeouts = { ...quick, connect: 200 }
  await using relay = await testDelivery([
    { nextHop: hopAt(hop.port, { tls: 'verified', timeouts }), recipients: 'any' },
  ])
  expect(await relay.delivery.deliver(incoming('x\r\n'))).toMatchObject({ code: 451, status: '4.7.5' })
  await expect.poll(() => hop.sockets.size).toBe(0)
})
