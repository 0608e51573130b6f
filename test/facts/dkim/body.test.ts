/** The canonical body and its hash, against the RFC's own words written out naively. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { canonicalizer } from '../../../src/facts/dkim/body.ts'
import { bodyDigest } from '../../../src/facts/dkim/digest.ts'
import type { Canonicalization } from '../../../src/facts/dkim/signature.ts'
import { fc, runs } from '../../support/property.ts'
import { cutAt, everyCut } from './messages.ts'
import { canonicalBody } from './signer.ts'

const canonical = (how: Canonicalization, chunks: readonly Buffer[]): string => {
  const written: Buffer[] = []
  const canonical = canonicalizer(how, bytes => written.push(Buffer.from(bytes)))
  for (const chunk of chunks) canonical.write(chunk)
  canonical.end()
  return Buffer.concat(written).toString('latin1')
}

const bodies = [
  '',
  '\r\n',
  '\r\n\r\n\r\n',
  'a',
  'a\r\n',
  'a \t b\r\n\r\n\r\n',
  ' a\r\n\r\n  b \t\r\n',
  'a \tb\r\n',
  '\t\r\n \r\n',
  ' \t ',
  'a\rb\r\rc \r d\r\n',
  'a\nb\n\n',
  'a \r',
  'a\r\n \r',
  '\n',
  'a\r\n\r\n\r\n\r\n\r\n b \r\n\r\n',
]
const both = ['simple', 'relaxed'] as const

describe('the canonical body', () => {
  test.for(both.flatMap(how => bodies.map(body => [how, body] as const)))(
    '%s of %j is what the RFC says, wherever it is cut',
    ([how, body]) => {
      for (const chunks of everyCut(Buffer.from(body, 'latin1'))) {
        expect(canonical(how, chunks)).toBe(canonicalBody(how, body))
      }
    },
  )

  test.for(both)('%s of any body is what the RFC says, wherever it is cut', how => {
    const piece = fc.constantFrom(
      'a',
      'bc',
      ' ',
      '\t',
      '\r\n',
      '\r',
      '\n',
      '  ',
      'word '.repeat(40),
      '\r\n'.repeat(300),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.array(fc.nat(4000), { maxLength: 6 }), (pieces, cuts) => {
        const body = pieces.join('')
        expect(canonical(how, cutAt(Buffer.from(body, 'latin1'), cuts))).toBe(canonicalBody(how, body))
      }),
      { numRuns: runs(1500) },
    )
  })

  test.for(both)('%s of a body longer than every buffer is what the RFC says', how => {
    const body = `${'x'.repeat(70_000)}\r\n${' '.repeat(40_000)}y\t\t${'\r\n'.repeat(30_000)}${'a  b\t\r\n'.repeat(9_000)}`
    expect(canonical(how, cutAt(Buffer.from(body), [65_536, 131_072]))).toBe(canonicalBody(how, body))
  })
})

describe('the digest of a body', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('base64')

  test('hashes are made at every length asked for, beyond the end of the whole', () => {
    for (const chunks of everyCut(Buffer.from('abcdef'))) {
      const digest = bodyDigest([undefined, 0, 3, 6, 3, 9])
      for (const chunk of chunks) digest.write(chunk)
      const { total, of } = digest.end()
      expect(total).toBe(6)
      expect([undefined, 0, 3, 6, 9].map(of)).toEqual(['abcdef', '', 'abc', 'abcdef', 'abcdef'].map(sha256))
    }
  })

  test('what lies beyond the last length is counted though not hashed', () => {
    const digest = bodyDigest([2])
    digest.write(Buffer.from('abc'))
    digest.write(Buffer.from('def'))
    const { total, of } = digest.end()
    expect([total, of(2)]).toEqual([6, sha256('ab')])
  })
})
