/** Compares our verifier with mailauth's strict mode, and lists the intended differences. */

import type { DkimSignature } from '../../../src/facts/dkim/dkim.ts'
import { headerOf } from '../../../src/mime/header/collect.ts'
import type { Resolver } from '../../../src/model/resolver.ts'
import { oracle, type Verifying, verify } from './messages.ts'

type Theirs = Awaited<ReturnType<typeof oracle>>[number]

/**
 * The intended differences: [our reason, mailauth's results, why]. RFC 8601's permerror is always mailauth's neutral,
 * which is not a difference.
 */
export const EXPLAINED: readonly (readonly [ours: RegExp, theirs: readonly string[], why: string])[] = [
  [
    /is not base64/,
    ['fail', 'pass'],
    'mailauth skips characters that are not base64; RFC 6376 §3.5 allows nothing but folds in it',
  ],
  [/holds a control character/, ['fail', 'pass'], 'RFC 6376 §3.2 allows none in a tag; a NUL cuts names short'],
  [/is not a list of field names/, ['fail', 'pass'], 'mailauth takes white space out of h=, so that `Fr om` is From'],
  [/canonicalization .* not supported/, ['fail', 'pass'], 'an empty c= is not a missing one, nor are three words two'],
  [/rsa-sha1 is too weak/, ['fail', 'neutral'], 'refused before the body is hashed (RFC 8301)'],
  [
    /has expired|in the future/,
    ['fail', 'pass'],
    'decided before the body is hashed; mailauth has no rule for the future',
  ],
  [/larger than 8192|unsafe public exponent|longer than \d+ bytes/, ['pass', 'fail'], 'bounds that mailauth lacks'],
  [/not a domain name|not an address in d=/, ['fail', 'pass', 'temperror'], 'A-labels and printable local parts only'],
  [/version of the key record is not DKIM1/, ['neutral'], 'the same'],
]

const MALFORMED: ReadonlySet<string> = new Set(['leading-fold', 'no-colon', 'bad-name', 'missing-end'])

/** Undefined when both results are the same, or differ as intended; else a sentence. */
export async function difference(bytes: Buffer, dns: Resolver, options: Verifying = {}): Promise<string | undefined> {
  const [{ signatures, ignored }, theirs] = await Promise.all([
    verify(bytes, dns, options),
    oracle(bytes, dns, options.now),
  ])
  // Readers differ in what a field is when white space precedes the first one or a line has no colon. Then we may
  // refuse what mailauth accepts, but not the other way round.
  const isMalformed = headerOf(bytes).defects.some(({ kind }) => MALFORMED.has(kind))
  const passing = theirs.filter(({ status }) => status.result === 'pass').map(({ signingDomain }) => signingDomain)
  if (isMalformed && signatures.every(({ result, domain }) => result !== 'pass' || passing.includes(domain)))
    return undefined
  if (signatures.length + ignored !== theirs.length) {
    return `${signatures.length} signatures for us, ${theirs.length} for mailauth`
  }
  if (ignored > 0) return undefined
  return signatures.map((ours, place) => differ(ours, theirs[place])).find(sentence => sentence !== undefined)
}

function differ(ours: DkimSignature, theirs: Theirs | undefined): string | undefined {
  const expected = theirs?.status.result ?? 'none'
  const { result, reason, partial } = ours
  const same = result === expected || (result === 'permerror' && expected === 'neutral')
  const underSized = theirs?.status.underSized ?? 0
  const beyond = partial === undefined ? 0 : partial.total - partial.signed
  if (same && (result !== 'pass' || beyond === underSized)) return undefined
  if (result !== 'pass' && EXPLAINED.some(([mine, results]) => mine.test(reason) && results.includes(expected))) {
    return undefined
  }
  return `${result} (${reason}; ${beyond} bytes beyond l=) for us, ${expected} (${theirs?.status.comment}; ${underSized}) for mailauth`
}
