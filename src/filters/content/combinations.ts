/** Combinations of findings that phishing must show and honest mail does not: who it claims to be, where it leads, what it wants. */
import { type Finding, points } from '../../model/finding.ts'
import { all, any, atLeast, type ConditionOf, not, rulesIn } from '../rules/condition.ts'

export interface Combination<Id extends string> {
  readonly name: string
  readonly fires: string
  readonly when: ConditionOf<Id>
  readonly finding: Finding
}

/** The sender shows itself as somebody else. */
const spoofed = any(
  'impersonation/brand',
  'impersonation/brand-in-address',
  'impersonation/brand-in-local-part',
  'impersonation/brand-in-text',
  'impersonation/own-domain-name',
  'impersonation/office',
  'impersonation/address-in-name',
  'impersonation/disguised-name',
  'impersonation/self',
)
/** The link leads to where no honest sender has its pages. */
const strange = any(
  'links/free-host',
  'links/only-free-host',
  'links/gateway',
  'links/shortener',
  'links/dynamic',
  'links/cheap-tld',
  'links/redirected',
  'links/random-host',
  'links/ip',
  'links/look-alike',
  'links/spoofed-brand',
  'links/confusable',
  'links/userinfo',
  'links/recipient-inside',
  'links/log-in',
)
/** The reader is to act. */
const phishing = any(
  'impersonation/brand-in-subject',
  'wording/account-danger',
  'wording/urgent-danger',
  'wording/prize',
  'html/scan-code',
  'html/password',
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
    'Somebody who feigns to be another wants the reader to act.',
    all(spoofed, phishing),
    2,
  ),
  combination(
    'phishing-place',
    'The reader is to act at a place where no honest sender has its pages.',
    all(phishing, strange, not('impersonation/fake-reply')),
    1.5,
  ),
  combination(
    'phishing-whole',
    'A feigned sender, a lure and a strange place, all in one.',
    all(spoofed, phishing, strange),
    2,
  ),
  combination(
    'phishing-brand-place',
    'A feigned sender leads to a place where no honest sender has its pages.',
    all(spoofed, strange),
    1.5,
  ),
  combination(
    'phishing-file',
    'A feigned sender, or one with a lure, attaches a page or something locked.',
    all(
      any(spoofed, phishing),
      any(
        'attachments/page',
        'attachments/page-form',
        'attachments/page-script',
        'attachments/encrypted-with-password',
        'attachments/document-link',
      ),
    ),
    2,
  ),
  combination(
    'phishing-code',
    'The reader is to save an account by scanning a code.',
    all('html/scan-code', any('wording/account-danger', spoofed)),
    3.5,
  ),
  combination(
    'disposable-sender',
    'Sender and link are both of the kind that is used once and thrown away.',
    all(
      any(
        'impersonation/random-sender',
        'impersonation/cheap-sender',
        'impersonation/hosted-sender',
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
    'urgent-request',
    'A free mail address that wants answers elsewhere tells of a fortune, or of urgent business.',
    all(
      any('impersonation/reply-elsewhere', 'impersonation/reply-to-twin'),
      any('wording/fortune', 'headers/undisclosed', 'headers/no-recipient'),
    ),
    2,
  ),
  combination(
    'picture-phishing',
    'All there is to read is in a picture, and the click leads to a strange place.',
    all(atLeast(1, 'html/picture-only', 'html/picture-alone', 'html/scan-code'), any(strange, spoofed)),
    1.5,
  ),
]

/** Rules that a combination names: they are looked for even if they cost nothing alone. */
export const requiredRules: ReadonlySet<string> = new Set(combinations.flatMap(({ when }) => rulesIn(when)))
