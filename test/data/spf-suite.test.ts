/** The open test suite of RFC 7208, case by case. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { spf } from '../../src/facts/spf/spf.ts'
import type { Resolver } from '../../src/model/resolver.ts'
import { ask } from '../../src/testing/probe.ts'
import { type ZoneLiteral, type ZoneNode, zone } from '../../src/testing/zone.ts'

interface Case {
  readonly helo: string
  readonly host: string
  readonly mailfrom: string
  readonly result: string | readonly string[]
}

type Value = string | readonly string[] | readonly [priority: number, exchange: string]

interface Section {
  readonly description: string
  readonly tests: Readonly<Record<string, Case>>
  readonly zonedata: Readonly<Record<string, readonly ('TIMEOUT' | Readonly<Record<string, Value>>)[]>>
}

const suite: readonly Section[] = JSON.parse(
  readFileSync(join(process.env.POSTERN_DATA ?? '../shared/data', 'suites/spf-rfc7208.json'), 'utf8'),
)

// Some cases ask for names such as foo:bar/baz.example.com, which our resolvers refuse to ask for: here they have
// others.
const plain = (name: string): string => name.replace(/[:/%+= ]/g, odd => `-x${odd.charCodeAt(0)}-`)
const withOddNames = (dns: Resolver): Resolver => ({
  resolve: (name, type, options) => dns.resolve(plain(name), type, options),
})

describe.for(suite)('$description', ({ tests, zonedata }) => {
  const world = zoneOf(zonedata)
  test.for(Object.entries(tests))('%s', async ([, { helo, host, mailfrom, result }]) => {
    const found = await ask(spf, { dns: withOddNames(zone(world)), ip: host, helo, reversePath: mailfrom })
    expect([result].flat()).toContain(found.result)
  })
})

test('the suite has its 203 cases', () => {
  expect(suite.reduce((sum, { tests }) => sum + Object.keys(tests).length, 0)).toBe(203)
})

/**
 * An SPF record is copied to TXT unless there is one; a bare TIMEOUT is the answer to every type not listed above it.
 */
function zoneOf(data: Section['zonedata']): ZoneLiteral {
  return Object.fromEntries(Object.entries(data).map(([name, entries]) => [plain(name), nodeOf(entries)]))
}

function nodeOf(entries: Section['zonedata'][string]): ZoneNode {
  const silent = entries.indexOf('TIMEOUT')
  const records = entries.filter(entry => typeof entry === 'object').flatMap(entry => Object.entries(entry))
  const of = (type: string) => records.filter(([key]) => key === type).map(([, value]) => value)
  const answers = (type: string, values = of(type)) => (values[0] === 'TIMEOUT' ? ('timeout' as const) : values)
  const texts = of('TXT').filter(value => value !== 'NONE')
  const txt = answers('TXT', of('TXT').length > 0 ? texts : of('SPF'))
  const mx = of('MX').map(([priority, exchange]) => ({ priority: Number(priority), exchange: String(exchange) }))
  return {
    ...(txt.length > 0 && { TXT: txt as ZoneNode['TXT'] & {} }),
    ...(of('A').length > 0 && { A: answers('A') as readonly string[] }),
    ...(of('AAAA').length > 0 && { AAAA: answers('AAAA') as readonly string[] }),
    ...(of('PTR').length > 0 && { PTR: answers('PTR') as readonly string[] }),
    ...(mx.length > 0 && { MX: mx }),
    ...(of('CNAME').length > 0 && { CNAME: String(of('CNAME')[0]) }),
    ...(silent >= 0 && { otherwise: 'timeout' as const }),
  }
}
