/** The PROXY header: every form, every place at which it can be cut, and what is invalid. */
import { expect, test } from 'vitest'
import { readProxyHeader } from '../../src/net/proxy-header.ts'
import { fc, runs } from '../support/property.ts'

const signature = '0d0a0d0a000d0a515549540a'
const binary = (rest: string): Buffer => Buffer.from(signature + rest, 'hex')
const six = '20010db800000000000000000000004d20010db8000000000000000000000019'
const client = (ip: string, size: number) => ({ kind: 'client', ip, port: 4711, size }) as const
const invalid = { kind: 'invalid', reason: expect.any(String) }

test.for<readonly [what: string, bytes: string | Buffer, expected: object]>([
  ['a line, IPv4', 'PROXY TCP4 192.0.2.77 192.0.2.1 4711 25\r\nEHLO', client('192.0.2.77', 41)],
  ['a line, IPv6', 'PROXY TCP6 2001:DB8::4d 2001:db8::19 4711 25\r\n', client('2001:db8::4d', 46)],
  ['a line for an unknown client', 'PROXY UNKNOWN\r\n', { kind: 'local', size: 15 }],
  ['a line for an unknown client, with more words', 'PROXY UNKNOWN a b c\r\n', { kind: 'local', size: 21 }],
  ['binary, IPv4', binary('2111000cc000024dc000020112670019'), client('192.0.2.77', 28)],
  ['binary, IPv6', binary(`21210024${six}12670019`), client('2001:db8::4d', 52)],
  [
    'binary, an IPv4-mapped IPv6 address',
    binary(`2121002400000000000000000000ffffc000024d${'00'.repeat(16)}12670019`),
    client('192.0.2.77', 52),
  ],
  ['binary, with extensions', binary('21110013c000024dc00002011267001904000400000000'), client('192.0.2.77', 35)],
  ['binary, the proxy itself', binary('20000000'), { kind: 'local', size: 16 }],
  ['binary, an unknown family', binary('21000000'), { kind: 'local', size: 16 }],
  ['binary, a Unix socket', binary('21310004aabbccdd'), { kind: 'local', size: 20 }],
  ['another protocol', 'EHLO mx.example.org\r\n', invalid],
  ['an unknown family', 'PROXY UDP4 192.0.2.77 192.0.2.1 4711 25\r\n', invalid],
  ['an address of the other family', 'PROXY TCP4 2001:db8::1 2001:db8::2 4711 25\r\n', invalid],
  ['a host name as the source', 'PROXY TCP4 mx.example.org 192.0.2.1 4711 25\r\n', invalid],
  ['a port that is not a number', 'PROXY TCP4 192.0.2.77 192.0.2.1 x 25\r\n', invalid],
  ['a port above 65535', 'PROXY TCP4 192.0.2.77 192.0.2.1 70000 25\r\n', invalid],
  ['too many words', 'PROXY TCP4 192.0.2.77 192.0.2.1 4711 25 6\r\n', invalid],
  ['a line that does not end', `PROXY TCP4 ${' '.repeat(100)}`, invalid],
  ['version 3', binary('3111000cc000024dc000020112670019'), invalid],
  ['an unknown command', binary('2211000cc000024dc000020112670019'), invalid],
  ['datagrams', binary('2112000cc000024dc000020112670019'), invalid],
  ['fewer bytes than addresses take', binary('21110004c000024d'), invalid],
  ['4096 bytes, the limit', binary(`20001000${'00'.repeat(4096)}`), { kind: 'local', size: 4112 }],
  ['4097 bytes, one more than the limit', binary(`20001001${'00'.repeat(4097)}`), invalid],
  ['a line of 107 bytes, the limit', `PROXY UNKNOWN ${'x'.repeat(91)}\r\n`, { kind: 'local', size: 107 }],
  ['a line of 108 bytes, one more than the limit', `PROXY UNKNOWN ${'x'.repeat(92)}\r\n`, invalid],
  [
    'port 65535',
    'PROXY TCP4 192.0.2.7 192.0.2.1 65535 25\r\n',
    { kind: 'client', ip: '192.0.2.7', port: 65_535, size: 41 },
  ],
  ['port 65536', 'PROXY TCP4 192.0.2.7 192.0.2.1 65536 25\r\n', invalid],
])('%s', ([, bytes, expected]) => {
  expect(readProxyHeader(Buffer.from(bytes as string, 'latin1'))).toEqual(expected)
})

test('a header is incomplete at every cut before its end, and the same from there on', () => {
  for (const whole of [
    Buffer.from('PROXY TCP4 192.0.2.77 192.0.2.1 4711 25\r\n'),
    binary('21110013c000024dc00002011267001904000400000000'),
  ]) {
    for (let cut = 0; cut < whole.length; cut += 1)
      expect(readProxyHeader(whole.subarray(0, cut))).toEqual({ kind: 'incomplete' })
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
      const bytes = Buffer.concat([Buffer.from(beginning, 'latin1'), rest])
      const header = readProxyHeader(bytes)
      if ('size' in header) expect(header.size).toBeLessThanOrEqual(bytes.length)
    }),
    { numRuns: runs(2_000) },
  )
})
