/**
 * The most points of rules whose evidence honest senders of today also show, though little honest mail that can be
 * published shows it: it is technical lists, bounces and templates, and the shops, banks and newsletters of today are
 * missing. Such a rule needs others beside it.
 */
export const PRUDENCE: Readonly<Record<string, number>> = {
  // A ticket or an invoice in a PDF links to short links, too.
  'attachments/document-link': 3,
  // Banks, insurers, tax advisers and payroll send statements so; what the password opens is judged by its content.
  'attachments/encrypted-with-password': 1,
  'attachments/unscannable': 2.5,
  // Short links are common in newsletters and in messages of people.
  'links/shortener': 2,
  'links/open-redirect': 2,
  // Hosts of mailing services look random, and pictures lie on hosts of clouds.
  'links/random-host': 2,
  'links/free-host': 2,
  'links/only-free-host': 3,
  'links/single-host': 0.5,
  'links/dynamic-dns': 2,
  'links/userinfo': 3,
  'links/cheap-tld': 2.5,
  'links/obfuscated-ip': 4,
  'links/ip': 4,
  // Companies sign with names that contain other companies' names.
  'impersonation/brand': 2.5,
  'impersonation/brand-in-address': 3,
  'impersonation/brand-unproven': 2,
  'impersonation/fake-reply': 1.5,
  'impersonation/random-sender': 1.5,
  'impersonation/brand-in-text': 2,
  'impersonation/role-name': 1,
  'impersonation/reply-to-free-mail': 2,
  'impersonation/reply-to-mismatch': 1.5,
  'impersonation/address-in-name': 2,
  // Shops draw prizes, and banks warn.
  'wording/prize': 2,
  'wording/advance-fee': 4.9,
  'wording/callback-phishing': 3.5,
  'html/hidden-text': 1.5,
  // Small pictures and badges of honest mail lie on free hosts, too.
  'html/picture-host': 2,
  'html/split-words': 1.5,
  'html/parts-differ': 1.5,
  'headers/undisclosed-recipients': 1.5,
  'headers/no-recipient': 1,
  // Honest programs of other scripts than Latin do it.
  'headers/undeclared-bytes': 1,
  'headers/date-impossible': 2,
  'headers/subject-recipient-address': 2,
  // Small honest servers have bad names, and each fact about a name follows from the same neglect.
  'rdns/missing': 2.5,
  'rdns/generic': 3,
  'helo/unqualified': 2.5,
  'helo/generic': 1.5,
  // One neglect again: what is not proven by SPF is often not signed either.
  'spf/fail': 2.5,
  'spf/unexplained': 1,
  'dkim/unsigned': 1,
  'spf/none': 1,
  'spf/softfail': 2,
  'header-form/eight-bit': 1.5,
  // Old lists repeat fields of MIME, and servers behind routers greet with addresses.
  'header-form/repeated': 2,
  'headers/numeric-helo': 1,
  'headers/message-id-host': 2,
  // Two weak kinds of evidence meet in honest mail now and then; three do not in these collections.
  'picture-phishing': 2.5,
  'picture-offer': 2.5,
  'offer-hosting': 2.5,
  'disguised-phishing': 3,
  'phishing-hosting': 3,
  'phishing-brand': 3,
  'phishing-brand-hosting': 3,
}
