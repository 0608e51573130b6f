import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { forwarded } from '../../src/facts/forwarded.ts'
import { dnsbl, spf } from '../../src/filters/index.ts'
import { postern } from '../../src/index.ts'
import { ask, probe } from '../../src/testing/probe.ts'
import { servicesOf } from '../../src/testing/services.ts'
import { zone } from '../../src/testing/zone.ts'

const dns = zone({
  'out.forwarder.example': { A: '198.51.100.25' },
  '25.100.51.198.in-addr.arpa': { PTR: 'out.forwarder.example' },
  'author.example': { TXT: ['v=spf1 ip4:192.0.2.10 -all'] },
  '2.0.0.127.bl.example': { A: '127.0.0.2' },
  '66.2.0.192.bl.example': { A: '127.0.0.2' },
})
const by = 'by mx.forwarder.example (Postfix) with ESMTPS id 1; Sun, 29 Nov 2026 12:00:00 +0000'
const world = (...received: readonly string[]) => ({
  dns,
  client: 'forwarder' as const,
  ip: '198.51.100.25',
  helo: 'out.forwarder.example',
  reversePath: 'a@author.example',
  message: `${received.map(value => `Received: ${value}\r\n`).join('')}From: a@author.example\r\n\r\nHello\r\n`,
})

test.for([
  ['Postfix', `from mx.author.example (mx.author.example [192.0.2.10])\r\n\t${by}`, '192.0.2.10'],
  ['Exim', `from mx.author.example ([192.0.2.10] helo=[203.0.113.7]) ${by}`, '192.0.2.10'],
  ['Exim without a name', `from [192.0.2.10] (helo=mx.author.example) ${by}`, '192.0.2.10'],
  ['IPv6', `from mx.author.example (unknown [IPv6:2001:db8::10]) ${by}`, '2001:db8::10'],
  ['an address as greeting', `from [203.0.113.7] (unknown [192.0.2.10]) ${by}`, '192.0.2.10'],
] as const)('P07 the client is read from the field of the forwarder: %s', async ([, field, ip]) => {
  expect(await ask(forwarded, world(field))).toMatchObject({ ip })
})

test('P07 hops between the hosts of a forwarder are skipped', async () => {
  const inside = 'from mx.forwarder.example (mx [10.0.0.5]) by out.forwarder.example with ESMTP id 2; now'
  expect(await ask(forwarded, world(inside, `from x.example (x [192.0.2.10]) ${by}`))).toMatchObject({
    ip: '192.0.2.10',
  })
})

test.for([
  ['another host', 'from a (a [192.0.2.10]) by mx.mallory.example with ESMTP id 1; now'],
  ['nobody', 'from a (a [192.0.2.10]) with ESMTP id 1; now'],
  ['a greeting that looks like an address', `from [192.0.2.10] ${by}`],
  ['a greeting in a comment', `from a (helo=[192.0.2.10]) ${by}`],
  ['what is no address', `from a (a [192.0.2.999]) ${by}`],
  ['a field without end', `from a (a [192.0.2.10]) ${'x'.repeat(3_000)} ${by}`],
])('a field by %s says nothing', async ([, field = '']) => {
  expect(await ask(forwarded, world(field))).toBeUndefined()
  // What stands below is anybody's.
  expect(await ask(forwarded, world(field, `from a (a [192.0.2.10]) ${by}`))).toBeUndefined()
})

test('the fields of an unknown client are ignored', async () => {
  const field = `from a (a [192.0.2.10]) ${by}`
  expect(await ask(forwarded, { ...world(field), client: 'unknown' })).toBeUndefined()
})

test('P07 behind a forwarder SPF and DNS lists check its client', async () => {
  const lists = dnsbl({ zones: [{ zone: 'bl.example', points: 6 }] })
  await lists.start?.(servicesOf({ dns }))
  const gateway = postern({ dns, name: 'mx.example.org', forwarders: ['198.51.100.25'], filters: [spf(), lists] })
  const send = async (ip: string, from = 'a@author.example') => {
    const session = gateway.open({ ip: '198.51.100.25' })
    await session.connect()
    await session.helo('out.forwarder.example')
    await session.mail(from)
    await session.rcpt('b@example.org')
    const text = `Received: from a (a [${ip}]) ${by}\r\nFrom: a@author.example\r\n\r\nHello\r\n`
    const { findings } = await session.data(Readable.from([Buffer.from(text)]))
    session.close()
    return findings.map(({ rule }) => rule)
  }
  expect(await send('192.0.2.10')).toEqual([])
  expect(await send('192.0.2.66')).toEqual(['spf/fail', 'dnsbl/listed'])
  expect(await send('192.0.2.77', 'SRS0=aa=bb=author.example=a@forwarder.example')).toEqual([])
})

test('an unknown client is checked at MAIL and not again at the header', async () => {
  const found = await probe(spf({ none: 0 }), {
    ...world(`from a (a [192.0.2.10]) ${by}`),
    client: 'unknown',
    ip: '192.0.2.66',
  })
  expect(found.map(({ rule }) => rule)).toEqual(['spf/fail'])
})
