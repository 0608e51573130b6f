/** Clients that name another client, or speak another protocol, over raw sockets. */
import { describe, expect, test } from 'vitest'
import { everyWay, type Setting, served, servers } from '../support/servers.ts'

const short = { wire: { command: '400ms', transaction: '800ms', grace: '200ms' } } as const
const headers = {
  v1: 'PROXY TCP4 192.0.2.77 192.0.2.1 4711 25\r\n',
  v2: Buffer.from('0d0a0d0a000d0a515549540a2111000cc000024dc000020112670019', 'hex'),
} as const
const foreign: readonly (readonly [what: string, sent: string | Buffer])[] = [
  ['HTTP', 'GET / HTTP/1.1\r\nHost: mx.example.org\r\n\r\n'],
  ['a TLS ClientHello', Buffer.from('16030100f8010000f4030300000a0d0a0d0a', 'hex')],
  ['RDP', Buffer.from('0300002f2ae00000000000436f6f6b69653a206d737473686173683d610d0a', 'hex')],
]

describe.for(everyWay)('%s', kind => {
  const serve = (setting?: Setting) => served(kind, setting)

  test.for(['v1', 'v2'] as const)('W21 PROXY %s from anybody is not believed', async version => {
    await using host = await serve({ isPrompt: false })
    const client = host.client()
    client.send(headers[version])
    await client.closed
    expect(client.received()).toMatch(/^(554|421) [^\r\n]*\r\n$/)
    for (const { ip } of host.entries) expect(ip).toBe('127.0.0.1')
  })

  test.for(foreign)('W24 %s before the banner gets at most one reply', async ([, sent]) => {
    await using host = await serve({ ...short, isPrompt: false })
    const client = host.client()
    client.send(sent)
    await client.closed
    expect(client.received()).toMatch(/^([45]\d\d [^\r\n]*\r\n)?$/)
  })
})

describe.for(servers)('%s', kind => {
  const serve = (setting?: Setting) => served(kind, setting)

  test('W21 XCLIENT and XFORWARD from anybody are refused, and the true address stays', async () => {
    await using host = await serve()
    const client = await host.greeted()
    expect(await client.say('XCLIENT ADDR=192.0.2.77')).toMatch(/^550 /)
    expect(await client.say('XFORWARD ADDR=192.0.2.77')).toMatch(kind === 'own server' ? /^500 / : /^550 /)
    expect(await client.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
    client.destroy()
    await expect.poll(() => host.entries.length).toBe(1)
    expect(host.entries[0]?.ip).toBe('127.0.0.1')
  })

  test('W21 XCLIENT from a named proxy opens its own session for the client it names', async () => {
    await using host = await serve({ xclient: ['127.0.0.1'] })
    const client = await host.greeted()
    expect(await client.say('XCLIENT ADDR=192.0.2.77')).toMatch(/^220 /)
    await client.say('EHLO client.example.net')
    expect(await client.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
    client.destroy()
    await expect.poll(() => host.entries.map(({ ip }) => ip)).toEqual(['127.0.0.1', '192.0.2.77'])
  })

  test.for(foreign)('W24 %s after the banner gets at most one reply', async ([, sent]) => {
    await using host = await serve(short)
    const client = host.client()
    expect(await client.reply()).toMatch(/^220 /)
    client.send(sent)
    await client.closed
    expect(client.received()).toMatch(/^220 [^\r\n]*\r\n([45]\d\d [^\r\n]*\r\n)?$/)
  })

  test.for(foreign.flatMap(([what, sent]) => ['EHLO', 'MAIL', 'RCPT'].map(verb => [what, verb, sent] as const)))(
    'W24 %s in the middle of a session, after %s, is hung up on',
    async ([, verb, sent]) => {
      await using host = await serve(short)
      const client = await host.greeted()
      if (verb !== 'EHLO') await client.say('MAIL FROM:<a@example.net>')
      if (verb === 'RCPT') await client.say('RCPT TO:<b@example.org>')
      const received = client.received().length
      client.send(sent)
      await client.closed
      expect(client.received().slice(received)).toMatch(/^([45]\d\d [^\r\n]*\r\n)?$/)
      expect(host.delivered).toEqual([])
    },
  )
})
