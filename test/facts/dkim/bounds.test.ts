/** What hostile signatures, keys and bodies cost, and which of them are refused. */
import { createPublicKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { dkimWithin } from '../../../src/facts/dkim/dkim.ts'
import { keyReader, readKey } from '../../../src/facts/dkim/key.ts'
import { headerOf } from '../../../src/mime/header/collect.ts'
import { zone } from '../../../src/testing/zone.ts'
import { cpuOfAsync, growth } from '../../support/cpu.ts'
import { cutAt, headerContext, NOW, verify } from './messages.ts'
import { ed25519, message, recordOf, rsa, signature, signed } from './signer.ts'

const fields = ['From: ann@example.org', 'Subject: Lunch']
const body = 'Hello\r\n'
const record = recordOf(ed25519.publicKey)
const dns = zone({
  '*._domainkey.example.org': { TXT: [record] },
  '*._domainkey.example.com': { TXT: [record] },
})
const key = ed25519.privateKey

/** A public RSA key of any size and exponent, without a private key. */
function rsaRecord(bits: number, exponent = 'AQAB'): string {
  const modulus = Buffer.alloc(bits / 8, 0xc5)
  return recordOf(
    createPublicKey({ key: { kty: 'RSA', n: modulus.toString('base64url'), e: exponent }, format: 'jwk' }),
  )
}

describe('keys', () => {
  test.for([
    [512, 'AQAB', 'policy', 'an RSA key of 512 bits is too weak (RFC 8301)'],
    [1016, 'AQAB', 'policy', 'an RSA key of 1016 bits is too weak (RFC 8301)'],
    [8200, 'AQAB', 'policy', 'an RSA key of 8200 bits is larger than 8192'],
    [16384, 'AQAB', 'policy', 'an RSA key of 16384 bits is larger than 8192'],
    [2048, 'AQ', 'policy', 'the RSA key has an unsafe public exponent'],
    [2048, 'AQAAAAAAAAE', 'policy', 'the RSA key has an unsafe public exponent'],
  ] as const)('A10 an RSA key of %i bits with the exponent %s is refused', ([bits, exponent, result, reason]) => {
    expect(readKey(rsaRecord(bits, exponent))).toEqual({ refused: { result, reason }, bits })
  })

  test.for([1024, 2048, 4096, 8192])('A10 an RSA key of %i bits is accepted', bits => {
    expect(readKey(rsaRecord(bits))).toMatchObject({ key: { type: 'rsa', bits } })
  })

  test('A10 the size of a refused key is reported', async () => {
    const weak = zone({
      'sel._domainkey.example.org': { TXT: [[rsaRecord(768).slice(0, 99), rsaRecord(768).slice(99)]] },
    })
    const { signatures } = await verify(signed({ fields, body }), weak)
    expect(signatures).toMatchObject([{ result: 'policy', keyBits: 768 }])
  })

  test('A10 a key record of more than 4 KB is refused without being parsed', async () => {
    const long = zone({ 'sel._domainkey.example.org': { TXT: [`${recordOf(rsa.publicKey)}; n=${'x'.repeat(4096)}`] } })
    const { signatures } = await verify(signed({ fields, body }), long)
    expect(signatures).toMatchObject([
      { result: 'permerror', reason: 'the record at sel._domainkey.example.org is longer than 4096 bytes' },
    ])
  })

  test('A10 a record that is not a key is refused without an exception', () => {
    const der = recordOf(rsa.publicKey).slice('v=DKIM1; k=rsa; p='.length)
    for (const p of ['', '!', 'AAAA', der.slice(0, 100), Buffer.alloc(32).toString('base64'), '='.repeat(9)]) {
      for (const k of ['rsa', 'ed25519', 'dsa', '']) {
        expect(readKey(`k=${k}; p=${p}`).refused?.result ?? 'accepted').toBe(
          k === 'ed25519' && p.length === 44 ? 'accepted' : 'permerror',
        )
      }
    }
  })

  test('A10 a bare RSAPublicKey, as the RFC describes it, is accepted', () => {
    const p = rsa.publicKey.export({ type: 'pkcs1', format: 'der' }).toString('base64')
    expect(readKey(`p=${p}`)).toMatchObject({ key: { type: 'rsa', bits: 2048 } })
  })

  test('a key is imported once, and the cache is bounded', () => {
    const read = keyReader({ maxKeys: 2 })
    const find = (text: string) => read({ kind: 'answer', records: [[text]] }, 'sel._domainkey.example.org')[0]
    const [first, second, third] = ['n=1; ', 'n=2; ', 'n=3; '].map(note => recordOf(rsa.publicKey, note))
    const kept = find(first ?? '')
    expect(find(first ?? '')).toBe(kept)
    find(second ?? '')
    find(first ?? '')
    find(third ?? '')
    expect(find(first ?? '')).toBe(kept)
    const again = find(second ?? '')
    expect(find(first ?? '')).toBe(kept)
    expect(find(second ?? '')).toBe(again)
  })
})

describe('signatures', () => {
  const many = (count: number, tags: (index: number) => Readonly<Record<string, string>>) =>
    Array.from({ length: count }, (_, index) => signature({ fields, body, key, tags: { h: 'From', ...tags(index) } }))

  test('A11 of more than five signatures those of the author domain are verified first, and each key is looked up once', async () => {
    const strangers = many(10, () => ({ d: 'example.com', s: 'a' }))
    const bytes = message([...strangers, ...many(3, place => ({ s: place === 1 ? 'b' : 'c' })), ...fields], body)
    const world = zone({ '*._domainkey.example.org': { TXT: [record] }, '*._domainkey.example.com': { TXT: [record] } })
    const { result, signatures, ignored } = await verify(bytes, world)
    expect(result).toBe('pass')
    expect(signatures.map(({ domain }) => domain)).toEqual([
      'example.com',
      'example.com',
      'example.org',
      'example.org',
      'example.org',
    ])
    expect(ignored).toBe(8)
    expect(world.asked.toSorted()).toEqual([
      'a._domainkey.example.com TXT',
      'b._domainkey.example.org TXT',
      'c._domainkey.example.org TXT',
    ])
  })

  test('signatures that cannot be verified do not displace those that can', async () => {
    const bytes = message([...many(20, () => ({ d: 'org' })), ...many(2, () => ({})), ...fields], body)
    const { signatures } = await verify(bytes, dns)
    expect(signatures.map(({ result }) => result)).toEqual(['permerror', 'permerror', 'permerror', 'pass', 'pass'])
  })

  test.for([
    [1, 1],
    [10, 10],
    [1000, 10],
  ])('a limit of %i verifies %i of a hundred', async ([limit, most]) => {
    const reading = dkimWithin({ signatures: limit ?? 5 })
    const { signatures, ignored } = await verify(message([...many(100, () => ({})), ...fields], body), dns, { reading })
    expect([signatures.length, ignored]).toEqual([most, 100 - (most ?? 0)])
  })

  test('A11 as many signatures as a header section can hold, each with another l=, cost at most twice as much as one', async () => {
    const long = Buffer.from(`${'A line of ordinary text, as people write them.\r\n'.repeat(220_000)}`)
    const withBody = (own: readonly string[]) => Buffer.concat([message([...own, ...fields], ''), long])
    const one = withBody(many(1, () => ({})))
    const all = withBody(many(300, place => ({ l: String(place + 1_000_000) })))
    const read = (bytes: Buffer) => {
      const places = Array.from({ length: 200 }, (_, place) => place * 65_536)
      return verify(bytes, dns, { chunks: cutAt(bytes, places) })
    }
    expect(await read(all)).toMatchObject({ result: 'fail', ignored: 295 })
    expect(await growth(read, { small: one, large: all, enough: 2 })).toBeLessThan(2)
  })

  test('A11 a thousand signatures exceed the header section, and none is verified', async () => {
    const world = zone({ '*._domainkey.example.org': { TXT: [record] } })
    const found = await verify(message([...many(1000, place => ({ l: String(place) })), ...fields], body), world)
    expect(found).toMatchObject({ result: 'neutral' })
    expect(found.signatures).toHaveLength(5)
    expect(world.asked).toEqual([])
  })

  test('A12 an h= of ten thousand names over ten thousand fields is refused within five milliseconds', async () => {
    const h = ['From', ...Array.from({ length: 10_000 }, (_, place) => `X-${place}`)].join(':')
    const tooMany = Array.from({ length: 10_000 }, (_, place) => `X-${place}: ${place}`)
    for (const own of [signature({ fields, body, key, tags: { h } }), ...many(1, () => ({}))]) {
      const bytes = message([own, ...fields, ...tooMany], body)
      const context = headerContext(bytes, dns, NOW)
      const { read } = dkimWithin()
      expect((await read(context).end()).result).not.toBe('pass')
      expect(await cpuOfAsync(async () => read(context).end(), 5)).toBeLessThan(5)
    }
  })

  test('A12 as many names in h= as are looked at, over as many fields as there may be, cost no more than 20 ms', async () => {
    const h = ['From', ...Array.from({ length: 255 }, () => 'X')].join(':')
    const many = Array.from({ length: 990 }, () => `X: ${'y '.repeat(50)}`)
    const bytes = message(
      [signature({ fields: [...fields, ...many], body, key, tags: { h } }), ...fields, ...many],
      body,
    )
    expect(headerOf(bytes).defects).toEqual([])
    expect(await verify(bytes, dns)).toMatchObject({ result: 'pass' })
    expect(await cpuOfAsync(() => verify(bytes, dns), 20)).toBeLessThan(20)
  })

  test('a tag-list of spaces, semicolons or folds is parsed in linear time', async () => {
    for (const filling of [
      ' '.repeat(30_000),
      ';'.repeat(30_000),
      '\r\n '.repeat(10_000),
      `a=${' b'.repeat(14_000)}`,
      '='.repeat(30_000),
    ]) {
      const bytes = message([`DKIM-Signature: v=1;${filling}x; b=`, ...fields], body)
      expect(await cpuOfAsync(() => verify(bytes, dns), 20)).toBeLessThan(20)
    }
  })
})

describe('bodies', () => {
  const size = 4 * 1024 * 1024
  const fill = (text: string) => Buffer.alloc(size, text)
  const ordinary = fill('The quick brown fox jumps over the lazy dog, and then it has had enough of that.\r\n')

  test.for(['a\r\n', '\r\n', ' ', '\r', '\t', 'a ', 'a\t', ' \r', ' \r\nx', '\r\n ', 'x', 'a  b\t\r\n'])(
    'a body of nothing but %j costs at most six times as much as an ordinary one',
    async text => {
      const read = (filling: Buffer) => {
        const bytes = Buffer.concat([signed({ fields, body: '', key }), filling])
        const chunks = cutAt(
          bytes,
          Array.from({ length: 64 }, (_, place) => place * 65_536),
        )
        return verify(bytes, dns, { chunks })
      }
      expect(await growth(read, { small: ordinary, large: fill(text), enough: 6 })).toBeLessThan(6)
    },
  )
})
