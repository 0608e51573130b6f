/** Compares our verifier with mailauth's strict mode, and knows the differences that are meant. */

import type { DkimSignature } from '../../../src/facts/dkim/dkim.ts'
import { headerOf } from '../../../src/mime/header/collect.ts'
import type { Resolver } from '../../../src/model/resolver.ts'
import { oracle, type Verifying, verify } from './messages.ts'

type Theirs = Awaited<ReturnType<typeof oracle>>[number]

/**
 * What is meant to differ: [what we say of it, what mailauth says, why]. RFC 8601's permerror is mailauth's neutral
 * throughout, which is no difference.
 */
export const EXPLAINED: readonly (readonly [ours: RegExp, theirs: readonly string[], why: string])[] = [
  [
    /is not base64/,
    ['fail', 'pass'],
    'mailauth skips what is not base64; RFC 6376 §3.5 allows nothing but folds in it',
  ],
  [/holds a control character/, ['fail', 'pass'], 'RFC 6376 §3.2 allows none in a tag; a NUL cuts names short'],
  [/is no list of field names/, ['fail', 'pass'], 'mailauth takes white space out of h=, so that `Fr om` is From'],
  [/canonicalization .* not known/, ['fail', 'pass'], 'an empty c= is not a missing one, nor are three words two'],
  [/rsa-sha1 is too weak/, ['fail', 'neutral'], 'refused before the body is hashed (RFC 8301)'],
  [
    /has expired|in the future/,
    ['fail', 'pass'],
    'judged before the body is hashed; mailauth has no rule for the future',
  ],
  [/larger than 8192|unsafe public exponent|longer than \d+ octets/, ['pass', 'fail'], 'bounds that mailauth lacks'],
  [/no domain name|no address in d=/, ['fail', 'pass', 'temperror'], 'A-labels and printable local parts only'],
  [/version other than DKIM1/, ['neutral'], 'the same'],
]

const MALFORMED: ReadonlySet<string> = new Set(['leading-fold', 'no-colon', 'bad-name', 'missing-end'])

/** Undefined when both say the same, or differ as explained; else a sentence. */
export async function difference(bytes: Buffer, dns: Resolver, options: Verifying = {}): Promise<string | undefined> {
  const [{ signatures, ignored }, theirs] = await Promise.all([
    verify(bytes, dns, options),
    oracle(bytes, dns, options.now),
  ])
  // White space before the first field, or a line without a colon: readers differ in what a field is. We may then
  // refuse what mailauth believes, never the other way round.
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
