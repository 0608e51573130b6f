/** One row of an aggregate report (RFC 9990 §3.1): what is the same for all messages that it counts. */
import type { FindingEntry, RecipientEvent, TransactionEvent } from '../../model/events.ts'
import { mailboxOf } from '../../net/path.ts'

/** What became of the message because of DMARC. RFC 9990's `pass` is not used: readers of RFC 7489 do not know it. */
export type Disposition = 'none' | 'quarantine' | 'reject'

/** Why the policy was not applied (RFC 9990 §3.1.6). */
export interface Override {
  readonly type: 'local_policy' | 'policy_test_mode' | 'trusted_forwarder'
  readonly comment?: string
}

/** A row without its count. Its JSON is its identity, so the order of its keys is fixed. */
export interface Row {
  readonly ip: string
  readonly headerFrom: string
  /** '' for the null reverse-path. */
  readonly envelopeFrom: string
  readonly disposition: Disposition
  readonly dkimAligned: boolean
  readonly spfAligned: boolean
  readonly overrides: readonly Override[]
  readonly dkim: readonly { readonly domain: string; readonly selector: string; readonly result: string }[]
  /** Absent where SPF was not evaluated. */
  readonly spf?: { readonly domain: string; readonly result: string }
}

/** A row and the domain whose policy it is about. */
export interface CountedRow {
  readonly policyDomain: string
  readonly row: Row
}

/**
 * The row of a message; undefined where no report counts it: no policy that asks for reports, a client that is not
 * known, or a message that comes again because it was deferred.
 */
export function rowOf(transaction: TransactionEvent, recipient: RecipientEvent): CountedRow | undefined {
  const { dmarc, reversePath, spf, dkim = [] } = transaction
  const { ip, verdict } = recipient
  if (dmarc?.policyDomain === undefined || dmarc.reports !== true) return undefined
  if (ip === null || verdict === 'defer' || (dmarc.result !== 'pass' && dmarc.result !== 'fail')) return undefined
  const aligned = dmarc.aligned ?? []
  const { disposition, overrides } = applied(dmarc, recipient)
  return {
    policyDomain: dmarc.policyDomain,
    row: {
      ip,
      headerFrom: dmarc.domain,
      envelopeFrom: reversePath === '' ? '' : mailboxOf(reversePath).domain,
      disposition,
      dkimAligned: aligned.includes('dkim'),
      spfAligned: aligned.includes('spf'),
      overrides,
      dkim: dkim.filter(({ domain, selector }) => domain !== '' && selector !== '').toSorted(byUse(dmarc.domain)),
      ...(spf && isSpfResult(spf.result) && { spf: { domain: spf.domain, result: spf.result } }),
    },
  }
}

/** RFC 9990 §3.1.3: signatures of the author's domain first, then others that pass, then the rest. */
const byUse = (author: string) => {
  const rank = ({ domain, result }: Row['dkim'][number]) => (result !== 'pass' ? 2 : domain === author ? 0 : 1)
  return (one: Row['dkim'][number], other: Row['dkim'][number]) => rank(one) - rank(other)
}

const SPF_RESULTS: ReadonlySet<string> = new Set([
  ...['none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror'],
])

/** `unknown` is our own word: the client's address was not known. */
const isSpfResult = (result: string): boolean => SPF_RESULTS.has(result)

/** What DMARC has done, and why it is less than the policy asks for. What other filters did is not told. */
function applied(
  { result, policy, testing }: NonNullable<TransactionEvent['dmarc']>,
  { findings, verdict }: Pick<RecipientEvent, 'findings' | 'verdict'>,
): { readonly disposition: Disposition; readonly overrides: readonly Override[] } {
  if (result !== 'fail') return { disposition: 'none', overrides: [] }
  const test: readonly Override[] = testing ? [{ type: 'policy_test_mode' }] : []
  if (policy === 'none') return { disposition: 'none', overrides: test }
  const found = findings.find(({ rule }) => rule.startsWith('dmarc/'))
  switch (found?.rule) {
    case 'dmarc/forwarded':
      return { disposition: 'none', overrides: [...test, { type: 'trusted_forwarder' }] }
    case 'dmarc/sealed':
      return { disposition: 'none', overrides: [...test, { type: 'local_policy', comment: 'arc=pass' }] }
    default: {
      // In shadow mode, and for recipients with other thresholds, less was done than the filter asked for.
      const done = milder(consequenceOf(found), consequenceOf({ verdict }))
      return { disposition: done, overrides: done === policy ? test : [...test, { type: 'local_policy' }] }
    }
  }
}

const consequenceOf = (found: Pick<FindingEntry, 'verdict'> | undefined): Disposition => {
  switch (found?.verdict) {
    case 'reject':
    case 'discard':
      return 'reject'
    case 'quarantine':
      return 'quarantine'
    default:
      return 'none'
  }
}

const milder = (one: Disposition, other: Disposition): Disposition =>
  (['none', 'quarantine', 'reject'] as const).find(word => word === one || word === other) ?? 'none'
