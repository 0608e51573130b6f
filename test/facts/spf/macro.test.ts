/** Macros in SPF records: the examples of RFC 7208 §7.4, and what is malformed. */
import { describe, expect, test } from 'vitest'
import { expand, type MacroValues, readDomainSpec, readMacroString } from '../../../src/facts/spf/macro.ts'

const values: MacroValues = {
  local: 'strong-bad',
  sender: 'email.example.com',
  domain: 'email.example.com',
  ip: '192.0.2.3',
  family: 'in-addr',
  helo: 'mx.example.com',
  name: 'mx.example.org',
}
const nibbles = '2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.b.0.1'
const ipv6 = { ...values, ip: nibbles, family: 'ip6' } as const
const named = (text: string, known: MacroValues = values) => expand(readDomainSpec(text) ?? [], known)

describe('RFC 7208 §7.4', () => {
  test.for([
    ['%{s}.x.org', 'strong-bad@email.example.com.x.org'],
    ['%{o}', 'email.example.com'],
    ['%{d}', 'email.example.com'],
    ['%{d4}', 'email.example.com'],
    ['%{d3}', 'email.example.com'],
    ['%{d2}', 'example.com'],
    ['x.%{d1}', 'x.com'],
    ['%{dr}', 'com.example.email'],
    ['%{d2r}', 'example.email'],
    ['%{l}.x.org', 'strong-bad.x.org'],
    ['%{l-}.x.org', 'strong.bad.x.org'],
    ['%{lr}.x.org', 'strong-bad.x.org'],
    ['%{lr-}.x.org', 'bad.strong.x.org'],
    ['%{l1r-}.x.org', 'strong.x.org'],
    ['%{ir}.%{v}._spf.%{d2}', '3.2.0.192.in-addr._spf.example.com'],
    ['%{lr-}.lp._spf.%{d2}', 'bad.strong.lp._spf.example.com'],
    ['%{lr-}.lp.%{ir}.%{v}._spf.%{d2}', 'bad.strong.lp.3.2.0.192.in-addr._spf.example.com'],
    ['%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}', '3.2.0.192.in-addr.strong.lp._spf.example.com'],
    ['%{d2}.trusted-domains.example.net', 'example.com.trusted-domains.example.net'],
    ['%{p}', 'mx.example.org'],
    ['%{h}.x.org', 'mx.example.com.x.org'],
  ] as const)('%s is %s', ([text, name]) => {
    expect(named(text)).toBe(name)
  })

  test('an IPv6 address is its nibbles', () => {
    expect(named('%{ir}.%{v}._spf.%{d2}', ipv6)).toBe(
      '1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com',
    )
  })

  test('an upper case letter escapes as a URL does', () => {
    expect(named('%{S}.x.org', { ...values, local: "a'b c" })).toBe('a%27b%20c%40email.example.com.x.org')
  })

  test('percent signs and spaces', () => {
    expect(named('%%-%_-%-.x.org')).toBe('%- -%20.x.org')
  })
})

test.for(['%', '%{', '%{}', '%{x}', '%{d0}', '%{d', '%d', '%{d2r2}', '%{d;}', '%{c}', '%{r}.org', '%{t}'])(
  '%s is malformed',
  text => {
    expect(readMacroString(text)).toBeUndefined()
  },
)

test.for(['%{c}', '%{r}', '%{t}'])('%s is allowed in an unknown modifier', text => {
  expect(readMacroString(text, { explaining: true })).toEqual([])
})

test.for(['', 'org', 'x.', 'x.1', 'x.-a', 'x.a-', 'x.a_b', '%{d}x', '%%_'])('%o is not a domain-spec', text => {
  expect(readDomainSpec(text)).toBeUndefined()
})

test('a name that is too long loses labels from the left', () => {
  const long = `${'abcdefghi.'.repeat(26)}x.org`
  expect(named(`%{o}.${long}`)).toBe(`${'abcdefghi.'.repeat(24)}x.org`)
})

test.for(['a..b', 'a b\u0001', 'é', `${'a'.repeat(64)}`])('%o in a name makes it invalid', local => {
  expect(named('%{l}.x.org', { ...values, local })).toBeUndefined()
})

test('a label of 63 bytes is a name, one of 64 is not', () => {
  const label = 'a'.repeat(63)
  expect(named('%{l}.x.org', { ...values, local: label })).toBe(`${label}.x.org`)
  expect(named('%{l}.x.org', { ...values, local: `${label}a` })).toBeUndefined()
})

test('a name of 253 bytes stays as it is, one of 254 loses its first label', () => {
  const rest = `${'abcdefghi.'.repeat(24)}xyz.org`
  const [fits, tooLong] = ['a'.repeat(253 - rest.length - 1), 'a'.repeat(253 - rest.length)]
  expect(named(`${fits}.${rest}`)).toBe(`${fits}.${rest}`)
  expect(named(`${tooLong}.${rest}`)).toBe(rest)
})

test.for([
  ['%{d1}.org', 'com.org'],
  ['%{d3}', 'email.example.com'],
  ['%{d4}', 'email.example.com'],
  ['%{d9999999999}', 'email.example.com'],
] as const)('%s keeps as many labels as it says, from the right', ([text, name]) => {
  expect(named(text)).toBe(name)
})

test('a number of labels of more than ten digits is malformed', () => {
  expect(readMacroString('%{d00000000001}')).toBeUndefined()
})
