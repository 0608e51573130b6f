/** Our verifier beside mailauth's in its strict mode: whatever is signed, and however it is broken, they agree. */
import { createRequire } from 'node:module'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { describe, expect, test } from 'vitest'
import { zone } from '../../../src/testing/zone.ts'
import { long } from '../../support/full.ts'
import { fc, runs } from '../../support/property.ts'
import { difference } from './compare.ts'
import { cutAt, delivered, everyCut, NOW, verify } from './messages.ts'
import { ed25519, message, recordOf, rsa, rsa1536, signature, signed } from './signer.ts'

const rsaRecord = recordOf(rsa.publicKey)
const dns = zone({
  'sel._domainkey.example.org': { TXT: [rsaRecord] },
  'ed._domainkey.example.org': { TXT: [recordOf(ed25519.publicKey)] },
  'small._domainkey.example.org': { TXT: [recordOf(rsa1536.publicKey)] },
  'sel._domainkey.example.net': { TXT: [rsaRecord] },
})
const fields = [
  'Received: from a.example.org by b.example.org; Mon, 23 Nov 2026 09:00:00 +0000',
  'From: "Ann  Other" <ann@example.org>',
  'To: bob@example.net,\r\n\tcarol@example.net',
  'subject :  Lunch \t today? ',
  'Date: Mon, 23 Nov 2026 09:00:00 +0000',
  'X-Empty:',
  'X-Latin: caf\xe9\t\xc0',
  'Content-Type: multipart/mixed;\r\n boundary="b"',
]
const bodies = [
  '',
  '\r\n\r\n',
  'Shall we?\r\n',
  'no line end',
  ' a  b\t\r\n\t \r\nc \t d \r\n\r\n\r\n',
  'bare \r cr\r\rs \r\n \r',
  '\xff\x00\xfe nul and 8 bit\r\n',
  `${'x'.repeat(2000)}\r\n${' '.repeat(900)}\r\n${'y z  '.repeat(400)}\r\n`,
]
const pairs = ['simple/simple', 'simple/relaxed', 'relaxed/simple', 'relaxed/relaxed']
const keys = { rsa: { s: 'sel', key: rsa.privateKey }, ed25519: { s: 'ed', key: ed25519.privateKey } } as const

/** Signed by mailauth, once for each selector. */
async function signedByMailauth(bytes: Buffer, canonicalization: string, maxBodyLength?: number, types = ['rsa']) {
  const signatureData = types.map(type => {
    const { s, key } = type === 'rsa' ? keys.rsa : keys.ed25519
    const privateKey = key.export({ type: 'pkcs8', format: 'pem' })
    return {
      signingDomain: 'example.org',
      selector: s,
      privateKey,
      canonicalization,
      ...(maxBodyLength !== undefined && { maxBodyLength }),
    }
  })
  const [first] = signatureData
  if (first === undefined) throw new Error('nobody signs')
  const { signatures, errors } = await dkimSign(bytes, { ...first, signTime: new Date(NOW - 1000), signatureData })
  expect(errors).toEqual([])
  return Buffer.concat([Buffer.from(signatures), bytes])
}

describe('what mailauth signs', () => {
  test.for(pairs.flatMap(pair => Object.keys(keys).map(type => [pair, type] as const)))(
    'with %s and %s passes, whatever the body',
    async ([pair, type]) => {
      for (const body of bodies) {
        const bytes = await signedByMailauth(message(fields, body), pair, undefined, [type])
        expect(await verify(bytes, dns)).toMatchObject({ result: 'pass' })
        expect(await difference(bytes, dns)).toBeUndefined()
      }
    },
  )

  test.for(pairs)('with %s passes wherever the bytes are cut', async pair => {
    for (const body of bodies.slice(0, 6)) {
      const bytes = await signedByMailauth(message(fields.slice(1, 4), body), pair)
      for (const chunks of cutsOf(bytes)) expect((await verify(bytes, dns, { chunks })).result).toBe('pass')
    }
  })

  const cutsOf = (bytes: Buffer) => [...everyCut(bytes)].filter((_, index) => long || index % 5 === 0)

  test('with any l= passes, and tells how much is not covered', async () => {
    for (const body of bodies.slice(0, 7)) {
      for (const pair of ['simple/simple', 'relaxed/relaxed']) {
        for (let length = 0; length <= body.length + 3; length += 1) {
          const bytes = await signedByMailauth(message(fields, body), pair, length)
          expect(await difference(bytes, dns)).toBeUndefined()
          expect(await difference(Buffer.concat([bytes, Buffer.from('more\r\n \r\n')]), dns)).toBeUndefined()
        }
      }
    }
  })

  test('twice, with either kind of key, passes twice', async () => {
    const bytes = await signedByMailauth(message(fields, bodies[4] ?? ''), 'relaxed/relaxed', undefined, [
      'rsa',
      'ed25519',
    ])
    expect(await verify(bytes, dns)).toMatchObject({ signatures: [{ result: 'pass' }, { result: 'pass' }] })
    expect(await difference(bytes, dns)).toBeUndefined()
  })
})

test('what dkim-signer signs passes, and one changed byte makes it fail', async () => {
  const { DKIMSign } = createRequire(import.meta.url)('dkim-signer')
  const privateKey = rsa.privateKey.export({ type: 'pkcs1', format: 'pem' })
  for (const body of ['Shall we?\r\n', 'one\r\ntwo  words \r\n\r\nthree\r\n\r\n\r\n', `${'line\r\n'.repeat(500)}`]) {
    const plain = message(['From: Ann <ann@example.org>', 'To: bob@example.net', 'Subject: Lunch  today'], body)
    const field = DKIMSign(plain.toString(), { domainName: 'example.org', keySelector: 'sel', privateKey })
    const bytes = Buffer.concat([Buffer.from(`${field}\r\n`), plain])
    expect(await verify(bytes, dns)).toMatchObject({ result: 'pass' })
    for (const place of [bytes.indexOf('Ann'), bytes.indexOf('Lunch'), bytes.length - 4]) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(0x71, place)
      expect(await verify(changed, dns)).toMatchObject({ result: 'fail' })
      expect(await difference(changed, dns)).toBeUndefined()
    }
  }
})

describe('broken one at a time', () => {
  const plain = [
    'From: ann@example.org',
    'To: bob@example.net',
    'Subject: Lunch',
    'Date: Mon, 23 Nov 2026 09:00:00 +0000',
  ]
  const tags = {
    c: 'relaxed/simple',
    i: 'ann@example.org',
    t: '1700000000',
    x: '1900000000',
    q: 'dns/txt',
    l: '6',
    z: 'From:x',
  }
  const body = 'Hello\r\nworld\r\n'

  test.for(plain.map((_, place) => place))('field %i left out, doubled, changed, moved or folded', async place => {
    const own = signature({ fields: plain, body, tags: { c: 'relaxed/relaxed' } })
    const field = plain[place] ?? ''
    const variants = [
      [],
      [field, field],
      [`${field}x`],
      [field.toUpperCase()],
      [field.replace(': ', ':\r\n ')],
      [`${field}  `],
    ]
    for (const variant of variants) {
      const others = plain.toSpliced(place, 1)
      for (const at of [0, place, others.length]) {
        const bytes = message([own, ...others.toSpliced(at, 0, ...variant)], body)
        expect(await difference(bytes, dns)).toBeUndefined()
      }
    }
  })

  const values = [
    '',
    ' ',
    '0',
    '1',
    'x',
    '=',
    ':',
    '@',
    'sel',
    'example.org',
    'From',
    'simple',
    'relaxed',
    'Relaxed/Simple',
    'simple/simple/x',
    'a b',
    '\t',
    'é',
    '"',
    'A'.repeat(300),
  ]
  test.for(['v', 'a', 'c', 'd', 's', 'h', 'bh', 'i', 't', 'x', 'q', 'l', 'z', 'b'])(
    'tag %s= of another value',
    async name => {
      for (const value of [...values, undefined]) {
        const bytes = signed({
          fields: plain,
          body,
          tags: { ...tags, ...(name !== 'b' && { [name]: value }) },
          ...(name === 'b' && { b: value ?? '' }),
        })
        expect({ value, difference: await difference(bytes, dns) }).toEqual({ value, difference: undefined })
      }
    },
  )

  test.for(['v', 'k', 'p', 't', 's', 'h', 'n', 'g', 'K'])('tag %s= of the key of another value', async name => {
    for (const value of [
      ...values,
      'DKIM1',
      'rsa',
      'ed25519',
      'y',
      's',
      'y:s',
      '*',
      'email',
      'tlsrpt:email',
      'sha256',
      'SHA256:sha1',
    ]) {
      const others = [
        ['v', 'DKIM1'],
        ['k', 'rsa'],
        ['p', rsaRecord.slice(rsaRecord.indexOf('p=') + 2)],
      ].filter(([tag]) => tag !== name)
      const list = [...others, [name, value]].toSorted(([a]) => (a === 'v' ? -1 : 1)).map(tag => tag.join('='))
      const world = zone({ 'sel._domainkey.example.org': { TXT: [list.join('; ')] } })
      const found = await difference(signed({ fields: plain, body, tags }), world)
      expect({ value, found }).toEqual({ value, found: undefined })
    }
  })
})

describe('mutated at random', () => {
  const sources = [
    signed({
      fields,
      body: bodies[4] ?? '',
      tags: { h: 'from:to:subject:date:x-empty:x-latin', i: '@example.org', t: '1700000000' },
    }),
    signed({ fields, body: bodies[5] ?? '', key: ed25519.privateKey, tags: { s: 'ed', c: 'simple/simple', l: '4' } }),
    message(
      [
        signature({ fields, body: 'hi\r\n' }),
        signature({ fields, body: 'hi\r\n', tags: { d: 'example.net', c: 'simple' } }),
        ...fields,
      ],
      'hi\r\n',
    ),
  ]
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.constantFrom(0, 0, 1, 2, 9),
    put: fc.constantFrom(
      '',
      'a',
      ' ',
      '\t',
      ';',
      '=',
      ':',
      '\r\n',
      '\r\n ',
      '\r',
      '\n',
      '\0',
      '\xff',
      '0',
      'From: eve@example.com\r\n',
    ),
  })

  test.for(sources.map((_, index) => index))('message %i says the same to both', async index => {
    const source = sources[index] ?? Buffer.of()
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        fc.array(fc.nat(source.length), { maxLength: 4 }),
        async (edits, cuts) => {
          const changed = edits.reduce((text, { at, cut, put }) => {
            const place = Math.floor(at * text.length)
            return text.slice(0, place) + put + text.slice(place + cut)
          }, source.toString('latin1'))
          const bytes = delivered(Buffer.from(changed, 'latin1'))
          expect(await difference(bytes, dns, { chunks: cutAt(bytes, cuts) })).toBeUndefined()
        },
      ),
      { numRuns: runs(600) },
    )
  })
})
