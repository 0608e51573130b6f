/** Fields that claim to be ours. */
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { type PosternOptions, postern } from '../../src/index.ts'
import { headerOf } from '../../src/mime/header/collect.ts'
import { zone } from '../../src/testing/zone.ts'
import { authenticationResults } from '../../src/trace/authentication-results.ts'
import { forged, forgedFields } from '../../src/trace/forged.ts'
import { growth } from '../support/cpu.ts'

const forgedIn = (section: string, id = 'mx.example.net') => {
  const header = headerOf(Buffer.from(`${section}\r\nFrom: a@example.org\r\n\r\n`))
  return forgedFields(header, { id }).map(({ raw }) => raw.toString())
}

describe('Authentication-Results in our name', () => {
  test.for([
    'Authentication-Results: mx.example.net; dkim=pass',
    'authentication-results:MX.EXAMPLE.NET;spf=pass',
    'AUTHENTICATION-RESULTS: mx.example.net.; spf=pass',
    'Authentication-Results: "mx.example.net"; spf=pass',
    'Authentication-Results: "mx\\.example.net" 1; spf=pass',
    'Authentication-Results: (hello) mx.example.net (world); spf=pass',
    'Authentication-Results: mx.example.net 1; spf=pass',
    'Authentication-Results: mx.example.net/1; spf=pass',
    'Authentication-Results:\r\n mx.example.net;\r\n spf=pass',
    'Authentication-Results: (a\r\n b) mx.example.net\r\n\t; spf=pass',
    'Authentication-Results : mx.example.net; spf=pass',
    'Authentication-Results: mx.example.net',
    'Authentication-Results: mx.example.net spf=pass',
    // The id stands behind more than is read, or cannot be told.
    `Authentication-Results: (${'x'.repeat(17_000)}) mx.example.net; spf=pass`,
    `Authentication-Results: ${'(x) '.repeat(5_000)}mx.example.net; spf=pass`,
    `Authentication-Results: ${'\r\n (x)'.repeat(5_000)} mx.example.org; spf=pass`,
    'Authentication-Results: (mx.example.net; spf=pass',
    'Authentication-Results: "mx.example.net; spf=pass',
    'Authentication-Results: (a (b) mx.example.org; spf=pass',
    'Authentication-Results:',
    'Authentication-Results: ;spf=pass',
    'Authentication-Results: spf=pass smtp.mailfrom=example.org; dkim=pass',
    'Authentication-Results: dkim=pass',
    'Authentication-Results: mx.example.org mx.example.net; spf=pass',
    'Authentication-Results: =?utf-8?q?mx.example.net?=; spf=pass',
    'Authentication-Results: =?utf-8?b?bXguZXhhbXBsZS5uZXQ=?=; spf=pass',
    'Authentication-Results: \u00a0mx.example.net; spf=pass',
    'Authentication-Results: \ufeffmx.example.net; spf=pass',
    'Authentication-Results: mx.exam\u00adple.net; spf=pass',
    'Authentication-Results: mx\u200b.example.net; spf=pass',
    'Authentication-Results: \uff4d\uff58.example.net; spf=pass',
    // Readers differ in where a comment ends, and in whether a quote may stand here.
    'Authentication-Results: (\\) mx.example.net; spf=pass ;) other.example; spf=none',
    'Authentication-Results: (( mx.example.net; spf=pass ;)) other.example; spf=none',
    'Authentication-Results: "a\\"; mx.example.net; spf=pass ;"; spf=none',
    // The name of the field is read by some.
    'Authentication-Results\r\n : mx.example.net; spf=pass',
    'Authentication-\r\n Results: mx.example.net; spf=pass',
    'Authentication-Results\t : mx.example.net; spf=pass',
    '\ufeffAuthentication-Results: mx.example.net; spf=pass',
    'Authentication-Results\ufeff: mx.example.net; spf=pass',
    '\u00a0Authentication-Results: mx.example.net; spf=pass',
    'Authentication\u200b-Results: mx.example.net; spf=pass',
    '=?utf-8?q?Authentication-Results?=: mx.example.net; spf=pass',
    ' Authentication-Results: mx.example.net; spf=pass',
  ])('A14 %j is removed', field => {
    expect(forgedIn(field)).toEqual([`${field}\r\n`])
  })

  test('A14 an internationalised id matches in either form', () => {
    expect(forgedIn('Authentication-Results: bücher.example; spf=pass', 'xn--bcher-kva.example')).toHaveLength(1)
    expect(forgedIn('Authentication-Results: xn--bcher-kva.example; spf=pass', 'bücher.example')).toHaveLength(1)
  })

  test.for([
    'Authentication-Results: mx.example.org; dkim=pass',
    'Authentication-Results: mx.example.net.example.org; dkim=pass',
    'Authentication-Results: amx.example.net; dkim=pass',
    // A Cyrillic "е" is another letter, and another name.
    'Authentication-Results: mx.\u0435xample.net; dkim=pass',
    'Authentication-Results: mx.example.org; dkim=pass (mx.example.net; spf=pass)',
    'ARC-Authentication-Results: i=1; mx.example.net; dmarc=pass',
    'X-Authentication-Results: mx.example.net; dkim=pass',
    'Authentication-Results: mx.example.org 1 (a comment); dkim=pass',
    'Authentication-Results: mx.example.org (mail) ; none',
    'Authentication-Results: "mx.example.org"; dkim=pass',
    'Authentication-Results: mx_1.example.org/2; dkim=pass',
    `Authentication-Results: mx.example.org; dkim=pass (${'x'.repeat(20_000)})`,
    'Subject: Authentication-Results: mx.example.net; dkim=pass',
  ])("A14 %j is another's, and stays", field => {
    expect(forgedIn(field)).toEqual([])
  })

  test('A14 each of several is removed, with its offset', () => {
    const field = 'Authentication-Results: mx.example.net; auth=pass\r\n'
    const header = headerOf(Buffer.from(`${field}Subject: x\r\n${field}\r\n`))
    const found = forgedFields(header, { id: 'mx.example.net' })
    expect(found.map(({ offset }) => offset)).toEqual([0, field.length + 'Subject: x\r\n'.length])
  })
})

test.for([
  'Return-Path: <ann@example.org>',
  'Return-path:<>',
  'Received-SPF: pass (mx.example.net: domain of ann@example.org)',
  'received-spf: Pass receiver=mx.example.net;',
  'X-Spam-Flag: NO',
  'X-Postern-Ref: 7K2Q9F0D',
  'x-postern-ref : x',
  'x-spam-status: No, score=-9',
  'X-Spam-Report: x',
  'X-Spam-Score: -9',
  'X-Spam: No',
  'X-Spam_score: -9',
  'X-Spamd-Result: default: False [-9 / 15]',
  'X-Spam-Flag : NO',
  'X-Spam-Flag\r\n : NO',
  '\ufeffReturn-Path: <ann@example.org>',
])('A14 the trace field %j is ours to write, and is removed', field => {
  expect(forgedIn(field)).toEqual([`${field}\r\n`])
})

test.for([
  'Received: from a by b',
  'X-Spamtrap: no',
  'Delivered-To: a@example.org',
  'X-Virus-Scanned: yes',
  'Return-Receipt-To: a',
])("%j is another's, and stays", field => {
  expect(forgedIn(field)).toEqual([])
})

/** The header section that is delivered, and what a host of another kind would be asked to remove. */
async function delivered(section: string, options: Omit<PosternOptions, 'filters'> = {}) {
  const session = postern({ name: 'mx.example.net', dns: zone({}), filters: [], ...options }).open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('client.example')
  await session.mail('')
  await session.rcpt('b@example.net')
  const { content, forged, verdict } = await session.data(Readable.from([Buffer.from(`${section}\r\n\r\ntext\r\n`)]))
  const text = content === undefined ? '' : (await buffer(content.open())).toString()
  session.close()
  return { text, forged, verdict }
}

test('A14 the delivered message has no Authentication-Results in our name except our own', async () => {
  const fields = [
    'From: a@example.org',
    'Authentication-Results: mx.example.net; auth=pass',
    'Authentication-Results\r\n : mx.example.net; auth=pass',
    'Authentication-Results: mx.example.org; auth=pass',
    'Received-SPF: pass',
    'Subject: Hello',
  ]
  const { text, forged, verdict } = await delivered(fields.join('\r\n'))
  expect(verdict).toBe('accept')
  expect(text).toMatch(
    /X-Spam-Status: No, score=0\.0 tests=none ref=(\w+)\r\nX-Postern-Ref: \1\r\nFrom: a@example\.org\r\nAuthentication-Results: mx\.example\.org; auth=pass\r\nSubject: Hello\r\n\r\ntext\r\n$/,
  )
  // A protocol can name only what is a field to all.
  expect(forged.map(({ name, position }) => [name, position])).toEqual([
    ['Authentication-Results', 1],
    ['Received-SPF', 1],
  ])
})

test('A14 a forged field beyond the limit of fields is removed as well', async () => {
  const { text } = await delivered(
    ['From: a@example.org', ...Array(1_500).fill('X-A: b'), 'Authentication-Results: mx.example.net; auth=pass'].join(
      '\r\n',
    ),
  )
  expect(text).toContain('X-A: b')
  expect(text).not.toContain('auth=pass')
})

test('A14 the id of every tracer is protected', async () => {
  const forgery = 'From: a@example.org\r\nAuthentication-Results: example.net; auth=pass'
  expect((await delivered(forgery)).text).toContain('auth=pass')
  const trace = [authenticationResults({ id: 'example.net' })]
  expect((await delivered(forgery, { trace })).text).not.toContain('auth=pass')
})

test('A14 a header section of forged fields is read in linear time', async () => {
  const isForged = forged({ id: 'mx.example.net' })
  const read = (count: number) => {
    const header = headerOf(
      Buffer.from(`Authentication-Results: ${'(a) '.repeat(count)}mx.example.net; spf=pass\r\n\r\n`),
    )
    for (let run = 0; run < 50; run += 1) expect([...header].every(isForged)).toBe(true)
  }
  expect(await growth(read, { small: 1_000, large: 4_000, enough: 12 })).toBeLessThan(12)
})
