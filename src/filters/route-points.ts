/**
 * Points of the filters of the route, by rule, as `npm run tune` has measured them. A rule that is not here has the
 * points that its filter names. Made by a program: do not edit.
 */
export const ROUTE_POINTS: Readonly<Record<string, number>> = {
  'rdns/missing': 2,
  'rdns/generic': 2.3,
  'helo/bare-address': 3.3,
  'helo/other-address': 3.2,
  'helo/unqualified': 2.2,
  'helo/unresolvable': 3,
  'helo/generic': 1.5,
  'helo/other-organisation': 1,
  'spf/fail': 2.5,
  'spf/softfail': 2,
  'spf/neutral': 1.5,
  'spf/none': 1,
  'spf/permerror': 1.2,
  'spf/unexplained': 1,
  'spf/helo-fail': 3,
  'dkim/broken': 0,
  'dkim/unsigned': 1,
  'dmarc/unaligned': 1,
  'header-form/unusable-author': 0,
  'header-form/repeated': 2,
  'header-form/missing-date': 1,
  'header-form/missing-message-id': 1,
  'header-form/control': 2,
  'header-form/overlong': 1,
  'header-form/eight-bit': 1,
  'header-form/malformed': 2,
}
