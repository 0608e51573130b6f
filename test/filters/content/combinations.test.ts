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
  expect(firing('wording/mailbox-threat', 'html/qr-code-target')).toContain('phishing-qr-code')
  expect(firing('html/qr-code', 'html/only')).toEqual([])
  expect(firing('html/qr-code-target', 'links/shortener')).toEqual([])
})

test('the story of a fortune is weighed with an answer to another address', () => {
  expect(firing('wording/advance-fee-pitch', 'impersonation/reply-to-free-mail')).toEqual(['urgent-request'])
  expect(firing('wording/advance-fee-pitch')).toEqual([])
})

test('a fortune is weighed with a sender that nothing proves, or a reader without a name', () => {
  expect(firing('wording/fortune', 'wording/generic-greeting')).toContain('fortune-stranger')
  expect(firing('wording/fortune', 'dkim/unsigned')).toContain('fortune-stranger')
  expect(firing('wording/fortune')).toEqual([])
  expect(firing('wording/generic-greeting', 'dkim/unsigned')).not.toContain('fortune-stranger')
})

test('a payout and a document with a link, a brand and a demand', () => {
  expect(firing('wording/payout', 'attachments/document-link')).toEqual(['phishing-attachment'])
  expect(firing('impersonation/brand', 'wording/account-threat')).toEqual(['phishing-brand'])
  expect(firing('impersonation/brand')).toEqual([])
  expect(firing('attachments/document-link')).toEqual([])
})

test('disguised words are weighed with a brand, an offer, a demand or a link, and cost nothing more alone', () => {
  expect(firing('html/split-words', 'wording/casino')).toEqual(['disguised-phishing'])
  expect(firing('headers/encoded-letters', 'impersonation/brand-unproven')).toEqual(['disguised-phishing'])
  expect(firing('html/split-words', 'headers/encoded-letters')).toEqual([])
  expect(firing('html/hidden-text', 'wording/generic-greeting')).toEqual([])
})

test('a text in pictures is weighed with an offer, a demand, a suspicious link or a brand', () => {
  expect(firing('html/picture-led', 'wording/prize')).toEqual(['picture-offer'])
  expect(firing('html/picture-host', 'links/shortener')).toEqual(['picture-phishing'])
  expect(firing('html/picture-led', 'html/picture-host', 'html/only')).toEqual([])
  expect(firing('html/picture-led', 'dkim/unsigned', 'html/hidden-text')).not.toContain('picture-phishing')
})

test('a sender that nothing proves is weighed with what the message does', () => {
  expect(firing('spf/fail', 'wording/mailbox-threat')).toEqual(['unproven-phishing'])
  expect(firing('spf/fail', 'dkim/unsigned', 'rdns/missing', 'helo/unqualified')).toEqual([])
  expect(firing('dkim/unsigned', 'headers/no-mime-version')).toEqual([])
})

test('three kinds of evidence are weighed together: several rules of one kind, or of two, are not', () => {
  expect(
    firing('impersonation/decorated-name', 'wording/generic-greeting', 'impersonation/three-organisations'),
  ).toEqual(['several-kinds'])
  expect(firing('links/shortener', 'links/free-host', 'links/login-url', 'wording/generic-greeting')).toEqual([])
  expect(firing('spf/softfail', 'rdns/generic', 'dkim/unsigned', 'headers/undisclosed-recipients')).toEqual([])
})
