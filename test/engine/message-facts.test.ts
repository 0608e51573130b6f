/** What a transaction's event says of its message: only facts that are known, each in its place, and cut. */
import { expect, test } from 'vitest'
import { messageFacts } from '../../src/engine/message-facts.ts'
import type { Scope } from '../../src/engine/scope.ts'
import { headerOf } from '../../src/mime/header/collect.ts'

const plain = { subject: 'plain', key: 'k' } as const

/** A scope in which these facts are known, by their names. */
const scopeOf = (known: Readonly<Record<string, unknown>>, view: object = {}): Scope =>
  ({
    view,
    known: ({ name }: { readonly name: string }) => known[name],
    knownByName: (name: string) => known[name],
  }) as unknown as Scope
const facts = (known: Readonly<Record<string, unknown>>) => messageFacts(scopeOf(known), plain)
const ofHeader = (text: string, privacy: Parameters<typeof messageFacts>[1] = plain, size = 7) =>
  messageFacts(scopeOf({}, { header: headerOf(Buffer.from(`${text}\r\n\r\n`)), size, utf8: false }), privacy)

test('a transaction without a message, of which nothing is known, says nothing', () => {
  expect(facts({})).toEqual({})
})

test('SPF is its result and its domain, and no more', () => {
  expect(facts({ spf: { result: 'pass', domain: 'example.org', reason: 'x', records: [] } })).toEqual({
    spf: { result: 'pass', domain: 'example.org' },
  })
})

test('DKIM is each signature, ten at most', () => {
  const signature = (index: number) => ({ result: 'fail', domain: `d${index}.example`, selector: 's', reason: 'x' })
  const signatures = Array.from({ length: 11 }, (_, index) => signature(index))
  const { dkim } = facts({ dkim: { result: 'fail', signatures } })
  expect(dkim).toHaveLength(10)
  expect(dkim?.[9]).toEqual({ result: 'fail', domain: 'd9.example', selector: 's' })
  expect(facts({ dkim: { result: 'none', signatures: [] } })).toEqual({ dkim: [] })
})

test('DMARC is its result, its domain and its policy', () => {
  expect(facts({ dmarc: { result: 'fail', domain: 'example.org', policy: 'reject', reason: 'x' } })).toEqual({
    dmarc: { result: 'fail', domain: 'example.org', policy: 'reject' },
  })
})

test('DMARC of a domain with a policy also says who publishes it, what aligns, and whether reports are wanted', () => {
  const found = { result: 'fail', domain: 'a.example.org', policy: 'none', policyDomain: 'example.org', reason: 'x' }
  const alignedBy = [{ method: 'dkim', domain: 'a.example.org' }]
  expect(facts({ dmarc: { ...found, testing: true, asksForReports: true, alignedBy } })).toEqual({
    dmarc: {
      ...{ result: 'fail', domain: 'a.example.org', policy: 'none', policyDomain: 'example.org' },
      ...{ aligned: ['dkim'], testing: true, reports: true },
    },
  })
  expect(facts({ dmarc: { ...found, testing: false, alignedBy: [] } }).dmarc).toEqual({
    ...{ result: 'fail', domain: 'a.example.org', policy: 'none', policyDomain: 'example.org', aligned: [] },
  })
})

test('ARC is its result and its newest sealer, where it has one', () => {
  const sealers = [{ domain: 'old.example' }, { domain: 'new.example' }]
  expect(facts({ arc: { result: 'pass', sealers, reason: 'x' } })).toEqual({
    arc: { result: 'pass', sealer: 'new.example' },
  })
  expect(facts({ arc: { result: 'none', sealers: [], reason: 'x' } })).toEqual({ arc: { result: 'none' } })
})

test('the fingerprint is there when it was computed', () => {
  expect(facts({ fingerprint: { exact: 'abc', near: [] } })).toEqual({ fingerprint: 'abc' })
  expect(facts({ fingerprint: {} })).toEqual({})
})

test('the header says who wrote it, what it is called and what it is about', () => {
  expect(ofHeader('From: Ann <ann@example.org>\r\nMessage-ID: <1@example.org>\r\nSubject: Lunch')).toEqual({
    ...{ size: 7, from: 'ann@example.org', messageId: '<1@example.org>', subject: 'Lunch' },
  })
  expect(ofHeader('To: bob@example.net')).toEqual({ size: 7 })
  expect(ofHeader('From: a@example.org, b@example.org')).toEqual({ size: 7 })
})

test('an author that was judged before stands in for that of the header', () => {
  const view = { header: headerOf(Buffer.from('From: ann@example.org\r\n\r\n')), size: 0, utf8: false }
  const scope = scopeOf({ author: { kind: 'unclear', reason: 'x' } }, view)
  expect(messageFacts(scope, plain)).toEqual({ size: 0 })
})

test('a subject is left out, plain, or a keyed hash that another key cannot tell', () => {
  const subject = (privacy: Parameters<typeof messageFacts>[1]) => ofHeader('Subject: Lunch', privacy).subject
  expect(subject({ subject: 'off', key: 'k' })).toBeUndefined()
  expect(subject(plain)).toBe('Lunch')
  const hashed = subject({ subject: 'hash', key: 'k' })
  expect(hashed).toMatch(/^[\w-]{16}$/)
  expect(subject({ subject: 'hash', key: 'k' })).toBe(hashed)
  expect(subject({ subject: 'hash', key: 'other' })).not.toBe(hashed)
})
