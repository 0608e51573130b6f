import { expect, test } from 'vitest'
import { type AddressDefect, parseAddresses } from '../../../src/mime/header/addresses.ts'
import { cpuOf } from '../../support/cpu.ts'

const read = (value: string) => {
  const { mailboxes, defects } = parseAddresses(value)
  return [mailboxes.map(({ display, local, domain }) => [display, local, domain]), [...defects]]
}

test.for<[value: string, mailboxes: string[][]]>([
  ['a@example.org', [['', 'a', 'example.org']]],
  ['<a@example.org>', [['', 'a', 'example.org']]],
  ['Alice <a@example.org>', [['Alice', 'a', 'example.org']]],
  ['Alice B. Smith <a.b@example.org>', [['Alice B. Smith', 'a.b', 'example.org']]],
  ['"Smith, \\"Al\\"" <a@example.org>', [['Smith, "Al"', 'a', 'example.org']]],
  ['"b@example.net" <a@example.org>', [['b@example.net', 'a', 'example.org']]],
  ['=?utf-8?q?Gr=C3=B6=C3=9Fe?= <a@example.org>', [['Größe', 'a', 'example.org']]],
  ['a@example.org (Cron Daemon)', [['Cron Daemon', 'a', 'example.org']]],
  [
    'a@example.org, B <b@example.org>',
    [
      ['', 'a', 'example.org'],
      ['B', 'b', 'example.org'],
    ],
  ],
])('%j is read without a defect', ([value, mailboxes]) => {
  expect(read(value)).toEqual([mailboxes, []])
})

test.for<[value: string, defect: AddressDefect, mailboxes: string[][]]>([
  [
    'Friends: a@example.org, b@example.org;',
    'group',
    [
      ['', 'a', 'example.org'],
      ['', 'b', 'example.org'],
    ],
  ],
  ['undisclosed-recipients:;', 'group', []],
  ['<@r.example,@s.example:a@example.org>', 'route', [['', 'a', 'example.org']]],
  ['a(x)@example.org', 'comment', [['', 'a', 'example.org']]],
  ['A <a@example.org> (x)', 'comment', [['A', 'a', 'example.org']]],
  ['a@example.org (b@example.net)', 'odd-comment', [['', 'a', 'example.org']]],
  ['b@example.net <a@example.org>', 'address-in-display', [['b@example.net', 'a', 'example.org']]],
  ['<=?utf-8?q?b=40example.net?=@example.org>', 'encoded-word', [['', '=?utf-8?q?b=40example.net?=', 'example.org']]],
  ['"a b"@example.org', 'quoted-local', [['', 'a b', 'example.org']]],
  ['a@[192.0.2.1]', 'domain-literal', [['', 'a', '[192.0.2.1]']]],
  ['Anna @ Larch <a@example.org>', 'at-in-display', [['Anna @ Larch', 'a', 'example.org']]],
  ['Larch: Anna <a@example.org>', 'colon-in-display', [['Anna', 'a', 'example.org']]],
  [
    'A: b@example.org; c@example.org',
    'group',
    [
      ['', 'b', 'example.org'],
      ['', 'c', 'example.org'],
    ],
  ],
  [
    'a@example.org, Larch: Anna <b@example.org>',
    'group',
    [
      ['', 'a', 'example.org'],
      ['Anna', 'b', 'example.org'],
    ],
  ],
  ['a @example.org', 'space-in-address', [['', 'a', 'example.org']]],
  ['<a@example.org >', 'space-around-address', [['', 'a', 'example.org']]],
  ['a@b@example.org', 'several-at', [['', 'a@b', 'example.org']]],
  ['@example.org', 'no-local', [['', '', 'example.org']]],
  ['Alice', 'no-domain', [['', 'Alice', '']]],
  ['<a@example.org> via Forum', 'text-after-address', [['', 'a', 'example.org']]],
  ['a@example.org,,', 'empty-element', [['', 'a', 'example.org']]],
  ['"Alice <a@example.org>', 'unterminated', [['', 'Alice <a@example.org>', '']]],
  ['<a@example.org', 'unterminated', [['', 'a', 'example.org']]],
  [`${'('.repeat(50)}x${')'.repeat(50)} a@example.org`, 'unterminated', [['', 'a', 'example.org']]],
  ['[">] <b@example.net>"] <a@example.org>', 'unexpected', [['[">]', 'b', 'example.net']]],
])('%j has the defect %s', ([value, defect, mailboxes]) => {
  const { mailboxes: found, defects } = parseAddresses(value)
  expect(defects).toContain(defect)
  expect(found.map(({ display, local, domain }) => [display, local, domain])).toEqual(mailboxes)
})

test.for<[name: string, unit: string]>([
  ['addresses', 'a@b.c,'],
  ['open comments', '('],
  ['open quotes', '"'],
  ['angles', '<'],
  ['open brackets', '['],
  ['backslashes', '\\'],
  ['groups', 'a:b;'],
  ['spaces', ' '],
  ['commas', ','],
  ['at signs', '@'],
])('M02 a list of a megabyte of %s is refused or read within 50 ms', ([, unit]) => {
  const value = unit.repeat(Math.ceil(1_000_000 / unit.length))
  const { mailboxes, defects } = parseAddresses(value)
  expect(cpuOf(() => parseAddresses(value), 50)).toBeLessThan(50)
  expect(mailboxes.length).toBeLessThanOrEqual(1000)
  expect(defects).toContain('too-long')
})

test('M02 forty thousand addresses are read up to the limit, and the defect is noted', () => {
  const { mailboxes, defects } = parseAddresses('a@b.example,'.repeat(40_000))
  expect(mailboxes.length).toBe(1000)
  expect([...defects]).toContain('too-many')
})
