/**
 * Combinations of findings that phishing has and honest mail lacks: an impersonated sender, a suspicious target, a
 * demand.
 */
import { type Finding, points } from '../../model/finding.ts'
import { all, any, atLeast, type ConditionOf, not, rulesIn } from '../rules/condition.ts'
import {
  anonymous,
  demand,
  disguise,
  fraud,
  offer,
  otherReply,
  picture,
  spoofed,
  suspiciousLink,
  unproven,
} from './kinds.ts'

export interface Combination<Id extends string> {
  readonly name: string
  readonly fires: string
  readonly when: ConditionOf<Id>
  readonly finding: Finding
}

const combination = <const Id extends string>(
  name: string,
  fires: string,
  when: ConditionOf<Id>,
  value: number,
): Combination<Id> => ({
  name,
  fires,
  when,
  finding: points(value, fires),
})

export const combinations = [
  combination(
    'phishing-brand',
    'The sender impersonates somebody, and the message demands action.',
    all(spoofed, demand),
    2,
  ),
  combination(
    'phishing-hosting',
    'The message demands action, and a link leads to suspicious hosting.',
    all(demand, suspiciousLink, not('impersonation/fake-reply')),
    1.5,
  ),
  combination(
    'phishing-complete',
    'The sender impersonates somebody, the message demands action, and a link leads to suspicious hosting.',
    all(spoofed, demand, suspiciousLink),
    2,
  ),
  combination(
    'phishing-brand-hosting',
    'The sender impersonates somebody, and a link leads to suspicious hosting.',
    all(spoofed, suspiciousLink),
    1.5,
  ),
  combination(
    'phishing-attachment',
    'The sender impersonates somebody or demands action, and attaches an HTML page, an encrypted file or a document with a link.',
    all(
      any(spoofed, demand),
      any(
        'attachments/html-page',
        'attachments/page-form',
        'attachments/page-script',
        'attachments/encrypted-with-password',
        'attachments/document-link',
      ),
    ),
    2,
  ),
  combination(
    'phishing-qr-code',
    'The message threatens an account or impersonates somebody, and shows a code to scan that is not the author’s.',
    all(any('html/qr-code', 'html/qr-code-target'), any('wording/account-threat', 'wording/mailbox-threat', spoofed)),
    3.5,
  ),
  combination(
    'disposable-sender',
    'The sender’s address and a link are both disposable.',
    all(
      any(
        'impersonation/random-sender',
        'impersonation/cheap-tld',
        'impersonation/hosting-domain',
        'impersonation/machine-sender',
      ),
      any(
        'links/free-host',
        'links/random-host',
        'links/cheap-tld',
        'links/shortener',
        'links/ip',
        'html/picture-only',
      ),
    ),
    1.5,
  ),
  combination(
    'offer-hosting',
    'The message offers a casino, a cure, a loan, a prize or contacts, and a link leads to suspicious hosting.',
    all(offer, suspiciousLink),
    1,
  ),
  combination(
    'urgent-request',
    'The message announces a fortune or names no recipient, and replies go to a free mail address.',
    all(
      any('impersonation/reply-to-free-mail', 'impersonation/reply-to-mismatch'),
      any(
        'wording/advance-fee',
        'wording/advance-fee-pitch',
        'wording/fortune',
        'headers/undisclosed-recipients',
        'headers/no-recipient',
      ),
    ),
    2,
  ),
  combination(
    'fortune-stranger',
    'The message offers a fortune and names no recipient, comes from an unproven sender, or wants its answer elsewhere.',
    all('wording/fortune', any(anonymous, otherReply, unproven, 'headers/no-recipient', 'headers/digits-in-address')),
    2,
  ),
  combination(
    'picture-phishing',
    'The text is in a picture, and the sender or a link is suspicious.',
    all(any(picture, 'html/qr-code'), any(suspiciousLink, spoofed)),
    1.5,
  ),
  combination(
    'disguised-phishing',
    'Words are disguised, and the message impersonates, offers or demands something.',
    all(disguise, any(spoofed, suspiciousLink, offer, demand)),
    1,
  ),
  combination(
    'picture-offer',
    'The text is in a picture, and the message offers or demands something.',
    all(picture, any(offer, demand, disguise)),
    1,
  ),
  combination(
    'unproven-phishing',
    'Nothing proves the sender, who impersonates somebody, demands or offers something, or links to suspicious hosting.',
    all(unproven, any(spoofed, demand, suspiciousLink, offer, fraud, picture)),
    1,
  ),
  combination(
    'several-kinds',
    'There is evidence of three kinds.',
    atLeast(3, spoofed, suspiciousLink, any(demand, offer, fraud), picture, disguise, anonymous, otherReply, unproven),
    1,
  ),
]

/** Rules that a combination names: they are looked for even if they cost nothing alone. */
export const requiredRules: ReadonlySet<string> = new Set(combinations.flatMap(({ when }) => rulesIn(when)))
