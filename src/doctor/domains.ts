/** The DNS records of our domains that senders and receivers look at: MX, SPF, DMARC, MTA-STS, TLS-RPT. */
import { organisationOf } from '../dns/organisation.ts'
import type { Resolver } from '../model/resolver.ts'
import { canonical } from '../net/address.ts'
import { isPrivate } from '../net/private.ts'
import { type FetchText, mtaSts } from './mta-sts.ts'
import type { Check } from './run.ts'
import type { CheckResult } from './types.ts'
import { dnsFailure, recordsOf, verdicts } from './verdicts.ts'

export interface DomainsOptions {
  /** Our domains; the first 20 are looked at. */
  readonly domains: readonly string[]
  /** Our name. */
  readonly name: string
  readonly dns: Resolver
  readonly fetchText: FetchText
}

const MAX_DOMAINS = 20
const MAX_EXCHANGES = 10

type Look = (domain: string, options: DomainsOptions, signal: AbortSignal) => Promise<CheckResult>

/** One check for each kind of record. */
export function domainChecks(options: DomainsOptions): readonly Check[] {
  const looks: readonly (readonly [string, string, Look])[] = [
    ['mx', MX_EXPECTED, mx],
    ['spf', SPF_EXPECTED, spf],
    ['dmarc', DMARC_EXPECTED, dmarc],
    ['mta-sts', 'a policy that names all mail exchangers, or none (RFC 8461)', mtaSts],
    ['tls-rpt', TLS_RPT_EXPECTED, tlsRpt],
  ]
  const domains = options.domains.slice(0, MAX_DOMAINS)
  return looks.map(([name, expected, look]) => ({
    name,
    expected,
    run: signal => Promise.all(domains.map(domain => look(domain, options, signal))),
  }))
}

const MX_EXPECTED = 'MX records whose hosts have public addresses, and of which one is this host'

const mx: Look = async (domain, { name, dns }, signal) => {
  const { ok, warning, failed, unknown } = verdicts(`mx ${domain}`, MX_EXPECTED)
  const answer = await dns.resolve(domain, 'MX', { signal })
  if (answer.kind === 'failure') return unknown(dnsFailure(answer))
  const exchanges = (recordsOf(answer) ?? []).map(({ exchange }) => exchange.toLowerCase().replace(/\.$/, ''))
  const publish = `publish an MX record of ${domain} that names ${name}`
  if (exchanges.length === 0) return failed('it has no MX record', publish)
  if (exchanges.includes('')) return failed('its MX record says that it takes no mail (RFC 7505)', publish)
  const [ours, ...theirs] = await Promise.all(
    [name, ...exchanges.slice(0, MAX_EXCHANGES)].map(host => addressesOf(host, dns, signal)),
  )
  for (const [index, addresses] of theirs.entries()) {
    const host = exchanges[index] ?? ''
    if (addresses === undefined) return unknown(`DNS does not say which addresses ${host} has`)
    if (addresses.length === 0) return failed(`${host} has no address`, `publish an A or AAAA record of ${host}`)
    if (addresses.every(isPrivate))
      return failed(`${host} has only the private address ${addresses[0]}`, `publish a public address of ${host}`)
  }
  const isOurs = (host: string, index: number): boolean =>
    host === name.toLowerCase() || theirs[index]?.some(address => ours?.includes(address)) === true
  const list = exchanges.slice(0, MAX_EXCHANGES).join(', ')
  if (exchanges.some(isOurs)) return ok(`${list}; this host is among them`)
  return warning(`${list}; none of them is ${name}`, `${publish}, unless another server hands its mail to this one`)
}

async function addressesOf(host: string, dns: Resolver, signal: AbortSignal): Promise<readonly string[] | undefined> {
  const answers = await Promise.all([dns.resolve(host, 'A', { signal }), dns.resolve(host, 'AAAA', { signal })])
  const found = answers.flatMap(answer => recordsOf<string>(answer) ?? [])
  if (found.length === 0 && answers.some(({ kind }) => kind === 'failure')) return undefined
  return found.map(address => canonical(address) ?? address)
}

/** The TXT records that begin with a version; undefined where DNS does not say. */
async function texts(name: string, version: RegExp, dns: Resolver, signal: AbortSignal) {
  const answer = await dns.resolve(name, 'TXT', { signal })
  if (answer.kind === 'failure') return { failure: dnsFailure(answer), records: [] }
  const records = (recordsOf(answer) ?? []).map(strings => strings.join(''))
  return { failure: undefined, records: records.filter(text => version.test(text)) }
}

const SPF_EXPECTED = 'one SPF record that does not allow all hosts (RFC 7208)'

const spf: Look = async (domain, { dns }, signal) => {
  const { ok, warning, failed, unknown } = verdicts(`spf ${domain}`, SPF_EXPECTED)
  const { failure, records } = await texts(domain, /^v=spf1(?: |$)/i, dns, signal)
  if (failure !== undefined) return unknown(failure)
  const [record = ''] = records
  if (records.length === 0)
    return warning('it has no SPF record, so that any host can send in its name', `publish v=spf1 … -all for ${domain}`)
  if (records.length > 1)
    return failed(`it has ${records.length} SPF records, so that none counts`, 'merge them into one')
  if (/(?:^| )\+?all(?: |$)/i.test(record))
    return failed('its SPF record allows every host', 'end it with -all or ~all')
  if (!/(?:^| )(?:[-~?]all|redirect=\S+)(?: |$)/i.test(record))
    return warning(`its SPF record has no end: ${shown(record)}`, 'end it with -all or ~all')
  return ok(shown(record))
}

const DMARC_EXPECTED = 'one DMARC record with a policy (RFC 9989)'

const dmarc: Look = async (domain, { dns }, signal) => {
  const { ok, warning, failed, unknown } = verdicts(`dmarc ${domain}`, DMARC_EXPECTED)
  const above = organisationOf(domain)
  const version = /^v=DMARC1\s*(?:;|$)/
  let found = await texts(`_dmarc.${domain}`, version, dns, signal)
  const isBelow = found.records.length === 0 && found.failure === undefined && above !== domain
  if (isBelow) found = await texts(`_dmarc.${above}`, version, dns, signal)
  const { failure, records } = found
  if (failure !== undefined) return unknown(failure)
  const [record = ''] = records
  if (records.length === 0)
    return warning(
      'it has no DMARC record, so that any sender can write in its name',
      `publish _dmarc.${domain}: v=DMARC1; p=…`,
    )
  if (records.length > 1)
    return failed(`it has ${records.length} DMARC records, so that none counts`, 'remove all but one')
  const [, own] = /;\s*p\s*=\s*(\w+)/i.exec(record) ?? []
  const [, below] = /;\s*sp\s*=\s*(\w+)/i.exec(record) ?? []
  const policy = (isBelow ? below : undefined) ?? own
  if (policy === undefined)
    return failed(`its DMARC record has no policy: ${shown(record)}`, 'add p=quarantine or p=reject')
  if (policy.toLowerCase() === 'none') return ok(`${shown(record)}: it asks for reports alone`, 'then set p=quarantine')
  return ok(shown(record))
}

const TLS_RPT_EXPECTED = 'one record that says where reports about TLS go, or none (RFC 8460)'

const tlsRpt: Look = async (domain, { dns }, signal) => {
  const { ok, failed, unknown } = verdicts(`tls-rpt ${domain}`, TLS_RPT_EXPECTED)
  const { failure, records } = await texts(`_smtp._tls.${domain}`, /^v=TLSRPTv1\s*;/, dns, signal)
  if (failure !== undefined) return unknown(failure)
  const [record = ''] = records
  const advice = `publish _smtp._tls.${domain}: v=TLSRPTv1; rua=mailto:…, and senders report what fails`
  if (records.length === 0) return ok('it asks for no reports', advice)
  if (records.length > 1) return failed(`it has ${records.length} records, so that none counts`, 'remove all but one')
  if (!/;\s*rua\s*=\s*(?:mailto:|https:)/i.test(record)) return failed(`it names no address: ${shown(record)}`, advice)
  return ok(shown(record))
}

const shown = (record: string): string => (record.length > 120 ? `${record.slice(0, 120)}…` : record)
