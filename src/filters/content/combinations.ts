/**
 * Combinations of findings that phishing has and honest mail lacks: an impersonated sender, a suspicious target, a
 * demand.
 */
import { type Finding, points } from '../../model/finding.ts'
import { all, any, atLeast, type ConditionOf, not, rulesIn } from '../rules/condition.ts'

export interface Combination<Id extends string> {
  readonly name: string
  readonly fires: string
  readonly when: ConditionOf<Id>
  readonly finding: Finding
}

/** The sender impersonates somebody. */
const spoofed = any(
  'impersonation/brand',
  'impersonation/brand-in-address',
  'impersonation/brand-in-local-part',
  'impersonation/brand-in-text',
  'impersonation/recipient-domain',
  'impersonation/role-name',
  'impersonation/address-in-name',
  'impersonation/obfuscated-name',
  'impersonation/sender-is-recipient',
)
/** A link leads to hosting that honest senders do not use. */
const suspiciousLink = any(
  'links/free-host',
  'links/only-free-host',
  'links/ipfs-gateway',
  'links/shortener',
  'links/dynamic-dns',
  'links/cheap-tld',
  'links/open-redirect',
  'links/random-host',
  'links/ip',
  'links/look-alike',
  'links/spoofed-brand',
  'links/confusable',
  'links/userinfo',
  'links/recipient-in-url',
  'links/login-url',
)
/** The message demands action. */
const demand = any(
  'impersonation/brand-in-subject',
  'wording/account-threat',
  'wording/mailbox-threat',
  'wording/renewal-scare',
  'wording/parcel-fee',
  'wording/shared-document',
  'wording/prize',
  'wording/survey',
  'wording/payout',
  'html/qr-code',
  'html/password-field',
)

/** The message offers what unsolicited mail offers. */
const offer = any(
  'wording/casino',
  'wording/cure',
  'wording/dating',
  'wording/loan',
  'wording/pharmacy',
  'wording/prize-subject',
)

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
        'attachments/html-form',
        'attachments/html-script',
        'attachments/encrypted-with-password',
        'attachments/document-link',
      ),
    ),
    2,
  ),
  combination(
    'phishing-qr-code',
    'The message threatens an account or impersonates somebody, and asks the reader to scan a code.',
    all('html/qr-code', any('wording/account-threat', 'wording/mailbox-threat', spoofed)),
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
      any('wording/advance-fee', 'wording/advance-fee-pitch', 'headers/undisclosed-recipients', 'headers/no-recipient'),
    ),
    2,
  ),
  combination(
    'picture-phishing',
    'The text is in a picture, and the sender or a link is suspicious.',
    all(atLeast(1, 'html/picture-only', 'html/picture-without-link', 'html/qr-code'), any(suspiciousLink, spoofed)),
    1.5,
  ),
]

/** Rules that a combination names: they are looked for even if they cost nothing alone. */
export const requiredRules: ReadonlySet<string> = new Set(combinations.flatMap(({ when }) => rulesIn(when)))
