/** What unsolicited mail alone shows together: with each combination, honest mail that shows a part of it. */
import { expect, test } from 'vitest'
import { combinations } from '../../../src/filters/content/combinations.ts'
import { holds } from '../../../src/filters/rules/condition.ts'

const firing = (...rules: readonly string[]): readonly string[] =>
  combinations.filter(({ when }) => holds(when, new Set(rules))).map(({ name }) => name)

test('an offer and suspicious hosting are weighed together, and neither alone', () => {
  expect(firing('wording/casino', 'links/free-host')).toEqual(['offer-hosting'])
  expect(firing('wording/casino')).toEqual([])
  expect(firing('links/free-host')).toEqual([])
})

test('a threat to a mailbox is a demand, a parcel that waits with a code to scan is none', () => {
  expect(firing('wording/mailbox-threat', 'links/ipfs-gateway')).toEqual(['phishing-hosting'])
  expect(firing('wording/mailbox-threat', 'html/qr-code')).toContain('phishing-qr-code')
  expect(firing('html/qr-code', 'html/only')).toEqual([])
})

test('the story of a fortune is weighed with an answer to another address', () => {
  expect(firing('wording/advance-fee-pitch', 'impersonation/reply-to-free-mail')).toEqual(['urgent-request'])
  expect(firing('wording/advance-fee-pitch')).toEqual([])
})

test('a payout and a document with a link, a brand and a demand', () => {
  expect(firing('wording/payout', 'attachments/document-link')).toEqual(['phishing-attachment'])
  expect(firing('impersonation/brand', 'wording/account-threat')).toEqual(['phishing-brand'])
  expect(firing('impersonation/brand')).toEqual([])
  expect(firing('attachments/document-link')).toEqual([])
})
