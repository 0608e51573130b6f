/** The public part of the keys with which we sign. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { expect, test } from 'vitest'
import { dkim } from '../../src/doctor/dkim.ts'
import { type ZoneLiteral, zone } from '../../src/testing/zone.ts'
import { look } from './look.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 })
const ed25519 = generateKeyPairSync('ed25519')

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const RSA = spki(rsa.publicKey).toString('base64')
const PKCS1 = rsa.publicKey.export({ type: 'pkcs1', format: 'der' }).toString('base64')
const OTHER = spki(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey).toString('base64')
const ED = spki(ed25519.publicKey).subarray(-32).toString('base64')

const found = async (records: readonly (string | readonly string[])[], key = pem(rsa.privateKey)) => {
  const literal: ZoneLiteral = { 's1._domainkey.example.org': { TXT: records.map(text => [text].flat()) } }
  const keys = [{ domain: 'example.org', selector: 's1', key }]
  const [result = ''] = await look(dkim({ keys, dns: zone(records.length > 0 ? literal : {}) }))
  return result.replace('dkim s1._domainkey.example.org: ', '')
}

test.for<[readonly (string | readonly string[])[], string]>([
  [[`v=DKIM1; k=rsa; p=${RSA}`], 'ok its record has the public part of the key'],
  [[[`v=DKIM1; p=${RSA.slice(0, 100)}`, RSA.slice(100)]], 'ok its record has the public part of the key'],
  [[`p = ${RSA.slice(0, 60)} ${RSA.slice(60)};`], 'ok its record has the public part of the key'],
  [[`v=DKIM1; p=${PKCS1}`], 'ok its record has the public part of the key'],
  [[`v=DKIM1; t=y:s; p=${RSA}`], 'warning its record says that it is a test, so receivers may ignore it'],
  [[`v=DKIM1; p=${OTHER}`], 'failed its record has another key'],
  [['v=DKIM1; p='], 'failed its record says that the key was revoked'],
  [['v=DKIM1; k=rsa'], 'failed its record has no key'],
  [[], 'failed there is no record'],
  [[`p=${RSA}`, `p=${RSA}`], 'failed there are 2 records, so that the result is undefined'],
])('DKIM %#: %s', async ([records, text]) => {
  expect(await found(records)).toBe(text)
})

test('Ed25519 stands there without a structure, and a key that is none is named', async () => {
  expect(await found([`v=DKIM1; k=ed25519; p=${ED}`], pem(ed25519.privateKey))).toContain('ok')
  expect(await found([`v=DKIM1; k=ed25519; p=${RSA}`], pem(ed25519.privateKey))).toContain('failed')
  expect(await found([`p=${RSA}`], 'none')).toContain('failed the key cannot be read')
})

test('where DNS does not answer it is unknown', async () => {
  const keys = [{ domain: 'example.org', selector: 's1', key: pem(rsa.privateKey) }]
  const dns = zone({ 's1._domainkey.example.org': 'servfail' })
  expect((await look(dkim({ keys, dns })))[0]).toMatch(/^unknown .*servfail/)
})
