/** Hosts of a next hop: which one is used, when one is left alone, and how connections are reused. */
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Notice } from '../../../src/model/services.ts'
import { NextHop } from '../../../src/relay/delivery/hop/next-hop.ts'
import type { NextHopOptions } from '../../../src/relay/delivery/types.ts'
import { freeLoad, quick } from '../../support/delivery.ts'
import { handClock } from '../../support/hand-clock.ts'
import { freePort, scratch } from '../../support/scratch.ts'
import { type Conduct, sink } from '../../support/sink.ts'

const body = 'Subject: x\r\n\r\nhello\r\n'
const message = (details: object = {}) => ({
  reversePath: 'a@example.org',
  recipients: [{ forwardPath: 'b@example.net' }],
  size: body.length,
  utf8: false,
  open: () => Readable.from([Buffer.from(body)]),
  ...details,
})

function hopOf(options: NextHopOptions) {
  const clock = handClock()
  const notices: Notice[] = []
  let descriptors = 0
  const load = {
    ...freeLoad,
    adjust: (_what: string, by: number) => {
      descriptors += by
    },
  }
  const notify = (notice: Notice) => void notices.push(notice)
  const hop = new NextHop({ timeouts: quick, ...options }, { name: 'mx.example.org', clock, notify, load })
  const send = async (details?: object) => {
    const { answers, to, tries } = await hop.send(message(details))
    const { code, status } = answers.get('b@example.net') ?? {}
    return { said: `${code} ${status}`, to, tries }
  }
  return { hop, clock, notices, send, descriptors: () => descriptors, [Symbol.dispose]: () => hop.close() }
}

const at = (port: number, priority = 0) => ({ address: `127.0.0.1:${port}`, priority })
const verbs = (received: string, verb: string) => received.split('\r\n').filter(line => line.startsWith(verb)).length

describe('hosts', () => {
  test('of equal priority are used in turn, of a lower number first', async () => {
    await using first = await sink()
    await using second = await sink()
    await using spare = await sink()
    using hop = hopOf({ hosts: [at(spare.port, 20), at(first.port, 10), at(second.port, 10)] })
    for (let time = 0; time < 4; time += 1) await hop.send()
    expect([first.messages.length, second.messages.length, spare.messages.length]).toEqual([2, 2, 0])
  })

  test('the next one takes the message when one cannot be reached, and the bad one is left alone', async () => {
    await using good = await sink()
    const nowhere = await freePort()
    using hop = hopOf({ hosts: [at(nowhere, 1), at(good.port, 2)] })
    expect(await hop.send()).toEqual({ said: '250 2.6.0', to: `127.0.0.1:${good.port}`, tries: 2 })
    expect(await hop.send()).toEqual({ said: '250 2.6.0', to: `127.0.0.1:${good.port}`, tries: 1 })
    // After a second it is tried again, then after two.
    hop.clock.pass(1_000)
    expect((await hop.send()).tries).toBe(2)
    hop.clock.pass(1_000)
    expect((await hop.send()).tries).toBe(1)
    hop.clock.pass(1_000)
    expect((await hop.send()).tries).toBe(2)
    expect(hop.notices).toEqual([])
  })

  test('a host that comes back is used again at once', async () => {
    let isBad = true
    await using server = await sink(step => (isBad && step === 'connect' ? '421 4.3.2 no' : undefined))
    using hop = hopOf({ hosts: [at(server.port)] })
    expect((await hop.send()).said).toBe('451 4.4.1')
    isBad = false
    expect(await hop.send()).toMatchObject({ said: '451 4.4.1', tries: 0 })
    hop.clock.pass(1_000)
    expect((await hop.send()).said).toBe('250 2.6.0')
    expect((await hop.send()).said).toBe('250 2.6.0')
    expect(hop.notices.map(({ code, level }) => `${code} ${level}`)).toEqual([
      'next-hop/down warning',
      'next-hop/up info',
    ])
  })

  test('while all are away there is one notice, and one delivery probes', async () => {
    await using server = await sink(step => (step === 'connect' ? 'silent' : undefined))
    using hop = hopOf({ hosts: [at(server.port)] })
    await hop.send()
    hop.clock.pass(1_000)
    const tries = await Promise.all(Array.from({ length: 20 }, async () => (await hop.send()).tries))
    expect(tries.filter(count => count === 1)).toHaveLength(1)
    expect(hop.notices.map(({ code }) => code)).toEqual(['next-hop/down'])
  })

  test('a message at which a host breaks off does not mean that the host is away', async () => {
    for (const step of ['RCPT', 'DATA', 'end']) {
      await using server = await sink(now => (now === step ? 'close' : undefined))
      await using other = await sink()
      using hop = hopOf({ hosts: [at(server.port, 1), at(other.port, 2)] })
      expect(await hop.send()).toMatchObject({ said: '451 4.4.2', tries: 1 })
      expect([hop.hop.hosts[0]?.health.isAway, other.messages.length]).toEqual([false, 0])
    }
  })

  test('a Unix socket is a host', async () => {
    await using folder = await scratch()
    await using server = await sink()
    const path = join(folder.path, 'lmtp.sock')
    const { connect } = await import('node:net')
    const bridge = createServer(client => void client.pipe(connect(server.port, '127.0.0.1')).pipe(client))
    await new Promise<void>(done => bridge.listen(path, done))
    using hop = hopOf({ hosts: [path], protocol: 'lmtp' })
    expect(await hop.send()).toEqual({ said: '250 2.6.0', to: path, tries: 1 })
    expect(server.received()).toContain('LHLO mx.example.org')
    bridge.close()
  })

  test('a process without a free descriptor defers, and the host is not blamed', async () => {
    await using server = await sink()
    const load = { ...freeLoad, hasDescriptor: () => false }
    const notify = () => undefined
    const hop = new NextHop({ hosts: [at(server.port)] }, { name: 'x', clock: handClock(), notify, load })
    const { answers } = await hop.send(message())
    expect(answers.get('b@example.net')).toMatchObject({ code: 451, status: '4.3.2' })
    expect(hop.isAway).toBe(false)
  })
})

describe('connections', () => {
  test('are reused for further messages, and closed after the idle time', async () => {
    await using server = await sink()
    using hop = hopOf({ hosts: [at(server.port)], connections: { idle: '5s' } })
    for (let time = 0; time < 15; time += 1) expect((await hop.send()).said).toBe('250 2.6.0')
    expect(verbs(server.received(), 'EHLO')).toBe(1)
    expect(hop.descriptors()).toBe(1)
    hop.clock.pass(5_000)
    await expect.poll(server.open).toBe(0)
    expect(server.received()).toMatch(/QUIT\r\n$/)
    await expect.poll(hop.descriptors).toBe(0)
  })

  test('serve a bounded number of messages', async () => {
    await using server = await sink()
    using hop = hopOf({ hosts: [at(server.port)], connections: { messages: 2 } })
    for (let time = 0; time < 4; time += 1) await hop.send()
    expect(verbs(server.received(), 'EHLO')).toBe(2)
  })

  test('after a refused envelope are reset before the next message', async () => {
    let count = 0
    await using server = await sink(step => {
      if (step !== 'RCPT') return undefined
      count += 1
      return count === 1 ? '550 5.1.1 no' : undefined
    })
    using hop = hopOf({ hosts: [at(server.port)] })
    expect((await hop.send()).said).toBe('550 5.1.1')
    await expect.poll(() => hop.hop.hosts[0]?.idle).toBe(1)
    expect((await hop.send()).said).toBe('250 2.6.0')
    expect(verbs(server.received(), 'EHLO')).toBe(1)
    expect(verbs(server.received(), 'RSET')).toBe(1)
  })

  test('that were closed meanwhile cost no message: it goes over a new connection', async () => {
    await using server = await sink()
    using hop = hopOf({ hosts: [at(server.port)] })
    await hop.send()
    server.drop()
    await expect.poll(() => hop.hop.hosts[0]?.idle).toBe(0)
    expect((await hop.send()).said).toBe('250 2.6.0')
  })

  test('that break before MAIL is answered cost no message, and the host is not blamed', async () => {
    await using server = await sink((step, count) => (step === 'MAIL' && count === 2 ? 'close' : undefined))
    using hop = hopOf({ hosts: [at(server.port)] })
    await hop.send()
    expect(await hop.send()).toMatchObject({ said: '250 2.6.0', tries: 1 })
    expect(server.messages).toHaveLength(2)
    expect(hop.hop.isAway).toBe(false)
  })

  test('are no more than allowed: further messages wait', async () => {
    await using server = await sink(undefined, { late: 20 })
    using hop = hopOf({ hosts: [at(server.port)], connections: { max: 2 } })
    const said = await Promise.all(Array.from({ length: 10 }, async () => (await hop.send()).said))
    expect(said).toEqual(Array.from({ length: 10 }, () => '250 2.6.0'))
    expect(verbs(server.received(), 'EHLO')).toBe(2)
  })

  test('that the host has too many of are waited for, and the host is not blamed', async () => {
    let open = 0
    const limited: Conduct = step => {
      if (step !== 'connect') return undefined
      open += 1
      return open > 1 ? '421 4.7.0 too many connections' : undefined
    }
    await using server = await sink(limited, { late: 50 })
    using hop = hopOf({ hosts: [at(server.port)] })
    const said = await Promise.all(
      [0, 1].map(async index => {
        // The first one has its connection by then.
        if (index > 0) await expect.poll(() => server.received()).toContain('MAIL')
        return (await hop.send()).said
      }),
    )
    expect(said).toEqual(['250 2.6.0', '250 2.6.0'])
    expect(hop.hop.isAway).toBe(false)
  })
})

describe('what the host offers is used', () => {
  const offers = (...keywords: readonly string[]): Conduct => {
    const lines = ['sink', ...keywords]
    const reply = lines.map((line, index) => `250${index === lines.length - 1 ? ' ' : '-'}${line}`).join('\r\n')
    return step => (step === 'EHLO' ? reply : undefined)
  }

  test('PIPELINING: the envelope is sent at once', async () => {
    const order: string[] = []
    const conduct = offers('PIPELINING')
    await using server = await sink((step, count) => {
      order.push(step)
      return conduct(step, count)
    })
    using hop = hopOf({ hosts: [at(server.port)] })
    expect((await hop.send()).said).toBe('250 2.6.0')
    expect(server.packets().some(text => /^MAIL [^\r]*\r\nRCPT [^\r]*\r\nDATA\r\n$/.test(text))).toBe(true)
    expect(server.messages).toEqual([body])
  })

  test('PIPELINING: a host that takes DATA although it has refused every recipient gets no message', async () => {
    const conduct = offers('PIPELINING')
    await using server = await sink((step, count) => (step === 'RCPT' ? '550 5.1.1 no' : conduct(step, count)))
    using hop = hopOf({ hosts: [at(server.port)] })
    expect((await hop.send()).said).toBe('550 5.1.1')
    await expect.poll(server.open).toBe(0)
    expect(server.messages).toEqual([])
  })

  test('SIZE: a message that is too large is refused without being sent', async () => {
    await using server = await sink(offers('SIZE 20'))
    using hop = hopOf({ hosts: [at(server.port)] })
    expect((await hop.send()).said).toBe('552 5.3.4')
    expect(server.received()).not.toContain('MAIL')
  })

  test('DSN: the parameters are passed on, and only where it is offered', async () => {
    const details = {
      ret: 'HDRS',
      envid: 'QQ314159',
      recipients: [{ forwardPath: 'b@example.net', notify: 'FAILURE', orcpt: 'rfc822;c@example.net' }],
    }
    for (const keyword of ['DSN', 'HELP']) {
      await using server = await sink(offers(keyword))
      using hop = hopOf({ hosts: [at(server.port)] })
      expect((await hop.send(details)).said).toBe('250 2.6.0')
      expect(server.received().includes('RET=HDRS ENVID=QQ314159\r\n')).toBe(keyword === 'DSN')
      expect(server.received().includes('NOTIFY=FAILURE ORCPT=rfc822;c@example.net\r\n')).toBe(keyword === 'DSN')
    }
  })

  test('an address with a line end is refused and never sent', async () => {
    await using server = await sink()
    using hop = hopOf({ hosts: [at(server.port)] })
    const { answers } = await hop.hop.send(message({ reversePath: 'a@x>\r\nRCPT TO:<evil@x' }))
    expect(answers.get('b@example.net')).toMatchObject({ code: 553 })
    expect(server.received()).not.toContain('evil')
  })
})
