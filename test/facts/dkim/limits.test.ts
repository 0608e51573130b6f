/** The limits of DKIM, each exactly at and just beyond it: RFC 6376 §3.5, §6.1, RFC 8301, and our own. */
import { describe, expect, test } from 'vitest'
import { type KeyFound, keyReader, readKey } from '../../../src/facts/dkim/key.ts'
import { readSignature } from '../../../src/facts/dkim/signature.ts'
import { zone } from '../../../src/testing/zone.ts'
import { NOW, verify } from './messages.ts'
import { ed25519, message, recordOf, signature } from './signer.ts'

const seconds = NOW / 1000
const required = { v: '1', a: 'rsa-sha256', b: 'AAAA', bh: 'AAAA', d: 'example.org', s: 'sel', h: 'From' }

const keyOf = (found: KeyFound) => (found.refused === undefined ? found.key : undefined)

/** The result of the form alone: `read` when only the key and the message can decide. */
function formOf(tags: Readonly<Record<string, string>>): string {
  const list = Object.entries({ ...required, ...tags }).map(([name, value]) => `${name}=${value}`)
  const { refused } = readSignature(`DKIM-Signature: ${list.join('; ')}\r\n`, NOW)
  return refused === undefined ? 'read' : `${refused.result}: ${refused.reason}`
}

const names = (count: number): string => ['From', ...Array.from({ length: count - 1 }, () => 'X')].join(':')

describe('a signature', () => {
  test('a field of 32,768 bytes is read, one of 32,769 is not', () => {
    const text = `DKIM-Signature: ${Object.entries(required)
      .map(([name, value]) => `${name}=${value}`)
      .join('; ')}; n=`
    const fill = (length: number) => readSignature(text + 'x'.repeat(length - text.length), NOW).refused
    expect(fill(32_768)).toBeUndefined()
    expect(fill(32_769)).toEqual({ result: 'permerror', reason: 'the signature is longer than 32768 bytes' })
  })

  test.for<[string, Readonly<Record<string, string>>, string]>([
    ['h= of 256 names', { h: names(256) }, 'read'],
    ['h= of 257 names', { h: names(257) }, 'permerror: h= of the signature names more than 256 fields'],
    ['i= of 512 bytes', { i: `${'a'.repeat(500)}@example.org` }, 'read'],
    [
      'i= of 513 bytes',
      { i: `${'a'.repeat(501)}@example.org` },
      'permerror: i= of the signature is not an address in d= or below it',
    ],
    ['l= of 76 digits', { l: '9'.repeat(76) }, 'read'],
    ['l= of 77 digits', { l: '9'.repeat(77) }, 'permerror: l= of the signature is not a number'],
    ['t= of 12 digits', { t: `0${seconds}`.padStart(12, '0') }, 'read'],
    ['t= of 13 digits', { t: `${seconds}`.padStart(13, '0') }, 'permerror: t= of the signature is not a number'],
    ['t= an hour ahead', { t: `${seconds + 3600}` }, 'read'],
    ['t= an hour and a second ahead', { t: `${seconds + 3601}` }, 'neutral: the signature was made in the future'],
    ['x= now', { x: `${seconds}` }, 'read'],
    ['x= a second ago', { x: `${seconds - 1}` }, 'neutral: the signature has expired'],
    ['x= a second after t=', { t: '100', x: `${seconds}` }, 'read'],
    ['x= equal to t=', { t: `${seconds}`, x: `${seconds}` }, 'permerror: the signature expired before it was made'],
    ['a label of 63 in s=', { s: 'a'.repeat(63) }, 'read'],
    ['a label of 64 in s=', { s: 'a'.repeat(64) }, 'permerror: s= of the signature is not a domain name'],
    ['a label of 63 in d=', { d: `${'a'.repeat(63)}.org` }, 'read'],
    ['a label of 64 in d=', { d: `${'a'.repeat(64)}.org` }, 'permerror: d= of the signature is not a domain name'],
    ['a key name of 253 bytes', { s: `${'a.'.repeat(114)}bb` }, 'read'],
    ['a key name of 254 bytes', { s: `${'a.'.repeat(115)}b` }, 'permerror: s= of the signature is not a domain name'],
  ])('%s: %s', ([, tags, form]) => {
    expect(formOf(tags)).toBe(form)
  })

  test('the hundredth signature is read, the hundred and first is not', async () => {
    const fields = ['From: ann@example.org']
    const good = signature({ fields, body: 'x\r\n', key: ed25519.privateKey, tags: { h: 'From' } })
    const unusable = (count: number) => Array.from({ length: count }, () => 'DKIM-Signature: v=1')
    const dns = zone({ '*._domainkey.example.org': { TXT: [recordOf(ed25519.publicKey)] } })
    const run = async (before: number) =>
      (await verify(message([...unusable(before), good, ...fields], 'x\r\n'), dns)).result
    expect([await run(99), await run(100)]).toEqual(['pass', 'permerror'])
  })
})

describe('a key record', () => {
  const record = recordOf(ed25519.publicKey)
  const padded = (length: number) => `${record}; n=${'x'.repeat(length - record.length - 4)}`
  const find = (text: string) => keyReader()({ kind: 'answer', records: [[text]] }, 'sel._domainkey.example.org')[0]

  test('a record of 4096 bytes is read, one of 4097 is not', () => {
    expect(find(padded(4096))).toMatchObject({ key: { type: 'ed25519' } })
    expect(find(padded(4097))).toEqual({
      refused: { result: 'permerror', reason: 'the record at sel._domainkey.example.org is longer than 4096 bytes' },
    })
  })

  test.for([31, 33])('an Ed25519 key of %i bytes is not a key', length => {
    expect(readKey(`k=ed25519; p=${Buffer.alloc(length, 1).toString('base64')}`).refused?.result).toBe('permerror')
  })

  test('v= must come first, and be DKIM1', () => {
    const rest = record.replace(/^v=DKIM1; /, '')
    expect(keyOf(readKey(rest))?.type).toBe('ed25519')
    for (const text of [`${rest}; v=DKIM1`, `v=dkim1; ${rest}`, `v=DKIM2; ${rest}`])
      expect(readKey(text).refused).toEqual({
        result: 'permerror',
        reason: 'the version of the key record is not DKIM1',
      })
  })

  test('an RSA key of 1024 bits is accepted, one of 1023 is not; 8192 is accepted, 8193 is not', () => {
    const rsa = (bits: number) => {
      const modulus = Buffer.alloc(Math.ceil(bits / 8), 0xff)
      if (bits % 8 > 0) modulus[0] = 2 ** (bits % 8) - 1
      const number = modulus[0] && modulus[0] > 127 ? Buffer.concat([Buffer.of(0), modulus]) : modulus
      const integer = (bytes: Buffer) =>
        Buffer.concat([Buffer.of(2, 0x82, bytes.length >> 8, bytes.length & 255), bytes])
      const body = Buffer.concat([integer(number), Buffer.of(2, 3, 1, 0, 1)])
      const der = Buffer.concat([Buffer.of(0x30, 0x82, body.length >> 8, body.length & 255), body])
      return readKey(`p=${der.toString('base64')}`)
    }
    expect([1024, 8192].map(bits => keyOf(rsa(bits))?.bits)).toEqual([1024, 8192])
    expect([1023, 8193].map(bits => rsa(bits).refused?.reason)).toEqual([
      'an RSA key of 1023 bits is too weak (RFC 8301)',
      'an RSA key of 8193 bits is larger than 8192',
    ])
  })
})
