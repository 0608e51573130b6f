/** The header by which a proxy says for whom it speaks: every form, every cut, every lie. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readProxyHeader } from '../../src/net/proxy-header.ts'

const signature = '0d0a0d0a000d0a515549540a'
const binary = (rest: string): Buffer => Buffer.from(signature + rest, 'hex')
const six = '20010db800000000000000000000004d20010db8000000000000000000000019'
const client = (ip: string, octets: number) => ({ kind: 'client', ip, port: 4711, octets }) as const
const wrong = { kind: 'wrong', reason: expect.any(String) }

test.for<readonly [what: string, octets: string | Buffer, expected: object]>([
  ['a line, IPv4', 'PROXY TCP4 192.0.2.77 192.0.2.1 4711 25\r\nEHLO', client('192.0.2.77', 41)],
  ['a line, IPv6', 'PROXY TCP6 2001:DB8::4d 2001:db8::19 4711 25\r\n', client('2001:db8::4d', 46)],
  ['a line of a client that is not known', 'PROXY UNKNOWN\r\n', { kind: 'itself', octets: 15 }],
  ['a line of one not known, with words', 'PROXY UNKNOWN a b c\r\n', { kind: 'itself', octets: 21 }],
  ['binary, IPv4', binary('2111000cc000024dc000020112670019'), client('192.0.2.77', 28)],
  ['binary, IPv6', binary(`21210024${six}12670019`), client('2001:db8::4d', 52)],
  [
    'binary, IPv4 in the clothes of IPv6',
    binary(`2121002400000000000000000000ffffc000024d${'00'.repeat(16)}12670019`),
    client('192.0.2.77', 52),
  ],
  ['binary, with extensions', binary('21110013c000024dc00002011267001904000400000000'), client('192.0.2.77', 35)],
  ['binary, the proxy itself', binary('20000000'), { kind: 'itself', octets: 16 }],
  ['binary, an unknown family', binary('21000000'), { kind: 'itself', octets: 16 }],
  ['binary, a Unix socket', binary('21310004aabbccdd'), { kind: 'itself', octets: 20 }],
  ['another protocol', 'EHLO mx.example.org\r\n', wrong],
  ['a family that is none', 'PROXY UDP4 192.0.2.77 192.0.2.1 4711 25\r\n', wrong],
  ['an address of the other family', 'PROXY TCP4 2001:db8::1 2001:db8::2 4711 25\r\n', wrong],
  ['no address', 'PROXY TCP4 mx.example.org 192.0.2.1 4711 25\r\n', wrong],
  ['no port', 'PROXY TCP4 192.0.2.77 192.0.2.1 x 25\r\n', wrong],
  ['a port that is none', 'PROXY TCP4 192.0.2.77 192.0.2.1 70000 25\r\n', wrong],
  ['too many words', 'PROXY TCP4 192.0.2.77 192.0.2.1 4711 25 6\r\n', wrong],
  ['a line that does not end', `PROXY TCP4 ${' '.repeat(100)}`, wrong],
  ['version 3', binary('3111000cc000024dc000020112670019'), wrong],
  ['a command that is none', binary('2211000cc000024dc000020112670019'), wrong],
  ['datagrams', binary('2112000cc000024dc000020112670019'), wrong],
  ['fewer bytes than addresses take', binary('21110004c000024d'), wrong],
  ['more bytes than anybody sends', binary('2111ffff'), wrong],
])('%s', ([, octets, expected]) => {
  expect(readProxyHeader(Buffer.from(octets as string, 'latin1'))).toEqual(expected)
})

test('is unfinished at every cut before its end, and the same from there on', () => {
  for (const whole of [
    Buffer.from('PROXY TCP4 192.0.2.77 192.0.2.1 4711 25\r\n'),
    binary('21110013c000024dc00002011267001904000400000000'),
  ]) {
    for (let cut = 0; cut < whole.length; cut += 1)
      expect(readProxyHeader(whole.subarray(0, cut))).toEqual({ kind: 'unfinished' })
    const behind = Buffer.concat([whole, Buffer.from('\r\n\0anything')])
    expect(readProxyHeader(behind)).toEqual(client('192.0.2.77', whole.length))
  }
})

test('whatever comes, it is read or refused, and never longer than what has come', () => {
  const beginnings = fc.constantFrom(
    '',
    'PROXY ',
    'PROXY TCP4 ',
    'PROXY TCP6 ',
    Buffer.from(signature, 'hex').toString('latin1'),
  )
  fc.assert(
    fc.property(beginnings, fc.uint8Array({ maxLength: 200 }), (beginning, rest) => {
      const octets = Buffer.concat([Buffer.from(beginning, 'latin1'), rest])
      const header = readProxyHeader(octets)
      if ('octets' in header) expect(header.octets).toBeLessThanOrEqual(octets.length)
    }),
    { numRuns: 2_000 },
  )
})
