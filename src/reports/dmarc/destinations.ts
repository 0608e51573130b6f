/** Which destinations of a record may be sent reports: those that agree to it (RFC 9990 §4). */
import { isSameOrganisation } from '../../dns/organisation.ts'
import type { Resolver } from '../../model/resolver.ts'
import { type ReportUri, tagsOf, urisOf } from './published.ts'

export interface Destinations {
  /** Those that may be sent the report. */
  readonly allowed: readonly ReportUri[]
  /** Why others may not. */
  readonly refused: readonly { readonly address: string; readonly reason: string }[]
  /** A lookup has failed: ask again later. */
  readonly isUnknown: boolean
}

/** Destinations that are sent one report. */
const MAX_DESTINATIONS = 5

/**
 * A destination within the organisation of the policy's domain is its own. Any other publishes that it takes reports
 * about this domain; without that, a record that names a stranger would make all receivers flood them.
 */
export async function verifyDestinations(
  domain: string,
  uris: readonly ReportUri[],
  dns: Resolver,
): Promise<Destinations> {
  const allowed: ReportUri[] = []
  const refused: { address: string; reason: string }[] = []
  let isUnknown = false
  for (const uri of uris) {
    const { address } = uri
    if (allowed.length >= MAX_DESTINATIONS) {
      refused.push({ address, reason: `a report is sent to ${MAX_DESTINATIONS} destinations at most` })
      continue
    }
    const found = isSameOrganisation(uri.host, domain) ? [uri] : await agreed(domain, uri, dns)
    if (typeof found !== 'string') allowed.push(...found)
    else refused.push({ address, reason: found })
    if (found === FAILED) isUnknown = true
  }
  return { allowed: allowed.slice(0, MAX_DESTINATIONS), refused, isUnknown }
}

const FAILED = 'the lookup of its agreement has failed'

/** The destinations that a stranger agrees to, or why there are none. */
async function agreed(domain: string, uri: ReportUri, dns: Resolver): Promise<readonly ReportUri[] | string> {
  const name = `${domain}._report._dmarc.${uri.host}`
  if (name.length > 253) return 'the name at which it could agree is too long'
  const answer = await dns.resolve(name, 'TXT', { purpose: 'dmarc' })
  if (answer.kind === 'failure') return FAILED
  const records = answer.kind === 'answer' ? answer.records.map(strings => strings.join('')) : []
  const agreements = records.flatMap(text => tagsOf(text) ?? [])
  if (agreements.length === 0) return `${uri.host} does not publish that it takes reports about ${domain}`
  const [override] = agreements.flatMap(tags => tags.get('rua') ?? [])
  if (override === undefined) return [uri]
  // It may name another mailbox, and no other host: that would lead around the agreement.
  const others = urisOf(override)
  const isOwn = others.length > 0 && others.every(({ host }) => host === uri.host)
  return isOwn ? others : `${uri.host} names a destination on another host`
}
