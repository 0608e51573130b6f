/** Reading Authentication-Results as others write them. */
import { describe, expect, test } from 'vitest'
import { readResults } from '../../../src/facts/arc/results.ts'

describe('the authserv-id', () => {
  test.for([
    ['mx.example.org; none', 'mx.example.org'],
    ['MX.Example.ORG.; none', 'mx.example.org'],
    ['mx.example.org 1; spf=pass', 'mx.example.org'],
    [' (a comment (nested \\) ) ) "mx.example.org" (more) 1 ; spf=pass', 'mx.example.org'],
    ['"mx\\.example.org"; none', 'mx.example.org'],
    ['mx.example.org\r\n ; spf=pass', 'mx.example.org'],
    ['; spf=pass', ''],
    ['', ''],
    ['(never closed mx.example.org; spf=pass', ''],
  ])('%j is that of %j', ([value = '', id]) => {
    expect(readResults(value).id).toBe(id)
  })
})

describe('the results', () => {
  test('methods, results and properties are read, whatever stands between', () => {
    const { results } = readResults(
      'mx.example.org; SPF/1 = Pass (sender; permitted) smtp.mailfrom = "alice@example.org" ; dkim=fail\r\n\theader.d=a.example header.b=ab+/=; x',
    )
    expect(results).toEqual([
      { method: 'spf', result: 'pass', properties: new Map([['smtp.mailfrom', 'alice@example.org']]) },
      {
        method: 'dkim',
        result: 'fail',
        properties: new Map([
          ['header.b', 'ab+/='],
          ['header.d', 'a.example'],
        ]),
      },
    ])
  })

  test('a property that stands twice is the first: a later one does not overrule it', () => {
    const { results } = readResults('x; dmarc=pass header.from=a.example header.from=b.example')
    expect(results[0]?.properties.get('header.from')).toBe('a.example')
  })

  test('what looks like a result within a quote or a comment is none', () => {
    expect(readResults('x; spf=fail reason="; dmarc=pass" (; dmarc=pass)').results.map(({ method }) => method)).toEqual(
      ['spf'],
    )
  })

  test('no more than a hundred results and 16 KB are read', () => {
    expect(readResults(`x${'; spf=pass'.repeat(1_000)}`).results).toHaveLength(100)
    expect(readResults(`x${' '.repeat(20_000)}; spf=pass`).results).toEqual([])
  })
})
