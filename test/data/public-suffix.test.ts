/** The organisational domain against the test vectors of the Public Suffix List. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { domainToASCII } from 'node:url'
import { expect, test } from 'vitest'
import { organisationalDomain } from '../../src/dns/organisation.ts'

const data = process.env.POSTERN_DATA ?? '../shared/data'
const pairs: readonly (readonly [string | null, string | null])[] = JSON.parse(
  readFileSync(join(data, 'suites/public-suffix.json'), 'utf8'),
)

test('A21 there are 78 vectors', () => expect(pairs).toHaveLength(78))

test.for(pairs)('A21 the organisational domain of %s is %s', ([name, domain]) => {
  expect(organisationalDomain(name ?? '')).toBe(domain === null ? undefined : domainToASCII(domain))
})
