/** Finds the policy of a domain, and its organisational domain, by a finished tree walk (RFC 9989 §4.10). */
import type { Walk } from './dmarc-lookups.ts'
import type { DmarcRecord, Policies } from './dmarc-record.ts'

/** The policy that applies to a domain. */
export interface Applied {
  readonly record: DmarcRecord
  readonly policies: Policies
  /** Where the record was found. */
  readonly domain: string
  /** The organisational domain; undefined where the walk failed above the record. */
  readonly organisation: string | undefined
}

/** The policy that applies to a domain (§4.10.1); 'none' without one, 'failed' where a failed lookup may hide one. */
export function discoverPolicy(domain: string, { found, failed }: Walk): Applied | 'none' | 'failed' {
  const [first] = found
  // The record of the domain itself applies whatever is above it.
  if (first?.domain === domain) return applied(first, failed ? undefined : organisationOf(domain, found))
  if (failed) return 'failed'
  const organisation = organisationOf(domain, found)
  const last = found.at(-1)
  const entry = found.find(each => each.domain === organisation) ?? (last?.record.psd === 'y' ? last : undefined)
  return entry === undefined ? 'none' : applied(entry, organisation)
}

function applied({ domain, record }: Walk['found'][number], organisation: string | undefined): Applied | 'none' {
  const { policies } = record
  return policies === undefined ? 'none' : { record, policies, domain, organisation }
}

/** The organisational domain of a domain by the records above it (§4.10.2). */
export function organisationOf(domain: string, found: Walk['found']): string {
  for (const { domain: name, record } of found) {
    if (record.psd === 'n') return name
    if (record.psd === 'y' && name !== domain)
      // One label below the Public Suffix Domain.
      return domain.slice(domain.lastIndexOf('.', domain.length - name.length - 2) + 1)
  }
  return found.at(-1)?.domain ?? domain
}
