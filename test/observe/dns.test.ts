/** DNS is counted as the filters asked it: answers, failures, the cache, and the time. */
import { expect, test } from 'vitest'
import { postern } from '../../src/index.ts'
import type { Resolver } from '../../src/model/resolver.ts'
import { DnsCounts } from '../../src/observe/dns.ts'
import { type Metric, prometheus } from '../../src/observe/index.ts'
import { clock } from '../../src/testing/clock.ts'
import { zone } from '../../src/testing/zone.ts'

const lines = (metrics: readonly Metric[]): readonly string[] =>
  prometheus(metrics)
    .split('\n')
    .filter(line => /^postern_dns_(?:questions|cached|seconds_(?:sum|count))/.test(line))

test('answers, failures by their cause, and the cache are counted, and questions are timed', async () => {
  const hand = clock({ now: 0 })
  const counts = new DnsCounts()
  const inner = zone({ 'example.org': { A: '192.0.2.1' } })
  const slow: Resolver = {
    resolve: async (name, type) => {
      await hand.advance(30)
      if (name.startsWith('broken')) return { kind: 'failure', cause: 'servfail', detail: '' }
      return await inner.resolve(name, type)
    },
    known: name => (name === 'cached.example.org' ? { kind: 'nodata' } : undefined),
  }
  const dns = counts.counted(slow, hand)
  for (const name of ['example.org', 'no.example.org', 'broken.example.org']) await dns.resolve(name, 'A')
  expect(dns.known?.('cached.example.org', 'A')).toEqual({ kind: 'nodata' })
  expect(dns.known?.('example.org', 'A')).toBeUndefined()
  expect(lines(counts.read())).toEqual([
    'postern_dns_questions_total{result="answer"} 1',
    'postern_dns_questions_total{result="nxdomain"} 1',
    'postern_dns_questions_total{result="servfail"} 1',
    'postern_dns_cached_total 1',
    'postern_dns_seconds_sum 0.09',
    'postern_dns_seconds_count 3',
  ])
})

test('a resolver without a cache stays without one', () => {
  expect(new DnsCounts().counted({ resolve: zone({}).resolve }, clock())).not.toHaveProperty('known')
})

test('a gateway counts the questions of its filters', async () => {
  const asks = { name: 'asks', connect: ({ dns }: { readonly dns: Resolver }) => void dns.resolve('example.org', 'A') }
  const gateway = postern({ name: 'mx.example.org', dns: zone({}), filters: [asks] })
  await gateway.open({ ip: '192.0.2.1' }).connect()
  await new Promise(resolve => setImmediate(resolve))
  expect(lines(gateway.metrics())).toContain('postern_dns_questions_total{result="nxdomain"} 1')
})
