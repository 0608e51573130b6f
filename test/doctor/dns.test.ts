/** DNS servers, DNS lists and our name, in a DNS world and against a real server. */
import { expect, test } from 'vitest'
import { resolver } from '../../src/dns/index.ts'
import { dnsLists } from '../../src/doctor/dns-lists.ts'
import { dnsServers } from '../../src/doctor/dns-servers.ts'
import { hostName } from '../../src/doctor/host-name.ts'
import { sourceAddresses } from '../../src/doctor/sources.ts'
import { type ZoneLiteral, zone } from '../../src/testing/zone.ts'
import { dnsServer } from '../support/dns-server.ts'
import { look } from './look.ts'

const served = async (literal: ZoneLiteral, rcode?: number) => {
  const server = await dnsServer(literal, rcode === undefined ? {} : { org: { rcode } })
  return { address: server.address, dns: resolver({ servers: [server.address] }), close: () => server.close() }
}

test('a DNS server that answers is right, whatever it answers; a server that refuses or is not there fails', async () => {
  const [right, refusing] = [await served({}), await served({}, 5)]
  const gone = { address: '127.0.0.1:9', dns: resolver({ servers: ['127.0.0.1:9'] }) }
  const found = await look(dnsServers({ servers: [right, refusing, gone] }))
  expect(
    found.map(text =>
      text
        .replace(/ .*?: /, ' ')
        .replace(/\d+ ms/, 'N ms')
        .slice(0, 40),
    ),
  ).toEqual([
    'ok it answers in N ms',
    'failed it gives no answer (refused: the ',
    'failed it gives no answer (unreachable: ',
  ])
  await Promise.all([right.close(), refusing.close()])
})

test('a public resolver answers, and is no resolver for DNS lists', async () => {
  const dns = zone({})
  const servers = ['8.8.8.8', '1.1.1.1:53', '[2620:fe::fe]:53', '127.0.0.1'].map(address => ({ address, dns }))
  const found = await look(dnsServers({ servers }))
  expect(found.map(text => text.split(' ')[0])).toEqual(['warning', 'warning', 'warning', 'ok'])
})

const LISTS: ZoneLiteral = {
  '2.0.0.127.right.example': { A: '127.0.0.2' },
  '2.0.0.127.refusing.example': { A: '127.255.255.254' },
  '1.0.0.127.refusing.example': { A: '127.255.255.254' },
  '2.0.0.127.everything.example': { A: '127.0.0.2' },
  '1.0.0.127.everything.example': { A: '127.0.0.2' },
  '*.parked.example': { A: '192.0.2.80' },
  '2.0.0.127.failing.example': 'servfail',
  '2.0.0.127.unsure.example': { A: '127.0.0.2' },
  '1.0.0.127.unsure.example': 'timeout',
  'test.domains.example': { A: '127.0.1.2' },
}

test.for([
  ['right', 'ok', 'it has 127.0.0.2 and not 127.0.0.1'],
  ['refusing', 'failed', 'it refuses questions that come through a public resolver'],
  ['everything', 'failed', 'it has the entry 127.0.0.1, so it lists everything'],
  ['parked', 'failed', 'it answers 192.0.2.80, which is no listing'],
  ['empty', 'failed', 'it does not have its test entry 127.0.0.2'],
  ['failing', 'unknown', /servfail/],
  ['unsure', 'unknown', /timeout/],
] as const)('the list %s.example is %s', async ([name, status, found]) => {
  const list = { zone: `${name}.example`, label: name, holds: 'addresses' } as const
  const [result = ''] = await look(dnsLists({ lists: [list], dns: zone(LISTS) }))
  const text = typeof found === 'string' ? found : expect.stringMatching(found)
  expect([result.split(' ')[0], result.replace(/^\S+ \S+ \S+ /, '')]).toEqual([status, text])
})

test('a list of domains has other test entries, and its label hides a key', async () => {
  const list = { zone: 'domains.example', label: '….example', holds: 'domains' } as const
  expect(await look(dnsLists({ lists: [list], dns: zone(LISTS) }))).toEqual([
    'ok dns-list ….example: it has test and not invalid',
  ])
})

const NAMES: ZoneLiteral = {
  'mx.example.org': { A: '198.51.100.1', AAAA: '2600:db8:1::1' },
  '1.100.51.198.in-addr.arpa': { PTR: ['other.example.org', 'MX.example.org.'] },
  [`${'1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0'}.1.0.0.0.8.b.d.0.0.0.6.2.ip6.arpa`]: { PTR: 'mx.example.org' },
  'wrong.example.org': { A: '198.51.100.2' },
  '2.100.51.198.in-addr.arpa': { PTR: 'host-2.provider.example' },
  'bare.example.org': { A: '198.51.100.3' },
  'inner.example.org': { A: '10.0.0.5' },
  'unsure.example.org': 'servfail',
  'dark.example.org': { A: '198.51.100.4' },
  '4.100.51.198.in-addr.arpa': 'timeout',
}

const named = (name: string, sources: readonly string[] = []) =>
  look(hostName({ name, dns: zone(NAMES), sources: async () => sources }))

test('a name whose addresses have it is right', async () => {
  const found = await named('mx.example.org')
  expect(found.map(text => text.split(' ')[0])).toEqual(['ok', 'ok'])
})

test.for([
  ['wrong.example.org', 'failed', 'has the name host-2.provider.example, and not wrong.example.org'],
  ['bare.example.org', 'failed', 'has no PTR record'],
  ['inner.example.org', 'warning', 'an address of a private network'],
  ['none.example.org', 'failed', 'the name has no address'],
  ['unsure.example.org', 'unknown', 'servfail'],
  ['dark.example.org', 'unknown', 'timeout'],
  ['mx', 'failed', 'not fully qualified'],
  ['[192.0.2.1]', 'warning', 'the name is an address'],
])('%s is %s', async ([name = '', status = '', words = '']) => {
  const [result = ''] = await named(name)
  expect(result).toContain(words)
  expect(result.split(' ')[0]).toBe(status)
})

test('mail that leaves from an address which the name does not have is a warning', async () => {
  const found = await named('mx.example.org', ['198.51.100.1', '198.51.100.9', '10.0.0.1'])
  expect(found.slice(2)).toEqual([
    'ok host-name source 198.51.100.1: this machine speaks to others from an address of its name',
    'warning host-name source 198.51.100.9: this machine speaks to others from 198.51.100.9, which is no address of mx.example.org',
  ])
})

test('where there is no route there is no source, and no error', async () => {
  expect(Array.isArray(await sourceAddresses())).toBe(true)
})
