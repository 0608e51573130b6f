/** DNS lists: whether they answer us, by their test points (RFC 5782 §5). */
import { type ListKind, listName, TEST_POINTS } from '../dns/list.ts'
import type { Answer, Resolver } from '../model/resolver.ts'
import type { Check } from './run.ts'
import type { CheckResult } from './types.ts'
import { dnsFailure, verdicts } from './verdicts.ts'

interface TestedList {
  readonly zone: string
  /** The zone as it may be shown: a key is left out. */
  readonly label: string
  readonly holds: ListKind
}

export interface DnsListsOptions {
  readonly lists: readonly TestedList[]
  readonly dns: Resolver
}

const EXPECTED = 'a list that has its test entry, and not the entry that no list may have'
const OWN_RESOLVER = 'ask through your own resolver, not through a public one, and see whether the list wants a key'

/** The codes by which lists say that they refuse to answer. */
const REFUSALS: Readonly<Record<string, string>> = {
  '127.255.255.252': 'it takes the name of its zone for mistyped',
  '127.255.255.254': 'it refuses questions that come through a public resolver',
  '127.255.255.255': 'it refuses us because we have asked too often',
}

export const dnsLists = ({ lists, dns }: DnsListsOptions): Check => ({
  name: 'dns-list',
  expected: EXPECTED,
  run: signal => Promise.all(lists.map(list => look(list, dns, signal))),
})

async function look({ zone, label, holds }: TestedList, dns: Resolver, signal: AbortSignal): Promise<CheckResult> {
  const { ok, failed, unknown } = verdicts(`dns-list ${label}`, EXPECTED)
  const { absent, present } = TEST_POINTS[holds]
  const [never, always] = await Promise.all(
    [absent, present].map(entry => dns.resolve(listName(zone, entry, holds), 'A', { signal })),
  )
  const refusal = [never, always].map(refusalIn).find(found => found !== undefined)
  if (refusal !== undefined) return failed(refusal, OWN_RESOLVER)
  if (never?.kind === 'failure') return unknown(dnsFailure(never))
  if (always?.kind === 'failure') return unknown(dnsFailure(always))
  if (never?.kind === 'answer')
    return failed(`it has the entry ${absent}, so it lists everything`, 'remove the list: it may be discontinued')
  if (always?.kind !== 'answer') return failed(`it does not have its test entry ${present}`, OWN_RESOLVER)
  return ok(`it has ${present} and not ${absent}`)
}

/** Answers outside of 127.0.0.0/16 are no listings: error codes, or the address of somebody's web server. */
function refusalIn(answer: Answer<string> | undefined): string | undefined {
  if (answer?.kind !== 'answer') return undefined
  const code = answer.records.find(record => !record.startsWith('127.') || record.startsWith('127.255.255.'))
  return code && (REFUSALS[code] ?? `it answers ${code}, which is no listing`)
}
