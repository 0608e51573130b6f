/** Judges from outside: python3-dkim and opendkim believe what we believe, and we believe what dkimsign signs. */
import { execFileSync, spawnSync } from 'node:child_process'
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
let [dkimsign, opendkim] = ['', '']

beforeAll(async () => {
  dkimsign = await need('dkimsign', ['python3-dkim'])
  opendkim = await need('opendkim', ['opendkim'])
  writeFileSync(keyFile, rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
}, INSTALL_TIMEOUT)
afterAll(() => rmSync(folder, { recursive: true }))

/** What python3-dkim says of each message. The packaged Python has it. */
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

/** What opendkim says of each message, in its test mode, with the key from a file. */
function judgeToo(messages: readonly Buffer[]): readonly boolean[] {
  const [configuration, keys] = [path.join(folder, 'opendkim.conf'), path.join(folder, 'keys')]
  writeFileSync(keys, `sel._domainkey.example.org ${record}\n`)
  writeFileSync(configuration, `Mode v\nTestPublicKeys ${keys}\nSyslog no\nInternalHosts 203.0.113.1\n`)
  const file = path.join(folder, 'message.eml')
  return messages.map(bytes => {
    writeFileSync(file, bytes)
    const { stdout } = spawnSync(opendkim, ['-x', configuration, '-vvv', '-t', file], { encoding: 'utf8' })
    return stdout.includes('dkim=pass')
  })
}

test('python3-dkim and opendkim believe what we believe, and nothing of which a byte was changed', async () => {
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
  // The test mode of opendkim gives up at a line of 5,000 bytes.
  const short = [...whole, ...changed].map(bytes => !bytes.includes('x'.repeat(2_000)))
  const left = <T>(all: readonly T[]) => all.filter((_, index) => short[index])
  expect(left(ours)).toHaveLength(64)
  expect(judgeToo(left([...whole, ...changed]))).toEqual(left(ours))
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
