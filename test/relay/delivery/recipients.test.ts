/** Who receives mail: asked of the next hop, or found in a list, a file, a function, an HTTP service. */
import { once } from 'node:events'
import { rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/model/services.ts'
import type { RecipientOptions } from '../../../src/relay/delivery/types.ts'
import { hopAt, testDelivery } from '../../support/delivery.ts'
import { handClock } from '../../support/hand-clock.ts'
import { incoming } from '../../support/incoming.ts'
import { freePort, scratch } from '../../support/scratch.ts'
import { sink } from '../../support/sink.ts'

const DOMAINS = ['example.net', 'example.com', '.example.com']

async function relayTo(port: number, recipients?: RecipientOptions) {
  const hand = handClock()
  // Timers of connections are the system's; the ages of answers are the test's.
  const clock = { ...systemClock, monotonic: hand.monotonic }
  const relay = await testDelivery([{ domains: DOMAINS, nextHop: hopAt(port), ...(recipients && { recipients }) }], {
    clock,
  })
  const ask = async (forwardPath: string, reversePath = 'a@example.org') => {
    const reply = await relay.delivery.checkRecipient({ forwardPath, reversePath })
    return reply === undefined ? 'known' : `${reply.code} ${reply.status}`
  }
  return { ...relay, ask, hand, [Symbol.asyncDispose]: () => relay.delivery.close() }
}

const count = (received: string, verb: string) => received.split('\r\n').filter(line => line.startsWith(verb)).length

describe('the next hop is asked', () => {
  test('with the sender of the client, and its answers are kept', async () => {
    await using server = await sink((step, time) =>
      step === 'RCPT' && time === 2 ? '550 5.1.1 no such user' : undefined,
    )
    await using relay = await relayTo(server.port)
    expect(await relay.ask('Bob@Example.net')).toBe('known')
    expect(await relay.ask('nobody@example.net')).toBe('550 5.1.1')
    for (let time = 0; time < 3; time += 1) {
      expect(await relay.ask('bob@example.net', 'other@example.org')).toBe('known')
      expect(await relay.ask('nobody@example.net', 'other@example.org')).toBe('550 5.1.1')
    }
    expect(count(server.received(), 'RCPT')).toBe(2)
    expect(server.received()).toContain('MAIL FROM:<a@example.org>')
    expect(count(server.received(), 'DATA')).toBe(0)
    expect(count(server.received(), 'EHLO')).toBe(1)
    relay.hand.pass(301_000)
    // An unknown address is asked for again after five minutes, a known one after an hour.
    expect(await relay.ask('bob@example.net')).toBe('known')
    expect(await relay.ask('nobody@example.net')).toBe('known')
    expect(count(server.received(), 'RCPT')).toBe(3)
    relay.hand.pass(3_600_000)
    await relay.ask('bob@example.net')
    expect(count(server.received(), 'RCPT')).toBe(4)
  })

  test('by LMTP and with the null reverse-path, where that is set', async () => {
    await using server = await sink(step => (step === 'RCPT' ? '550 5.1.1 no' : undefined))
    await using relay = await testDelivery([
      { nextHop: hopAt(server.port, { protocol: 'lmtp' }), recipients: { nextHop: { sender: 'null' } } },
    ])
    const question = { forwardPath: 'x@example.net', reversePath: 'a@example.org' }
    expect(await relay.delivery.checkRecipient(question)).toMatchObject({ code: 550 })
    expect(server.received()).toMatch(/LHLO [\s\S]*MAIL FROM:<>/)
    expect(await relay.delivery.isKnown(question)).toBe(false)
  })

  test.for([
    [
      'refuses this sender',
      (step: string) => (step === 'MAIL' ? '550 5.7.1 bad sender' : undefined),
      '550 5.7.1',
      true,
    ],
    [
      'refuses the recipient for policy',
      (step: string) => (step === 'RCPT' ? '550 5.7.1 no' : undefined),
      '550 5.7.1',
      true,
    ],
    ['has a full mailbox', (step: string) => (step === 'RCPT' ? '452 4.2.2 full' : undefined), '452 4.2.2', true],
    ['wants us to authenticate', (step: string) => (step === 'MAIL' ? '530 5.7.0 AUTH' : undefined), '451 4.3.5', true],
    ['accepts all', () => undefined, 'known', true],
    ['does not answer RCPT', (step: string) => (step === 'RCPT' ? 'silent' : undefined), 'known', true],
    ['breaks off at RCPT', (step: string) => (step === 'RCPT' ? 'close' : undefined), 'known', true],
    ['does not greet', (step: string) => (step === 'connect' ? 'silent' : undefined), '451 4.4.1', true],
    ['has no such user', (step: string) => (step === 'RCPT' ? '550 5.1.1 no' : undefined), '550 5.1.1', false],
  ] as const)('a hop that %s', async ([, conduct, said, isKnown]) => {
    await using server = await sink(conduct)
    await using relay = await relayTo(server.port, { nextHop: { timeout: '300ms' } })
    expect(await relay.ask('x@example.net')).toBe(said)
    const question = { forwardPath: 'x@example.net', reversePath: 'a@example.org' }
    expect(await relay.delivery.isKnown(question)).toBe(isKnown)
  })

  test('an answer that depends on the sender is not kept for others', async () => {
    await using server = await sink((step, time) => (step === 'RCPT' && time === 1 ? '550 5.7.1 not you' : undefined))
    await using relay = await relayTo(server.port)
    expect(await relay.ask('x@example.net', 'bad@example.org')).toBe('550 5.7.1')
    expect(await relay.ask('x@example.net', 'good@example.org')).toBe('known')
  })

  test('once for questions that arrive together, and never over more than half of the connections', async () => {
    await using server = await sink(undefined, { delays: { RCPT: 50 } })
    await using relay = await testDelivery([{ nextHop: hopAt(server.port, { connections: { max: 4 } }) }])
    const ask = (forwardPath: string) => relay.delivery.checkRecipient({ forwardPath, reversePath: 'a@example.org' })
    await Promise.all(Array.from({ length: 10 }, () => ask('same@example.net')))
    expect(count(server.received(), 'RCPT')).toBe(1)
    // Guessed addresses beyond the bound are left to the message.
    const replies = await Promise.all(Array.from({ length: 50 }, (_, index) => ask(`guess${index}@example.net`)))
    expect(replies.every(reply => reply === undefined)).toBe(true)
    expect(count(server.received(), 'EHLO')).toBeLessThanOrEqual(2)
    expect(relay.notices.map(({ code }) => code)).toEqual(['recipients/unavailable'])
  })

  test('while it is away, every recipient is deferred without a connection; then it is asked again', async () => {
    await using relay = await relayTo(await freePort())
    expect(await relay.ask('x@example.net')).toBe('451 4.4.1')
    expect(await relay.ask('y@example.net')).toBe('451 4.4.1')
    expect(relay.notices.map(({ code }) => code)).toEqual(['next-hop/down'])
  })

  test('messages still pass while questions wait', async () => {
    await using server = await sink((step, time) => (step === 'RCPT' && time === 1 ? 'silent' : undefined))
    await using relay = await relayTo(server.port, { nextHop: { timeout: '2s' } })
    const waiting = relay.ask('slow@example.net')
    await expect.poll(server.received).toContain('RCPT')
    server.change(() => undefined)
    expect((await relay.delivery.deliver(incoming('x\r\n'))).code).toBe(250)
    expect(await waiting).toBe('known')
  })

  test('what it refuses with the message is refused at RCPT from then on, for all senders', async () => {
    await using server = await sink((step, time) => (step === 'RCPT' && time === 2 ? '550 5.1.1 gone' : undefined))
    await using relay = await relayTo(server.port)
    expect(await relay.ask('old@example.net')).toBe('known')
    expect(await relay.delivery.deliver(incoming('x\r\n', { to: ['Old@example.net'] }))).toMatchObject({ code: 550 })
    expect(await relay.ask('old@example.net', 'other@example.org')).toBe('550 5.1.1')
    expect(count(server.received(), 'RCPT')).toBe(2)
  })

  test('<postmaster> is always a recipient', async () => {
    await using server = await sink(step => (step === 'RCPT' ? '550 5.1.1 no' : undefined))
    await using relay = await relayTo(server.port)
    expect(await relay.ask('Postmaster')).toBe('known')
  })
})

describe('other sources', () => {
  test('a list: addresses and whole domains', async () => {
    await using relay = await relayTo(9, { list: ['bob@example.net', '@example.com'] })
    const asked = ['BOB@example.NET', '"bob"@example.net', 'eve@example.net', 'any@example.com', 'any@sub.example.com']
    const said = await Promise.all(asked.map(path => relay.ask(path)))
    expect(said).toEqual(['known', 'known', '550 5.1.1', 'known', '550 5.1.1'])
  })

  test('a file is read again when it changes; a broken or empty one leaves the last', async () => {
    await using folder = await scratch()
    const file = join(folder.path, 'recipients')
    const write = async (text: string) => {
      await writeFile(`${file}.new`, text)
      await rename(`${file}.new`, file)
      relay.hand.pass(6_000)
      // One question begins the reading, and is answered by the last version.
      await relay.ask('start@example.net')
    }
    await writeFile(file, '# ours\nbob@example.net OK\r\n@example.com\n\n')
    await using relay = await relayTo(9, { file })
    expect(await relay.ask('bob@example.net')).toBe('known')
    expect(await relay.ask('eve@example.net')).toBe('550 5.1.1')
    await write('eve@example.net\nnot an address\n')
    await expect.poll(() => relay.ask('eve@example.net')).toBe('known')
    expect(await relay.ask('bob@example.net')).toBe('550 5.1.1')
    expect(relay.notices.map(({ reason }) => reason)).toEqual([expect.stringContaining('lines that are no addresses')])
    await write('\n')
    await expect.poll(() => relay.notices.length).toBe(2)
    expect(await relay.ask('eve@example.net')).toBe('known')
    expect(relay.notices.at(-1)?.reason).toContain('the last version is still in use')
    await write('# empty\n')
    await expect.poll(() => relay.ask('eve@example.net')).toBe('550 5.1.1')
  })

  test('a file that is not there defers, and the operator gets a notice', async () => {
    await using relay = await relayTo(9, { file: '/nowhere/recipients' })
    expect(await relay.ask('bob@example.net')).toBe('451 4.4.3')
    expect(relay.notices.map(({ code }) => code)).toContain('recipients/file')
  })

  test('a function: what fails or answers with neither true nor false defers', async () => {
    const asked: string[] = []
    const ask = async (address: string) => {
      asked.push(address)
      if (address.startsWith('fail')) throw new Error('LDAP is away')
      return (address.startsWith('odd') ? 'yes' : address.startsWith('bob')) as boolean
    }
    await using relay = await relayTo(9, { ask })
    const paths = ['Bob@example.net', 'bob@example.net', 'eve@example.net', 'fail@example.net', 'odd@example.net']
    const said: string[] = []
    for (const path of paths) said.push(await relay.ask(path))
    expect(said).toEqual(['known', 'known', '550 5.1.1', '451 4.4.3', '451 4.4.3'])
    expect(asked).toHaveLength(4)
  })

  test('an HTTP service: 200 known, 404 unknown, anything else and silence defer', async () => {
    const paths: string[] = []
    const service = createServer((request, response) => {
      const path = request.url ?? ''
      paths.push(path)
      if (path.includes('slow')) return
      const code = path.includes('bob') ? 200 : path.includes('moved') ? 302 : path.includes('eve') ? 404 : 500
      response.writeHead(code, code === 302 ? { location: '/bob' } : {}).end('x'.repeat(100_000))
    }).listen(0, '127.0.0.1')
    await once(service, 'listening')
    const { port } = service.address() as AddressInfo
    await using relay = await relayTo(9, { url: `http://127.0.0.1:${port}/users/{address}`, timeout: '1s' })
    const said: string[] = []
    for (const name of ['bob', 'eve', 'broken', 'moved', 'slow', 'a/../bob?x'])
      said.push(await relay.ask(`${name}@example.net`))
    expect(said).toEqual(['known', '550 5.1.1', '451 4.4.3', '451 4.4.3', '451 4.4.3', 'known'])
    expect(paths.at(-1)).toBe('/users/a%2F..%2Fbob%3Fx%40example.net')
    service.closeAllConnections()
    service.close()
  })
})
