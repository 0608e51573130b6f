/** Killed in the middle of messages, again and again: whatever was answered 250 arrives at the next hop. */
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { daemon } from '../support/daemon.ts'
import { full } from '../support/full.ts'
import { pluginOf, startHaraka } from '../support/haraka.ts'
import { startPostfix } from '../support/postfix.ts'
import { rawClient } from '../support/raw-client.ts'
import { freePort, scratch } from '../support/scratch.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { type Sink, sink } from '../support/sink.ts'

let nextHop: Sink
beforeAll(async () => {
  nextHop = await sink()
})
afterAll(async () => {
  await nextHop?.stop()
})

const reachable = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('close', () => socket.destroy()).once('connect', () => socket.end())
  })

/** What a client received for its message: `250`, another code, or that the connection was gone. */
async function send(port: number, id: string): Promise<string> {
  const client = rawClient(port)
  try {
    client.send('PROXY TCP4 192.0.2.1 192.0.2.25 40000 25\r\n')
    const greeting = await client.reply()
    if (!greeting.startsWith('220')) return greeting.slice(0, 3)
    for (const line of ['EHLO mx.example.org', 'MAIL FROM:<a@example.org>', 'RCPT TO:<b@example.net>', 'DATA']) {
      const reply = await client.say(line)
      if (!/^[23]/.test(reply)) return reply.slice(0, 3)
    }
    client.send(`From: a@example.org\r\nX-Id: ${id}.\r\n\r\n`)
    for (let part = 0; part < 20; part += 1) {
      client.send('some words of a body that comes in parts\r\n'.repeat(50))
      await sleep(2)
    }
    return (await client.say('.')).slice(0, 3)
  } finally {
    client.destroy()
  }
}

/** Four clients send until the kills are over, and once more when all is well. */
async function underFire(port: number, name: string, kill: () => Promise<void>, kills: number) {
  const received = new Map<string, string>()
  let over = false
  const client = async (who: number) => {
    for (let count = 0; !over; count += 1) {
      const id = `${name}-${who}-${count}`
      received.set(id, await send(port, id))
      await sleep(5)
    }
  }
  const clients = [1, 2, 3, 4].map(client)
  for (let count = 0; count < kills; count += 1) {
    await sleep(300 + 40 * (count % 8))
    await kill()
  }
  await sleep(500)
  over = true
  await Promise.all(clients)
  const last = await send(port, `${name}-last`)
  const accepted = [...received].filter(([, reply]) => reply === '250').map(([id]) => id)
  const arrived = () => accepted.filter(id => nextHop.messages.some(message => message.includes(`X-Id: ${id}.`)))
  const deadline = Date.now() + 20_000
  while (arrived().length < accepted.length && Date.now() < deadline) await sleep(50)
  const cut = nextHop.messages.filter(
    message => message.includes('X-Id: ') && message.split('in parts\r\n').length !== 1001,
  )
  return { last, accepted, arrived: arrived(), cut, others: [...received.values()].filter(reply => reply !== '250') }
}

test('postern is killed while Postfix asks it: what it answered 250 is there, and no message is refused for good', {
  timeout: INSTALL_TIMEOUT,
}, async () => {
  const port = await freePort()
  await using postern = await daemon({
    program: process.execPath,
    args: ['--no-warnings', fileURLToPath(new URL('./milter/child.ts', import.meta.url)), String(port)],
    folder: await scratch(),
    ready: () => reachable(port),
  })
  await using postfix = await startPostfix({
    nextHop: nextHop.port,
    settings: {
      smtpd_milters: `inet:127.0.0.1:${port}`,
      milter_default_action: 'tempfail',
      smtpd_upstream_proxy_protocol: 'haproxy',
    },
  })
  const { last, accepted, arrived, cut, others } = await underFire(
    postfix.port,
    'postfix',
    async () => {
      await postern.kill()
      await sleep(100)
      await postern.start()
    },
    full ? 30 : 3,
  )
  expect(arrived).toEqual(accepted)
  expect(cut).toEqual([])
  expect(accepted.length).toBeGreaterThan(3)
  expect(others.length).toBeGreaterThan(0)
  expect(others.filter(reply => reply.startsWith('5'))).toEqual([])
  expect(last).toBe('250')
})

test('Haraka is killed with postern in it: what it answered 250 is there', { timeout: INSTALL_TIMEOUT }, async () => {
  await using haraka = await startHaraka({
    nextHop: nextHop.port,
    plugin: pluginOf(new URL('./haraka/gateways.ts', import.meta.url)),
  })
  const { last, accepted, arrived, cut, others } = await underFire(
    haraka.port,
    'haraka',
    async () => {
      await haraka.kill()
      await haraka.start()
    },
    full ? 20 : 2,
  )
  expect(arrived).toEqual(accepted)
  expect(cut).toEqual([])
  expect(accepted.length).toBeGreaterThan(3)
  expect(others.length).toBeGreaterThan(0)
  expect(last).toBe('250')
})
