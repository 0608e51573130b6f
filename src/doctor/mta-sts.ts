/** MTA-STS (RFC 8461): the policy of a domain is there, right, and names all its mail exchangers. */
import { errorText } from '../model/errors.ts'
import type { Resolver } from '../model/resolver.ts'
import type { CheckResult } from './types.ts'
import { dnsFailure, recordsOf, verdicts } from './verdicts.ts'

/** Fetches a text over HTTPS, without following redirections. Rejects unless the status is 200. */
export type FetchText = (url: string, signal: AbortSignal) => Promise<string>

export interface MtaStsOptions {
  readonly dns: Resolver
  readonly fetchText: FetchText
}

const EXPECTED = 'a policy that names all mail exchangers, or none (RFC 8461)'
const MAX_POLICY = 64 * 1024
const MIN_AGE_SECONDS = 86_400
const TIMEOUT_MS = 10_000

export async function mtaSts(
  domain: string,
  { dns, fetchText }: MtaStsOptions,
  signal: AbortSignal,
): Promise<CheckResult> {
  const { ok, warning, failed, unknown } = verdicts(`mta-sts ${domain}`, EXPECTED)
  const answers = await Promise.all([
    dns.resolve(`_mta-sts.${domain}`, 'TXT', { signal }),
    dns.resolve(domain, 'MX', { signal }),
  ])
  const [answer, exchanges] = answers
  if (answer.kind === 'failure') return unknown(dnsFailure(answer))
  if (exchanges.kind === 'failure') return unknown(dnsFailure(exchanges))
  const records = (recordsOf(answer) ?? []).map(strings => strings.join('')).filter(text => /^v=STSv1\s*;/.test(text))
  if (records.length === 0)
    return ok('it has no policy, so that senders may deliver without TLS', 'publish a policy with mode: testing first')
  if (records.length > 1) return failed(`it has ${records.length} records, so that none counts`, 'remove all but one')
  const url = `https://mta-sts.${domain}/.well-known/mta-sts.txt`
  let text: string
  try {
    text = await fetchText(url, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]))
  } catch (error) {
    return failed(`${url} cannot be fetched: ${errorText(error)}`, 'serve it, with a certificate of that name')
  }
  const policy = read(text)
  if ('problem' in policy) return failed(`${url}: ${policy.problem}`, 'correct the policy, and change its id in DNS')
  const missing = (recordsOf(exchanges) ?? [])
    .map(({ exchange }) => exchange.toLowerCase().replace(/\.$/, ''))
    .find(exchange => !policy.mx.some(pattern => matches(pattern, exchange)))
  if (policy.mode !== 'none' && missing !== undefined)
    return failed(`the policy does not name ${missing}, to which senders then do not deliver`, `add mx: ${missing}`)
  if (policy.mode !== 'enforce')
    return warning(`its mode is ${policy.mode}`, 'read the reports, then set mode: enforce')
  return ok(`mode enforce for ${policy.mx.join(', ')}`)
}

type Policy = { readonly mode: string; readonly mx: readonly string[] } | { readonly problem: string }

/** RFC 8461 §3.2. */
function read(text: string): Policy {
  const fields = text.split(/\r?\n/).flatMap(line => {
    const [, key, value] = /^\s*(\w+)\s*:\s*(.*?)\s*$/.exec(line) ?? []
    return key !== undefined && value !== undefined ? [[key, value] as const] : []
  })
  const one = (key: string): string | undefined => fields.find(([name]) => name === key)?.[1]
  const mx = fields.filter(([key]) => key === 'mx').map(([, value]) => value.toLowerCase())
  const [mode = '', age = Number(one('max_age'))] = [one('mode')]
  if (one('version') !== 'STSv1') return { problem: 'it does not begin with version: STSv1' }
  if (!['enforce', 'testing', 'none'].includes(mode)) return { problem: 'it has no mode' }
  if (mx.length === 0 && mode !== 'none') return { problem: 'it names no mx' }
  if (!(age >= MIN_AGE_SECONDS))
    return { problem: `its max_age is not a day at least, but ${one('max_age') ?? 'missing'}` }
  return { mode, mx: mx.slice(0, 20) }
}

/** A pattern may begin with `*.`, which stands for one label. */
const matches = (pattern: string, host: string): boolean =>
  pattern.startsWith('*.') ? host.slice(host.indexOf('.') + 1) === pattern.slice(2) : host === pattern

/** Fetches over HTTPS. A redirection is an error (RFC 8461 §3.3). */
export const fetchPolicy: FetchText = async (url, signal) => {
  const response = await fetch(url, { signal, redirect: 'error' })
  if (response.status !== 200 || response.body === null) throw new Error(`the status is ${response.status}`)
  const parts: Uint8Array[] = []
  let size = 0
  for await (const bytes of response.body) {
    size += bytes.length
    if (size > MAX_POLICY) throw new Error(`it has more than ${MAX_POLICY} bytes`)
    parts.push(bytes)
  }
  return Buffer.concat(parts).toString()
}
