/** Mail::DKIM's corpus: a message passes if and only if it is expected to, or we are stricter and say why. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { type ZoneLiteral, type ZoneNode, zone } from '../../src/testing/zone.ts'
import { difference } from '../facts/dkim/compare.ts'
import { delivered, NOW, verify } from '../facts/dkim/messages.ts'

/** What the errors of the corpus are in a zone: a name that is not found is not there. */
const ERRORS = { ENOTFOUND: undefined, ETIMEOUT: 'timeout', ESERVFAIL: 'servfail' } as const

interface Corpus {
  /** A name that has no records has the error with which its questions end. */
  readonly zone: Readonly<Record<string, ZoneNode | { readonly error: keyof typeof ERRORS }>>
  readonly cases: readonly {
    readonly id: string
    readonly expect: 'pass' | 'fail' | 'invalid'
    readonly class: string
    readonly message: string
  }[]
}

const data = path.resolve(process.env.POSTERN_DATA ?? '../shared/data')
const corpus: Corpus = JSON.parse(readFileSync(path.join(data, 'suites/dkim-corpus.json'), 'utf8'))
const dns = zone(zoneOf(corpus.zone))

function zoneOf(given: Corpus['zone']): ZoneLiteral {
  const names: Record<string, ZoneLiteral[string]> = {}
  for (const [name, node] of Object.entries(given)) {
    const held = 'error' in node ? ERRORS[node.error] : node
    if (held !== undefined) names[name] = held
  }
  return names
}

const current = corpus.cases.filter(found => found.class === 'current')

/** What is expected to pass and does not, and what we say of it. */
const SHA1 = 'rsa-sha1 is too weak (RFC 8301)'
const VERSION = 'the version of the signature is not 1'
const stricter: Readonly<Record<string, string>> = {
  'good_rfc4871_3.txt': SHA1,
  'good_rfc4871_4.txt': SHA1,
  'good_1878523.txt': SHA1,
  'good_83176.txt': SHA1,
  'good_qp_1.txt': SHA1,
  'good_qp_2.txt': SHA1,
  'good_qp_3.txt': SHA1,
  'goodkey_1.txt': SHA1,
  'goodkey_2.txt': SHA1,
  'goodkey_4.txt': SHA1,
  'multiple_1.txt': 'the signature has no v= tag',
  'multiple_2.txt': SHA1,
  'no_body_1.txt': VERSION,
  'no_body_2.txt': VERSION,
  'no_body_3.txt': VERSION,
}

test('the corpus is there', () => {
  expect(current.length).toBeGreaterThan(20)
})

test.for(current)('$id is $expect', async ({ id, expect: expected, message }) => {
  const bytes = delivered(Buffer.from(message, 'base64'))
  const { result, signatures } = await verify(bytes, dns, { now: NOW })
  const reasons = signatures.map(({ reason }) => reason)
  const strict = stricter[id]
  const wanted = expected === 'pass' && strict === undefined
  expect({ passes: result === 'pass', reasons }).toEqual({
    passes: wanted,
    reasons: strict === undefined ? reasons : expect.arrayContaining([strict]),
  })
})

test.for(current)('$id is the same to mailauth', async ({ message }) => {
  expect(await difference(delivered(Buffer.from(message, 'base64')), dns)).toBeUndefined()
})
