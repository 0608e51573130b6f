import { describe, expect, test } from 'vitest'
import { domainOf, mailboxOf } from '../../src/net/path.ts'

describe('a path is compared by its mailbox', () => {
  test.for([
    ['', '', ''],
    ['bob@example.org', 'bob', 'example.org'],
    ['Bob@Example.ORG.', 'Bob', 'example.org'],
    ['Postmaster', 'Postmaster', ''],
    ['@relay.test,@other.test:bob@example.org', 'bob', 'example.org'],
    ['"bob"@example.org', 'bob', 'example.org'],
    ['"b\\ob"@example.org', 'bob', 'example.org'],
    ['"a@b"@example.org', 'a@b', 'example.org'],
    ['"@example.org', '"', 'example.org'],
    ['bob@BÜCHER.example', 'bob', 'xn--bcher-kva.example'],
    ['bob@[192.0.2.1]', 'bob', '[192.0.2.1]'],
    ['@no-mailbox.test:', '', ''],
    ['bob@', 'bob', ''],
  ] as const)('%j is %j at %j', ([path, local, domain]) => {
    expect(mailboxOf(path)).toEqual({ local, domain })
  })
})

test('a domain that cannot be written in A-labels is only lowered, and a huge one costs nothing', () => {
  expect(domainOf('EXAMPLE\u0000.Org')).toBe('example\u0000.org')
  const huge = 'ü.'.repeat(100_000)
  expect(domainOf(huge)).toBe(huge.slice(0, -1))
})
