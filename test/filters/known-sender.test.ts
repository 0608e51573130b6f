/** Whom our users write to is known, if it is really he who answers. */
import { describe, expect, test } from 'vitest'
import { trust } from '../../src/facts/trust.ts'
import { knownSender } from '../../src/filters/known-sender.ts'
import { type Filter, PosternError, points, postern, quarantine } from '../../src/index.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { clock } from '../../src/testing/clock.ts'
import { ask } from '../../src/testing/probe.ts'
import { zone } from '../../src/testing/zone.ts'
import { type Sent, send } from '../support/mail-flow.ts'

const DAY = 86_400_000
const dns = zone({
  'example.net': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  '_dmarc.example.net': { TXT: ['v=DMARC1; p=none'] },
  'bounce.example.net': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  'open.example': { TXT: ['v=spf1 +all'] },
})
const fromUser = (fields = '', reversePath = 'bob@example.org'): Sent => ({
  ...{ user: 'bob', ip: '198.51.100.9', reversePath, forwardPaths: ['alice@example.net'] },
  message: `From: bob@example.org\r\n${fields}\r\nHello, Alice!\r\n`,
})

function world(options: Parameters<typeof knownSender>[0] = {}, others: Partial<Filter> = {}) {
  const hand = clock()
  const store = memoryStore({ clock: hand })
  const gateway = postern({ filters: [{ name: 'others', ...others }, knownSender(options)], dns, clock: hand, store })
  const found = async (sent: Sent = {}) => (await send(gateway, sent)).outcome?.findings
  const trusted = (ip: string) => ask(trust, { ip, dns, store, clock: hand })
  return { gateway, clock: hand, store, found, trusted }
}
const bySpf = points(-2, 'our users write to alice@example.net, and SPF proves the address', {
  rule: 'known-sender/sender',
})
const byDmarc = points(-2, 'our users write to alice@example.net, and DMARC proves the address', {
  rule: 'known-sender/author',
})

describe('who is known', () => {
  test('somebody our host says our users have written to', async () => {
    const { gateway, found } = world()
    expect(await found()).toEqual([])
    await gateway.recordSent({ from: 'bob@example.org', to: ['Alice@Example.net', 'carol@example.com'] })
    expect(await found()).toEqual([bySpf])
    expect(await found({ reversePath: 'eve@example.net' })).toEqual([byDmarc])
  })

  test('somebody to whom a user has sent through the gateway', async () => {
    const { gateway, found } = world()
    await send(gateway, fromUser())
    expect(await found()).toEqual([bySpf])
  })

  test('the author, where only DMARC proves him', async () => {
    const { gateway, found } = world()
    await gateway.recordSent({ from: 'bob@example.org', to: ['alice@example.net'] })
    expect(await found({ reversePath: 'v7@bounce.example.net' })).toEqual([byDmarc])
  })

  test('for ninety days after the last time, and no longer', async () => {
    const { gateway, clock: hand, found } = world({ points: 1 })
    await gateway.recordSent({ from: 'bob@example.org', to: ['alice@example.net'] })
    await hand.advance(80 * DAY)
    await gateway.recordSent({ from: 'bob@example.org', to: ['alice@example.net'] })
    await hand.advance(90 * DAY - 1)
    expect(await found()).toEqual([{ ...bySpf, points: -1 }])
    await hand.advance(1)
    expect(await found()).toEqual([])
  })
})

describe('who is not', () => {
  test.for([
    ['somebody who forges the address from elsewhere', { ip: '203.0.113.9' }],
    ['another at the same domain', { reversePath: 'eve@example.net', message: 'From: eve@example.net\r\n\r\n' }],
    ['a bounce', { reversePath: '', message: 'From: mailer-daemon@example.net\r\n\r\n' }],
    ['two authors, one of them known', { reversePath: '', message: 'From: alice@example.net, eve@x.example\r\n\r\n' }],
    ['a user of ours', { user: 'bob' }],
  ] as const)('%s', async ([, sent]) => {
    const { gateway, found } = world()
    await gateway.recordSent({ from: 'bob@example.org', to: ['alice@example.net', 'alice@open.example'] })
    expect(await found(sent)).toEqual([])
  })

  test('an address whose domain lets everybody send', async () => {
    const { gateway, found } = world()
    await gateway.recordSent({ from: 'bob@example.org', to: ['alice@open.example'] })
    const message = 'From: alice@open.example\r\n\r\nBuy!\r\n'
    expect(await found({ reversePath: 'alice@open.example', message })).toEqual([])
  })

  test.for([
    ['an automatic answer', fromUser('Auto-Submitted: auto-replied\r\n')],
    ['a bounce of ours', fromUser('', '')],
  ] as const)('an address that got %s', async ([, sent]) => {
    const { gateway, found } = world()
    await send(gateway, sent)
    expect(await found()).toEqual([])
  })

  test('a person who got a message that a person wrote, marked as such, is', async () => {
    const { gateway, found } = world()
    await send(gateway, fromUser('Auto-Submitted: no\r\n'))
    expect(await found()).toEqual([bySpf])
  })

  test('a recipient that the host reports with no address, no domain or a null reverse-path', async () => {
    const { gateway, store } = world()
    await gateway.recordSent({ from: '', to: ['alice@example.net'] })
    await gateway.recordSent({ from: 'bob@example.org', to: ['', 'postmaster', '@example.net', 'alice@'] })
    expect(store.size).toBe(0)
  })

  test('a person to whom a stranger writes', async () => {
    const { gateway, found } = world()
    const { user: _, ...stranger } = fromUser()
    await send(gateway, stranger)
    expect(await found()).toEqual([])
  })
})

describe('the client that carries the mail of somebody known', () => {
  test('is known itself for thirty days', async () => {
    const { gateway, clock: hand, found, trusted } = world()
    await gateway.recordSent({ from: 'bob@example.org', to: ['alice@example.net'] })
    expect(await trusted('192.0.2.1')).toBe('unknown')
    await found()
    expect(await trusted('192.0.2.1')).toBe('known')
    await hand.advance(30 * DAY)
    expect(await trusted('192.0.2.1')).toBe('unknown')
  })

  test('is not where only a signature proves the author: a copy of the message can be sent again', async () => {
    const { gateway, found, trusted } = world()
    await gateway.recordSent({ from: 'bob@example.org', to: ['alice@example.net'] })
    expect(await found({ reversePath: 'x@bounce.example.net' })).toEqual([byDmarc])
    expect(await trusted('192.0.2.1')).toBe('unknown')
  })

  test('is not if it forges', async () => {
    const { gateway, found, trusted } = world()
    await gateway.recordSent({ from: 'bob@example.org', to: ['alice@example.net'] })
    await found({ ip: '203.0.113.9' })
    expect(await trusted('203.0.113.9')).toBe('unknown')
  })

  test('is not for a message that was quarantined', async () => {
    const { gateway, found, trusted } = world({}, { message: () => quarantine('odd') })
    await gateway.recordSent({ from: 'bob@example.org', to: ['alice@example.net'] })
    await found()
    expect(await trusted('192.0.2.1')).toBe('unknown')
  })
})

test.for([
  [{ points: -1 }, 'points: found -1'],
  [{ ttl: 'long' as '1d' }, 'ttl: found "long"'],
  [{ ttl: 0, client: 0 }, 'client: found 0, expected a duration'],
] as const)('%j is a mistake of configuration', ([options, words]) => {
  expect(() => knownSender(options)).toThrow(PosternError)
  expect(() => knownSender(options)).toThrow(words)
})

test.for([
  [
    'where no filter remembers it',
    [],
    { from: 'a@example.org', to: [] },
    'expected a filter that does; add knownSender()',
  ],
  ['without addresses', [knownSender()], { from: 'a@example.org', to: 'b@x.example' }, 'expected a reverse-path and'],
] as const)('a mistake of the host is named: %s', async ([, filters, mail, words]) => {
  const gateway = postern({ filters, dns })
  await expect(gateway.recordSent(mail as never)).rejects.toThrow(words)
})
