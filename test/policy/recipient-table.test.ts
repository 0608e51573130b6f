/** Which entry applies to a recipient, however its address is written. */
import { expect, test } from 'vitest'
import { RecipientTable } from '../../src/policy/recipient-table.ts'
import { growth } from '../support/cpu.ts'

const table = new RecipientTable([
  ['Bob@example.org', 'bob'],
  ['bob+shop@example.org', 'shop'],
  ['"a@b"@example.org', 'quoted'],
  ['example.org', 'domain'],
  ['.example.org', 'below'],
  ['.bücher.example', 'bücher'],
  ['eve@xn--bcher-kva.example', 'eve'],
  ['__proto__', 'proto'],
])

test.for([
  ['bob@example.org', 'bob'],
  ['BOB@EXAMPLE.ORG.', 'bob'],
  ['bob+news@example.org', 'bob'],
  ['bob+shop@example.org', 'shop'],
  ['BOB+SHOP+x@example.org', 'bob'],
  ['"bob"@example.org', 'bob'],
  ['"b\\ob"@example.org', 'bob'],
  ['@relay.example:bob@example.org', 'bob'],
  ['a@b@example.org', 'quoted'],
  ['+bob@example.org', 'domain'],
  ['alice@example.org', 'domain'],
  ['bob@mail.example.org', 'below'],
  ['bob@a.b.example.org', 'below'],
  ['bob@a.BÜCHER.example', 'bücher'],
  ['bob@bücher.example', undefined],
  ['eve@bücher.example', 'eve'],
  ['bob@example.org.evil.example', undefined],
  ['bob@exa%6dple.org', undefined],
  ['a@__proto__', 'proto'],
  ['a@constructor', undefined],
  ['postmaster', undefined],
  ['', undefined],
] as const)('%s has the entry %s', ([path, expected]) => {
  expect(table.of(path)).toBe(expected)
})

test('a domain of many labels costs no more than its length', async () => {
  const look = (labels: number) => table.of(`bob@${'a.'.repeat(labels)}example.org`)
  expect(await growth(look, { small: 1_000, large: 64_000, enough: 64 })).toBeLessThan(64)
})
