/** Kinds of evidence: conditions that hold where one of their rules has fired. Combinations are made of them. */
import { any, rule } from '../rules/condition.ts'

/** The sender impersonates somebody. */
export const spoofed = any(
  'impersonation/brand',
  'impersonation/brand-in-address',
  'impersonation/brand-in-local-part',
  'impersonation/brand-in-text',
  'impersonation/recipient-domain',
  'impersonation/role-name',
  'impersonation/address-in-name',
  'impersonation/obfuscated-name',
  'impersonation/sender-is-recipient',
  'impersonation/brand-unproven',
  'impersonation/disguised-brand',
  'impersonation/decorated-name',
  'impersonation/no-reply-name',
  'impersonation/provider-domain',
)
/** A link leads to hosting that honest senders do not use. */
export const suspiciousLink = any(
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
  'links/mismatch',
  'links/abused-tld',
  'links/rented-host',
  'links/reply-button',
  'links/recipient-in-query',
  'links/needless-encoding',
)
/** The message demands action. */
export const demand = any(
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
export const offer = any(
  'wording/casino',
  'wording/cure',
  'wording/dating',
  'wording/loan',
  'wording/pharmacy',
  'wording/prize-subject',
)
/** The message asks for an answer about money. */
export const fraud = any(
  'wording/advance-fee',
  'wording/advance-fee-pitch',
  'wording/advance-fee-strong',
  'wording/fortune',
  'wording/payout',
  'wording/extortion',
)
/** The text is in pictures, or in few of them on hosts for pictures. */
export const picture = any('html/picture-only', 'html/picture-without-link', 'html/picture-led', 'html/picture-host')
/** Words are written so that filters read others than people do. */
export const disguise = any(
  'html/obfuscated-words',
  'html/split-words',
  'html/hidden-text',
  'headers/encoded-letters',
  'headers/needless-base64',
  'headers/undeclared-bytes',
  'impersonation/decorated-subject',
)
/** The message is addressed to no person by name. */
export const anonymous = any('headers/undisclosed-recipients', 'wording/generic-greeting', 'headers/subject-empty')
/** Replies go elsewhere. */
export const otherReply = any(
  'impersonation/reply-to-free-mail',
  'impersonation/reply-to-mismatch',
  'impersonation/three-organisations',
)
/** Nothing proves who sent the message, or the client is no mail server's. */
export const unproven = any(
  rule('dkim/unsigned'),
  rule('dmarc/none'),
  rule('dmarc/unaligned'),
  rule('spf/fail'),
  rule('spf/softfail'),
  rule('spf/unexplained'),
  rule('rdns/generic'),
  rule('rdns/missing'),
  rule('helo/generic'),
  rule('helo/unqualified'),
)
