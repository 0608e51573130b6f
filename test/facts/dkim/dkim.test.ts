/** The fact dkim: the result of each kind of signature. */
import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { dkim } from '../../../src/facts/dkim/dkim.ts'
import { zone } from '../../../src/testing/zone.ts'
import { delivered, headerContext, NOW, verify } from './messages.ts'
import { ed25519, message, recordOf, rsa, rsa1536, signature, signed } from './signer.ts'

const from = 'From: Ann <ann@example.org>'
const fields = [from, 'To: bob@example.net', 'Subject: Lunch', 'Date: Mon, 23 Nov 2026 09:00:00 +0000']
const body = 'Shall we have lunch?\r\n\r\nAnn\r\n'
const seconds = NOW / 1000
const key = recordOf(rsa.publicKey)
const dns = () =>
  zone({
    'sel._domainkey.example.org': { TXT: [key] },
    'ed._domainkey.example.org': { TXT: [recordOf(ed25519.publicKey)] },
    'small._domainkey.example.org': { TXT: [recordOf(rsa1536.publicKey)] },
    'testing._domainkey.example.org': { TXT: [recordOf(rsa.publicKey, 'v=DKIM1; t=y; ')] },
    'strict._domainkey.example.org': { TXT: [recordOf(rsa.publicKey, 'v=DKIM1; t=s:x; ')] },
    'web._domainkey.example.org': { TXT: [recordOf(rsa.publicKey, 'v=DKIM1; s=web; ')] },
    'sha1._domainkey.example.org': { TXT: [recordOf(rsa.publicKey, 'v=DKIM1; h=sha1; ')] },
    'empty._domainkey.example.org': { A: '192.0.2.1' },
    'slow._domainkey.example.org': 'timeout',
    'broken._domainkey.example.org': 'servfail',
  })

/** The one signature of the message, and what was asked for it. */
async function verifyOne(bytes: Buffer) {
  const world = dns()
  const { signatures } = await verify(bytes, world)
  expect(signatures).toHaveLength(1)
  return { ...signatures[0], asked: world.asked }
}

test('a signature that verifies is reported with its tags', async () => {
  const bytes = signed({ fields, body, tags: { i: 'ann=2Bhome@mail.Example.org', d: 'Example.ORG' } })
  expect(await verify(bytes, dns())).toEqual({
    result: 'pass',
    ignored: 0,
    signatures: [
      {
        domain: 'example.org',
        selector: 'sel',
        identity: 'ann+home@mail.example.org',
        algorithm: 'rsa-sha256',
        result: 'pass',
        reason: 'example.org signed this message',
        fields: ['from', 'to', 'subject', 'date'],
        b: expect.stringMatching(/^[A-Za-z0-9+/]{12}$/),
        unsigned: [],
        keyBits: 2048,
      },
    ],
  })
})

test('an Ed25519 signature verifies (RFC 8463)', async () => {
  const found = await verifyOne(signed({ fields, body, key: ed25519.privateKey, tags: { s: 'ed' } }))
  expect(found).toMatchObject({ result: 'pass', algorithm: 'ed25519-sha256', keyBits: 256 })
})

test('a message without a signature causes no lookup', async () => {
  const world = dns()
  expect(await verify(message(fields, body), world)).toEqual({ result: 'none', signatures: [], ignored: 0 })
  expect(world.asked).toEqual([])
})

test('keys are looked up before the body arrives, each once', () => {
  const world = dns()
  const own = [
    signature({ fields, body }),
    signature({ fields, body }),
    signature({ fields, body, tags: { s: 'small' } }),
  ]
  dkim.read(headerContext(message([...own, ...fields], body), world, NOW))
  expect(world.asked).toEqual(['sel._domainkey.example.org TXT', 'small._domainkey.example.org TXT'])
})

test('a key with t=y is marked as testing', async () => {
  expect(await verifyOne(signed({ fields, body, tags: { s: 'testing' } }))).toMatchObject({
    result: 'pass',
    testing: true,
  })
})

const names = [
  ['a NUL', 'sel\0.example'],
  ['a NUL before the victim', 'x.attacker.example\0.victim'],
  ['a control character', 'sel\x07'],
  ['an 8-bit byte', 's\xe9l'],
  ['a space', 's el'],
  ['a fold', 's\r\n el'],
  ['a label of 64', 'a'.repeat(64)],
  ['more than 253 bytes', `${'a.'.repeat(130)}a`],
  ['an empty label', 'a..b'],
  ['a dot at the end', 'a.'],
  ['nothing', ''],
  ['a slash', 'a/b'],
  ['an address', 'a@b'],
] as const

test.for(names)('A01 %s in s= or d= is a permerror without a lookup', async ([, name]) => {
  for (const tags of [{ s: name }, { d: `${name}.example.org` }, { d: name }]) {
    const { result, asked } = await verifyOne(signed({ fields, body, tags }))
    expect({ tags, result, asked }).toEqual({ tags, result: 'permerror', asked: [] })
  }
})

test.for(['d', 's'])('A01 a NUL in %s= never makes another domain pass', async tag => {
  const tags = {
    d: 'example.org',
    s: 'sel',
    [tag]: tag === 'd' ? 'example.org\0.victim.example' : 'sel._domainkey.example.org\0',
  }
  expect(await verifyOne(signed({ fields, body, tags }))).toMatchObject({ result: 'permerror', asked: [] })
})

test('A01 d= of a single label is a permerror without a lookup', async () => {
  expect(await verifyOne(signed({ fields, body, tags: { d: 'org' } }))).toMatchObject({
    result: 'permerror',
    asked: [],
  })
})

test.for(['To:Subject:Date', 'To', 'Fr om:To', 'From\0:To', ''])(
  'A05 h=%j does not cover From and is a permerror',
  async h => {
    expect(await verifyOne(signed({ fields, body, tags: { h } }))).toMatchObject({ result: 'permerror', asked: [] })
  },
)

const refusedTags: readonly (readonly [what: string, tags: Readonly<Record<string, string | undefined>>])[] = [
  ['i= of another domain', { i: 'ann@example.net' }],
  ['i= of a domain that only ends alike', { i: 'ann@notexample.org' }],
  ['i= above d=', { d: 'mail.example.org', i: 'ann@example.org' }],
  ['i= without @', { i: 'example.org' }],
  ['i= with an encoded line end', { i: 'ann=0D=0Abcc:x@example.org' }],
  ['i= with an encoded @ and comma', { i: 'x=40victim.example=2Cann@example.org' }],
  ['v=2', { v: '2' }],
  ['v=01', { v: '01' }],
  ['v=1 with more', { v: '1.0' }],
  ['q=http', { q: 'http' }],
  ['q=dns', { q: 'dns' }],
  ['t= that is not a number', { t: 'yesterday' }],
  ['x= that is not a number', { x: '1e9' }],
  ['x= before t=', { t: '100', x: '100' }],
  ['l= that is not a number', { l: '-1' }],
  ['bh= that is not base64', { bh: 'not base64!' }],
  ['an empty bh=', { bh: '' }],
  ['no v=', { v: undefined }],
  ['no a=', { a: undefined }],
  ['no bh=', { bh: undefined }],
  ['no d=', { d: undefined }],
  ['no s=', { s: undefined }],
  ['an upper case D= for d=', { d: undefined, D: 'example.org' }],
  ['a tag name with a hyphen', { 'x-y': '1' }],
  ['an empty tag', { n: '1;;m=2' }],
  ['a part without =', { n: '1; nonsense' }],
  ['two s= tags', { n: '1; s=sel' }],
  ['a control character in an unknown tag', { n: 'a\x01b' }],
]

test.for(refusedTags)('A06 %s is a permerror without a lookup', async ([, tags]) => {
  expect(await verifyOne(signed({ fields, body, tags }))).toMatchObject({ result: 'permerror', asked: [] })
})

test.for([
  ['t=s and i= below d=', { s: 'strict', i: 'ann@mail.example.org' }],
  ['s= not for email', { s: 'web' }],
  ['h= not for sha256', { s: 'sha1' }],
  ['of the other type', { s: 'ed' }],
] as const)('A06 a key with %s is a permerror', async ([, tags]) => {
  expect(await verifyOne(signed({ fields, body, tags }))).toMatchObject({ result: 'permerror' })
})

test('A06 a key with t=s allows identities in d= itself', async () => {
  expect(await verifyOne(signed({ fields, body, tags: { s: 'strict', i: 'ann@example.org' } }))).toMatchObject({
    result: 'pass',
  })
})

test.for([
  ['l= of the whole body', body.length, undefined],
  ['l= beyond the body', body.length + 100, undefined],
  ['l= short of the body', 22, { signed: 22, total: body.length }],
  ['l=0', 0, { signed: 0, total: body.length }],
] as const)('A07 %s', async ([, length, partial]) => {
  const bytes = signed({ fields, body: body.slice(0, length), tags: { l: String(length), c: 'relaxed/simple' } })
  const found = await verifyOne(Buffer.concat([bytes, Buffer.from(body.slice(length))]))
  // A body of no bytes is hashed as one line end, of which l=0 covers nothing.
  expect(found).toMatchObject({ result: length === 0 ? 'fail' : 'pass' })
  expect(found.partial).toEqual(partial)
})

test('A07 text appended after l= passes, and the pass is marked as partial', async () => {
  const bytes = signed({ fields, body, tags: { l: String(body.length) } })
  const found = await verifyOne(Buffer.concat([bytes, Buffer.from('Buy pills.\r\n')]))
  expect(found).toMatchObject({ result: 'pass', partial: { signed: body.length, total: body.length + 12 } })
})

test.for(['Subject: Pills', 'From: Eve <eve@example.com>', 'Reply-To: eve@example.com', 'Content-Type: text/html'])(
  'A08 %s that was added above signed mail is reported as unsigned',
  async added => {
    const name = added.split(':')[0]?.toLowerCase() ?? ''
    const present = fields.filter(field => field.toLowerCase().startsWith(`${name}:`)).length
    const found = await verifyOne(message([added, signature({ fields, body }), ...fields], body))
    expect(found).toMatchObject({ result: 'pass', unsigned: [{ name, present: present + 1, signed: present }] })
  },
)

test('A08 a field that h= names once more than it occurs cannot be added', async () => {
  const own = signature({ fields, body, tags: { h: 'From:From:To:Subject:Subject:Date' } })
  expect(await verifyOne(message([own, ...fields], body))).toMatchObject({ result: 'pass', unsigned: [] })
  expect(await verifyOne(message(['Subject: Pills', own, ...fields], body))).toMatchObject({ result: 'fail' })
})

test.for([
  ['expired a second ago', { x: String(seconds - 1) }, 'neutral'],
  ['expires now', { x: String(seconds) }, 'pass'],
  ['was made in two hours', { t: String(seconds + 7200) }, 'neutral'],
  ['was made in half an hour', { t: String(seconds + 1800) }, 'pass'],
] as const)('A09 a signature that %s is %s', async ([, tags, result]) => {
  expect(await verifyOne(signed({ fields, body, tags }))).toMatchObject({ result })
})

test.for([
  ['rsa-sha1', { a: 'rsa-sha1' }, 'policy'],
  ['an unknown algorithm', { a: 'rsa-sha512' }, 'neutral'],
  ['an unknown canonicalization', { c: 'nofws/simple' }, 'neutral'],
] as const)('%s causes no lookup', async ([, tags, result]) => {
  expect(await verifyOne(signed({ fields, body, tags }))).toMatchObject({ result, asked: [] })
})

test.for([
  ['slow', 'temperror', 'the lookup of the key at slow._domainkey.example.org failed: timeout'],
  ['broken', 'temperror', 'the lookup of the key at broken._domainkey.example.org failed: servfail'],
  ['absent', 'permerror', 'there is no key at absent._domainkey.example.org'],
  ['empty', 'permerror', 'there is no key at empty._domainkey.example.org'],
] as const)('the selector %s is a %s', async ([s, result, reason]) => {
  expect(await verifyOne(signed({ fields, body, tags: { s } }))).toMatchObject({ result, reason })
})

test('a changed body fails even when the lookup of the key fails', async () => {
  const bytes = Buffer.concat([signed({ fields, body, tags: { s: 'slow' } }), Buffer.from('x')])
  expect(await verifyOne(bytes)).toMatchObject({
    result: 'fail',
    reason: 'the body does not match the signature of example.org',
  })
})

test('a line that is not a field counts as the end of the signed field above it', async () => {
  const own = signature({ fields, body })
  expect(await verifyOne(message([own, from, 'and Eve', ...fields.slice(1)], body))).toMatchObject({ result: 'fail' })
})

test('the signature fails when any one byte is changed', async () => {
  const bytes = signed({ fields, body, key: rsa1536.privateKey, tags: { s: 'small', c: 'simple/simple' } })
  expect(await verify(bytes, dns())).toMatchObject({ result: 'pass' })
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    const { result } = await verify(delivered(changed), dns())
    expect({ at, result }).not.toEqual({ at, result: 'pass' })
  }
})

test('a message that is cut off in its header section never throws', async () => {
  const bytes = signed({ fields, body })
  for (let length = 0; length < bytes.length - body.length; length += 1) {
    expect(await verify(bytes.subarray(0, length), dns())).not.toMatchObject({ result: 'pass' })
  }
})

test('the fact has its name and belongs to the message stage', () => {
  expect(dkim).toMatchObject({ name: 'dkim', stage: 'message' })
})

const [second, third, fourth] = [1, 2, 3].map(() =>
  recordOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey),
)
test.for<[string, readonly (string | undefined)[], string]>([
  ['the same key twice', [key, key], 'pass'],
  ['another key first', [second, key], 'pass'],
  ['two other keys first', [second, third, key], 'pass'],
  ['a revoked key first', ['v=DKIM1; p=', key], 'pass'],
  ['an Ed25519 key first', [recordOf(ed25519.publicKey), key], 'pass'],
  ['many texts that are not keys', [...Array.from({ length: 20 }, (_, n) => `v=spf${n} -all`), key], 'pass'],
  ['three other keys, and the right one fourth', [second, third, fourth, key], 'fail'],
  ['only other keys', [second, 'v=DKIM1; p='], 'fail'],
  ['only texts that are not keys', ['v=spf1 -all', 'hello'], 'permerror'],
])('of several records at a selector three keys are tried (RFC 6376 §6.1.2): %s', async ([, records, result]) => {
  const world = zone({ 'sel._domainkey.example.org': { TXT: records.filter(text => text !== undefined) } })
  const { signatures } = await verify(signed({ fields, body }), world)
  expect(signatures.map(signature => signature.result)).toEqual([result])
  expect(world.asked).toHaveLength(1)
})
