/** Rules of several groups that charge one value: what is subtracted. */

import { expect, test } from 'vitest'
import { combinations } from '../../../src/filters/content/combinations.ts'
import { combinationPoints } from '../../../src/filters/content/content-filter.ts'
import { evidenceOf, excessOf } from '../../../src/filters/content/shared-evidence.ts'
import { points } from '../../../src/model/finding.ts'

const found = (...charged: readonly (readonly [rule: string, points: number])[]) =>
  charged.map(([rule, value]) => points(value, 'why', { rule }))

test('rules of three groups and two filters charge the From field with less than a quarantine', () => {
  const findings = found(
    ['impersonation/brand', 3.5],
    ['impersonation/hosting-domain', 2.5],
    ['headers/digits-in-address', 1],
  )
  expect(excessOf(findings)).toEqual([['from', 1.5]])
})

test('evidence of different values adds up', () => {
  const findings = found(['impersonation/brand', 3.5], ['links/ip', 4], ['wording/account-threat', 2])
  expect(excessOf(findings)).toEqual([])
})

test('points that an operator has given to one rule are charged as they are', () => {
  expect(excessOf(found(['links/ip', 9]))).toEqual([])
  expect(excessOf(found(['links/ip', 9], ['links/port', 2]))).toEqual([['links', 2]])
})

test('a rule that may rest on several values counts for the one with most points, and once', () => {
  const obfuscated = ['impersonation/obfuscated-name', 2.5] as const
  expect(excessOf(found(obfuscated, ['impersonation/brand', 3.5]))).toEqual([['from', 0.5]])
  expect(excessOf(found(obfuscated, ['headers/subject-capitals', 3.5]))).toEqual([['subject', 0.5]])
  const both = found(obfuscated, ['impersonation/brand', 5.5], ['headers/subject-capitals', 5])
  expect(excessOf(both)).toEqual([['from', 2.5]])
})

test('a combination of rules that charge one value counts for that value', () => {
  const findings = found(['impersonation/brand-in-subject', 1.5], ['links/look-alike', 4])
  expect(excessOf(findings)).toEqual([])
  const hosting = combinations.find(({ name }) => name === 'phishing-hosting')
  const points = hosting ? combinationPoints(hosting) : 0
  expect(points).toBeGreaterThan(0)
  expect(excessOf(findings, { isSubjectLinked: true })).toEqual([['subject', points]])
})

test('what is subtracted, dry runs and rules of the text do not count', () => {
  const findings = [...found(['impersonation/brand', 5.5], ['known-sender/author', -2], ['wording/advance-fee', 5.5])]
  expect(excessOf([...findings, { rule: 'impersonation/brand', reason: 'why', dryRun: { points: 9 } }])).toEqual([])
})

test.for([
  ['links/free-host', ['links']],
  ['impersonation/reply-to-mismatch', ['reply-to']],
  ['impersonation/brand-in-subject', ['subject']],
  ['wording/subject-offer', ['subject']],
  ['impersonation/brand-in-text', []],
  ['headers/message-id-free-mail', ['from']],
  ['headers/message-id-host', ['message-id']],
  ['attachments/program', []],
  ['rdns/none', []],
] as const)('%s rests on %j', ([rule, evidence]) => {
  expect(evidenceOf(rule)).toEqual(evidence)
})
