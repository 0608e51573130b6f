/** ARC chains as forwarders and as attackers make them. mailauth seals them. */
import { generateKeyPairSync } from 'node:crypto'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { arc } from '../../../src/facts/arc/arc.ts'
import { ask as find } from '../../../src/testing/probe.ts'
import { type ZoneLiteral, zone } from '../../../src/testing/zone.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const key = { TXT: [`v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`] }
const sealers = ['lists.example', 'forwarder.example', 'third.example']
const world: ZoneLiteral = Object.fromEntries(sealers.map(domain => [`s._domainkey.${domain}`, key]))

const plain = Buffer.from(
  'From: alice@example.org\r\nTo: list@lists.example\r\nSubject: hello\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\n\r\nGood day.\r\n',
)

interface Sealing {
  readonly signingDomain?: string
  readonly i?: number
  readonly cv?: 'none' | 'pass' | 'fail'
  readonly authResults?: string
}

const REPORT = 'mx.lists.example; spf=pass smtp.mailfrom=example.org; dmarc=pass header.from=example.org'

async function sealed(
  message: Buffer,
  { signingDomain = 'lists.example', i = 1, cv = i === 1 ? 'none' : 'pass', authResults = REPORT }: Sealing = {},
): Promise<Buffer> {
  const { sealMessage } = await import('mailauth/lib/arc/index.js')
  const seal = await sealMessage(message, { signingDomain, selector: 's', privateKey: pem, authResults, cv, i })
  expect(seal.length).toBeGreaterThan(0)
  return Buffer.concat([seal, message])
}

async function chain(length: number): Promise<Buffer> {
  let message: Buffer = plain
  for (let i = 1; i <= length; i += 1) {
    message = await sealed(message, { i, signingDomain: sealers[(i - 1) % sealers.length] ?? '' })
  }
  return message
}

const ask = (message: Buffer, dns = zone(world)) => find(arc, { dns, message })
const replaced = (message: Buffer, what: string | RegExp, by: string) =>
  Buffer.from(message.toString('latin1').replace(what, by), 'latin1')

// First in its file: what is loaded stays loaded.
test('a message without ARC causes no lookup, and mailauth is not loaded', async () => {
  const isLoaded = () => Object.keys(createRequire(import.meta.url).cache).some(path => path.includes('/mailauth/'))
  const dns = zone({})
  const found = await find(arc, { dns, message: plain })
  expect(found).toEqual({ result: 'none', reason: 'there is no ARC chain', unknown: false, sealers: [], unsigned: [] })
  expect(dns.asked).toEqual([])
  expect(isLoaded()).toBe(false)
  await ask(await chain(1))
  expect(isLoaded()).toBe(true)
})

describe('a chain that verifies', () => {
  test('the sealers and the report of the newest sealer are given', async () => {
    const found = await ask(await chain(2))
    expect(found).toEqual({
      result: 'pass',
      reason: 'forwarder.example sealed this message, the last of 2',
      unsigned: [],
      unknown: false,
      sealers: [
        { domain: 'lists.example', selector: 's' },
        { domain: 'forwarder.example', selector: 's' },
      ],
      reported: {
        id: 'mx.lists.example',
        results: [
          { method: 'spf', result: 'pass', properties: new Map([['smtp.mailfrom', 'example.org']]) },
          { method: 'dmarc', result: 'pass', properties: new Map([['header.from', 'example.org']]) },
        ],
      },
    })
  })

  test('each key is looked up once', async () => {
    const dns = zone(world)
    expect(await ask(await chain(4), dns)).toMatchObject({ result: 'pass' })
    expect([...new Set(dns.asked)].sort()).toEqual(sealers.map(name => `s._domainkey.${name} TXT`).sort())
  })
})

describe('a chain that fails', () => {
  test('A13 51 sets fail without a lookup', async () => {
    const dns = zone(world)
    const one = (await chain(1)).toString('latin1')
    const seal = one.slice(0, one.indexOf('From:'))
    const many = Array.from({ length: 51 }, (_, index) => seal.replace(/i=1;/g, `i=${index + 1};`)).reverse()
    expect(await ask(Buffer.from(many.join('') + plain.toString()), dns)).toEqual({
      result: 'fail',
      reason: 'there are more than 50 ARC sets',
      unsigned: [],
      unknown: false,
      sealers: [],
    })
    expect(dns.asked).toEqual([])
  })

  test.for<[string, (message: Buffer) => Buffer]>([
    ['a gap', message => replaced(message, /i=2;/g, 'i=3;')],
    ['a duplicate set', message => Buffer.concat([message.subarray(0, message.indexOf('From:')), message])],
    ['cv turned from pass to none', message => replaced(message, 'cv=pass', 'cv=none')],
    ['cv turned from pass to fail', message => replaced(message, 'cv=pass', 'cv=fail')],
    ['a changed word in the body', message => replaced(message, 'Good', 'Bad ')],
    ['a changed author', message => replaced(message, 'alice@', 'mallory@')],
    ['changed results', message => replaced(message, 'smtp.mailfrom=example.org', 'smtp.mailfrom=example.com')],
    ['an instance of 0', message => replaced(message, /i=2;/g, 'i=0;')],
    ['no seal', message => replaced(message, /ARC-Seal/g, 'X-Seal')],
    ['no results', message => replaced(message, /ARC-Authentication-Results/g, 'X-Results')],
  ])('A13 %s fails the chain', async ([, change]) => {
    expect(await ask(change(await chain(2)))).toMatchObject({
      result: 'fail',
      unknown: false,
      sealers: [],
      unsigned: [],
    })
  })

  test.for([
    ['d= with NUL', /d=lists\.example/g, 'd=lists.example\0.bank.example'],
    ['s= with NUL', /s=s;/g, 's=s\0x;'],
    ['d= with a control character', /d=lists\.example/g, 'd=lists\x07.example'],
    ['d= with a byte over 127', /d=lists\.example/g, 'd=list\xe9.example'],
    ['d= with a space', /d=lists\.example/g, 'd=lists .example'],
    ['s= of 64 characters', /s=s;/g, `s=${'a'.repeat(64)};`],
  ] as const)('A01 %s fails the chain without a lookup', async ([, what, by]) => {
    const dns = zone(world)
    expect(await ask(replaced(await chain(1), what, by), dns)).toMatchObject({ result: 'fail', unknown: false })
    expect(dns.asked).toEqual([])
  })

  test('a chain with more keys than the limit fails, and the limit is kept', async () => {
    let message: Buffer = plain
    for (let i = 1; i <= 14; i += 1) message = await sealed(message, { i, signingDomain: `d${i}.example` })
    const dns = zone(Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`s._domainkey.d${i + 1}.example`, key])))
    expect(await ask(message, dns)).toMatchObject({ result: 'fail' })
    expect(dns.asked.length).toBeLessThanOrEqual(11)
  })

  test('A16 a key whose lookup fails leaves the chain unknown', async () => {
    const message = await chain(2)
    const old = zone({ ...world, 's._domainkey.lists.example': 'timeout' })
    const newest = zone({ ...world, 's._domainkey.forwarder.example': 'servfail' })
    expect(await ask(message, old)).toMatchObject({ result: 'fail', unknown: true, sealers: [] })
    expect(await ask(message, newest)).toMatchObject({ result: 'fail', unknown: true, sealers: [] })
    const gone = zone({ 's._domainkey.forwarder.example': key })
    expect(await ask(message, gone)).toMatchObject({ result: 'fail', unknown: false })
  })
})

test('of several keys at the selector of a sealer each is tried', async () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'der' })
  const records = ['v=spf1 -all', `v=DKIM1; k=rsa; p=${other.toString('base64')}`, ...key.TXT]
  const dns = zone({ ...world, 's._domainkey.forwarder.example': { TXT: records } })
  expect(await ask(await chain(2), dns)).toMatchObject({ result: 'pass' })
  const none = zone({ ...world, 's._domainkey.forwarder.example': { TXT: records.slice(0, 2) } })
  expect(await ask(await chain(2), none)).toMatchObject({ result: 'fail', unknown: false })
})

test('A08 a field that was added above the newest seal is reported as unsigned', async () => {
  const bytes = await chain(2)
  expect((await ask(bytes)).unsigned).toEqual([])
  const added = Buffer.concat([Buffer.from('Subject: Pills\r\n'), bytes])
  expect(await ask(added)).toMatchObject({ result: 'pass', unsigned: [{ name: 'subject', present: 2, signed: 1 }] })
})
