/** Our name: it has an address, the address has the name, and mail leaves from it. */
import { isIP } from 'node:net'
import { reverseName } from '../dns/reverse.ts'
import type { Resolver } from '../model/resolver.ts'
import { canonical } from '../net/address.ts'
import { isPrivate } from '../net/private.ts'
import type { Check } from './run.ts'
import type { CheckResult } from './types.ts'
import { dnsFailure, recordsOf, verdicts } from './verdicts.ts'

export interface HostNameOptions {
  /** The name in greetings. */
  readonly name: string
  readonly dns: Resolver
  /** The addresses from which this machine speaks to others; none where that is not known. */
  readonly sources: () => Promise<readonly string[]>
}

const EXPECTED = 'a full name whose address has a PTR record with the same name'
const MAX_ADDRESSES = 8

export const hostName = (options: HostNameOptions): Check => ({
  name: 'host-name',
  expected: EXPECTED,
  run: signal => look(options, signal),
})

async function look({ name, dns, sources }: HostNameOptions, signal: AbortSignal): Promise<readonly CheckResult[]> {
  const { warning, failed, unknown } = verdicts(`host-name ${name}`, EXPECTED)
  if (name.startsWith('[')) return [warning('the name is an address', 'set name to the full name of this host')]
  if (!name.includes('.'))
    return [failed('the name is not fully qualified', 'set name to the full name of this host, such as mx.example.org')]
  const answers = await Promise.all([dns.resolve(name, 'A', { signal }), dns.resolve(name, 'AAAA', { signal })])
  const failure = answers.find(answer => answer.kind === 'failure')
  if (failure !== undefined) return [unknown(dnsFailure(failure))]
  const addresses = answers.flatMap(answer => recordsOf<string>(answer) ?? []).slice(0, MAX_ADDRESSES)
  if (addresses.length === 0)
    return [failed('the name has no address', `publish an A or AAAA record of ${name}, or set another name`)]
  const both = await Promise.all(addresses.map(address => lookAt(name, address, dns, signal)))
  return [...both, ...(await lookAtSources(name, addresses, await sources()))]
}

async function lookAt(name: string, address: string, dns: Resolver, signal: AbortSignal): Promise<CheckResult> {
  const { ok, warning, failed, unknown } = verdicts(`host-name ${name} ${address}`, EXPECTED)
  if (isPrivate(address))
    return warning(`${address} is an address of a private network`, 'publish the public address of the name')
  const answer = await dns.resolve(reverseName(address) ?? address, 'PTR', { signal })
  if (answer.kind === 'failure') return unknown(dnsFailure(answer))
  const names = (recordsOf(answer) ?? []).map(found => found.toLowerCase().replace(/\.$/, ''))
  if (names.includes(name.toLowerCase().replace(/\.$/, ''))) return ok(`${address} has the name ${name} and back`)
  const asked = `ask the provider of ${address} to set its PTR record to ${name}`
  if (names.length === 0) return failed(`${address} has no PTR record, so that large receivers refuse its mail`, asked)
  return failed(`${address} has the name ${names.slice(0, 3).join(', ')}, and not ${name}`, asked)
}

/** Other servers see the address from which we speak, which may be another one than that of the name. */
async function lookAtSources(
  name: string,
  addresses: readonly string[],
  sources: readonly string[],
): Promise<readonly CheckResult[]> {
  const ours = new Set(addresses.map(address => canonical(address)))
  return sources
    .filter(source => isIP(source) !== 0 && !isPrivate(source))
    .map(source => {
      const { ok, warning } = verdicts(`host-name source ${source}`, `an address of ${name}`)
      return ours.has(canonical(source))
        ? ok('this machine speaks to others from an address of its name')
        : warning(
            `this machine speaks to others from ${source}, which is no address of ${name}`,
            `add ${source} to the addresses of ${name}, with its PTR record, or speak from another address`,
          )
    })
}
