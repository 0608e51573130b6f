/** A judge from outside: python3-dkim believes what we believe, and we believe what it signs. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { zone } from '../../../src/testing/zone.ts'
import { INSTALL_TIMEOUT, need } from '../../support/services.ts'
import { delivered, verify } from './messages.ts'
import { message, recordOf, rsa, signed } from './signer.ts'

const record = recordOf(rsa.publicKey)
const dns = zone({ 'sel._domainkey.example.org': { TXT: [record] } })
const fields = [
  'From: Ann <ann@example.org>',
  'To: bob@example.net',
  'Subject: Lunch,  today?',
  'Date: Mon, 23 Nov 2026 09:00:00 +0000',
]
const bodies = ['Shall we?\r\n', 'one\r\n two \t three  \r\n\r\n \r\n\r\n', 'x'.repeat(5000), '\r\n', 'caf\xc3\xa9\r\n']
const pairs = ['simple/simple', 'simple/relaxed', 'relaxed/simple', 'relaxed/relaxed']
const folder = mkdtempSync(path.join(tmpdir(), 'postern-judges-'))
const keyFile = path.join(folder, 'key.pem')
let dkimsign = ''

beforeAll(async () => {
  dkimsign = await need('dkimsign', ['python3-dkim'])
  writeFileSync(keyFile, rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
}, INSTALL_TIMEOUT)
afterAll(() => rmSync(folder, { recursive: true }))

/** What python3-dkim says of each message. The packaged Python is the one that has it. */
function judge(messages: readonly Buffer[]): readonly boolean[] {
  const cases = messages.map(bytes =>
    JSON.stringify({ message: bytes.toString('base64'), zone: { 'sel._domainkey.example.org': record } }),
  )
  const script = path.join(import.meta.dirname, 'judge.py')
  const said = execFileSync('/usr/bin/python3', [script], { input: cases.join('\n'), encoding: 'utf8' })
  return said
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) === true)
}

test('python3-dkim believes what we believe, and nothing of which a byte was changed', async () => {
  const whole = pairs.flatMap(c => bodies.map(body => signed({ fields, body, tags: { c } })))
  const changed = whole.flatMap(bytes =>
    ['ann@', 'Lunch', '\r\n\r\n'].map(text => {
      const copy = Buffer.from(bytes)
      const place = text.trim() === '' ? copy.length - 1 : copy.indexOf(text)
      copy.writeUInt8((copy[place] ?? 0) ^ 2, place)
      return delivered(copy)
    }),
  )
  const ours = await Promise.all(
    [...whole, ...changed].map(async bytes => (await verify(bytes, dns)).result === 'pass'),
  )
  expect(ours.slice(0, whole.length)).toEqual(whole.map(() => true))
  expect(ours.slice(whole.length)).toEqual(changed.map(() => false))
  expect(judge([...whole, ...changed])).toEqual(ours)
})

test('what dkimsign signs passes', async () => {
  for (const body of bodies) {
    for (const how of ['simple', 'relaxed']) {
      const args = ['--hcanon', how, '--bcanon', how, 'sel', 'example.org', keyFile]
      const bytes = execFileSync(dkimsign, args, { input: message(fields, body) })
      expect(await verify(delivered(bytes), dns, { now: Date.now() })).toMatchObject({ result: 'pass' })
    }
  }
})
