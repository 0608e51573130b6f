/** A zone answers as DNS would: what exists, what does not, and what cannot be found out. */
import { describe, expect, test } from 'vitest'
import type { Answer, RecordType } from '../../src/model/resolver.ts'
import { zone } from '../../src/testing/zone.ts'

const world = {
  'example.org': {
    A: '192.0.2.1',
    AAAA: ['2001:db8::1', '2001:db8::2'],
    MX: { exchange: 'mx.example.org', priority: 10 },
    TXT: ['v=spf1 -all', ['one ', 'record']],
  },
  'one-text.example': { TXT: 'hello' },
  'Www.Example.ORG.': { CNAME: 'EXAMPLE.org.' },
  'loop.example': { CNAME: 'pool.example' },
  'pool.example': { CNAME: 'loop.example' },
  'dangling.example': { CNAME: 'nowhere.example' },
  'lost.example': { CNAME: 'slow.example' },
  'deep.below.gap.example': { A: '192.0.2.9' },
  'bare.example': {},
  'empty.example': { A: [] },
  'slow.example': 'timeout',
  'broken.example': { A: '192.0.2.3', TXT: 'servfail', CNAME: 'refused' },
  'half.example': { TXT: ['refused'], otherwise: 'refused' },
  '*.wild.example': { A: '127.0.0.2' },
  'a.b.wild.example': { TXT: ['here'] },
} as const

describe('a zone', () => {
  test.for<[string, RecordType, Answer<unknown>]>([
    ['example.org', 'A', { kind: 'answer', records: ['192.0.2.1'] }],
    ['EXAMPLE.Org.', 'AAAA', { kind: 'answer', records: ['2001:db8::1', '2001:db8::2'] }],
    ['example.org', 'MX', { kind: 'answer', records: [{ exchange: 'mx.example.org', priority: 10 }] }],
    ['example.org', 'TXT', { kind: 'answer', records: [['v=spf1 -all'], ['one ', 'record']] }],
    ['one-text.example', 'TXT', { kind: 'answer', records: [['hello']] }],
    ['example.org', 'NS', { kind: 'nodata' }],
    ['nobody.example.org', 'A', { kind: 'nxdomain' }],
    ['www.example.org', 'A', { kind: 'answer', records: ['192.0.2.1'] }],
    ['www.example.org', 'CNAME', { kind: 'answer', records: ['EXAMPLE.org.'] }],
    ['www.example.org', 'NS', { kind: 'nodata' }],
    ['dangling.example', 'A', { kind: 'nxdomain' }],
    ['lost.example', 'A', { kind: 'failure', cause: 'timeout', detail: 'slow.example A' }],
    ['gap.example', 'A', { kind: 'nodata' }],
    ['below.gap.example', 'TXT', { kind: 'nodata' }],
    ['bare.example', 'A', { kind: 'nodata' }],
    ['empty.example', 'A', { kind: 'nodata' }],
    ['slow.example', 'MX', { kind: 'failure', cause: 'timeout', detail: 'slow.example MX' }],
    ['broken.example', 'A', { kind: 'answer', records: ['192.0.2.3'] }],
    ['broken.example', 'TXT', { kind: 'failure', cause: 'servfail', detail: 'broken.example TXT' }],
    ['broken.example', 'MX', { kind: 'failure', cause: 'refused', detail: 'broken.example CNAME' }],
    ['half.example', 'TXT', { kind: 'answer', records: [['refused']] }],
    ['half.example', 'A', { kind: 'failure', cause: 'refused', detail: 'half.example A' }],
    ['x.y.wild.example', 'A', { kind: 'answer', records: ['127.0.0.2'] }],
    ['x.b.wild.example', 'A', { kind: 'nxdomain' }],
  ])('answers %s %s', async ([name, type, expected]) => {
    expect(await zone(world).resolve(name, type)).toEqual(expected)
  })

  test('a chain of CNAMEs that never ends is a failure', async () => {
    expect(await zone(world).resolve('loop.example', 'A')).toMatchObject({ kind: 'failure', cause: 'servfail' })
  })

  test('it writes down what it was asked, but not what no resolver would ask', async () => {
    const dns = zone(world)
    await dns.resolve('Example.org.', 'A')
    await dns.resolve('evil.example\0.example.org', 'TXT')
    await dns.resolve('example.org', 'A', { signal: AbortSignal.abort() })
    expect(dns.asked).toEqual(['example.org A'])
  })

  test('a bad name and an asker who has left are failures', async () => {
    const dns = zone(world)
    expect(await dns.resolve('a..b', 'A')).toMatchObject({ kind: 'failure', cause: 'bad-name' })
    const signal = AbortSignal.abort()
    expect(await dns.resolve('example.org', 'A', { signal })).toMatchObject({ kind: 'failure', cause: 'aborted' })
  })
})
