/** Real mail, signed by mailauth and verified by both: they agree on every message. */
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { beforeAll, expect, test } from 'vitest'
import { zone } from '../../src/testing/zone.ts'
import { difference } from '../facts/dkim/compare.ts'
import { cutAt, delivered, NOW, verify } from '../facts/dkim/messages.ts'
import { ed25519, recordOf, rsa } from '../facts/dkim/signer.ts'

const SAMPLE = 3000
const MAX_SIZE = 500_000
const data = path.resolve(process.env.POSTERN_DATA ?? '../shared/data')
const unpacked = path.join(tmpdir(), 'postern-data')
const dns = zone({
  'rsa._domainkey.example.org': { TXT: [recordOf(rsa.publicKey)] },
  'ed._domainkey.example.org': { TXT: [recordOf(ed25519.publicKey)] },
})
const pairs = ['relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple'] as const
const signers = [
  { selector: 'rsa', privateKey: rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) },
  { selector: 'ed', privateKey: ed25519.privateKey.export({ type: 'pkcs8', format: 'pem' }) },
] as const

let files: readonly string[] = []

beforeAll(() => {
  execFileSync(path.join(data, 'unpack'), [unpacked])
  const all = ['spamassassin', 'csdmc-2010', 'trec06p', 'trec06c-head', 'mime'].flatMap(name =>
    globSync('**/*', { cwd: path.join(unpacked, name), withFileTypes: true })
      .filter(entry => entry.isFile() && !/^(index|\.complete)$/.test(entry.name))
      .map(entry => path.join(entry.parentPath, entry.name)),
  )
  const step = Math.max(1, Math.floor(all.length / SAMPLE))
  files = all.toSorted().filter((_, place) => place % step === 0)
}, 600_000)

test('there is mail to sign', () => {
  expect(files.length).toBeGreaterThanOrEqual(SAMPLE)
})

test('mail as it was received says the same to both, nothing throws', async () => {
  const differences: string[] = []
  for (const file of files) {
    const found = await difference(read(file), dns)
    if (found !== undefined) differences.push(`${file}: ${found}`)
  }
  expect(differences).toEqual([])
}, 600_000)

test('mail that mailauth has signed says the same to both, and passes unless its header section is malformed', async () => {
  const differences: string[] = []
  let passed = 0
  for (const [place, file] of files.entries()) {
    const mail = read(file)
    const [signer, canonicalization] = [signers[place % 2] ?? signers[0], pairs[place % 4] ?? pairs[0]]
    const how = { ...signer, signingDomain: 'example.org', canonicalization, signTime: new Date(NOW) }
    const { signatures } = await dkimSign(mail, { ...how, signatureData: [how] })
    const bytes = Buffer.concat([Buffer.from(signatures), mail])
    const chunks = cutAt(bytes, [place % 97, (place * 7919) % bytes.length, (place * 104_729) % bytes.length])
    const found = await difference(bytes, dns, { chunks })
    if (found !== undefined) differences.push(`${file}: ${found}`)
    if ((await verify(bytes, dns)).result === 'pass') passed += 1
  }
  expect(differences).toEqual([])
  expect(passed / files.length).toBeGreaterThan(0.95)
}, 600_000)

/** Without the line that an mbox puts on top, which is no field. */
function read(file: string): Buffer {
  const bytes = delivered(readFileSync(file).subarray(0, MAX_SIZE))
  return /^>?From /.test(bytes.toString('latin1', 0, 6)) ? bytes.subarray(bytes.indexOf('\n') + 1) : bytes
}
