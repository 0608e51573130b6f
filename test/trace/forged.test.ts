/** Fields that claim to be ours. */
import { describe, expect, test } from 'vitest'
import { headerOf } from '../../src/mime/collect.ts'
import { forgedFields } from '../../src/trace/forged.ts'
import { spamFields } from '../../src/trace/spam-status.ts'

const forgedIn = (section: string, id = 'mx.example.net') => {
  const header = headerOf(Buffer.from(`${section}\r\nFrom: a@example.org\r\n\r\n`))
  return forgedFields(header, { id, names: spamFields }).map(({ raw }) => raw.toString())
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
  ])('A14 %j is removed', field => {
    expect(forgedIn(field)).toEqual([`${field}\r\n`])
  })

  test('A14 an internationalised name is ours in either form', () => {
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
    'Received-SPF: pass (mx.example.net)',
  ])("A14 %j is another's, and stays", field => {
    expect(forgedIn(field)).toEqual([])
  })

  test('A14 every one of several is removed, with its place', () => {
    const field = 'Authentication-Results: mx.example.net; auth=pass\r\n'
    const header = headerOf(Buffer.from(`${field}Subject: x\r\n${field}\r\n`))
    const found = forgedFields(header, { id: 'mx.example.net' })
    expect(found.map(({ offset }) => offset)).toEqual([0, field.length + 'Subject: x\r\n'.length])
  })
})

test('A14 our own X-Spam fields are removed, and those of others stay', () => {
  const section = 'X-Spam-Flag: NO\r\nx-spam-status: No, score=-9\r\nX-Spam-Report: x\r\nX-Spam-Flag : NO'
  expect(forgedIn(section)).toEqual(['X-Spam-Flag: NO\r\n', 'x-spam-status: No, score=-9\r\n', 'X-Spam-Flag : NO\r\n'])
})
