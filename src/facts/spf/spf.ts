/** `spf`: may this client send for the domain of the reverse-path, and under the name it gave (RFC 7208)? */

import { queryName } from '../../dns/name.ts'
import { fact } from '../../model/fact.ts'
import type { Greeting } from '../../model/stage.ts'
import { domainOf, mailboxOf } from '../../net/path.ts'
import { forwarded } from '../forwarded.ts'
import { evaluate, type SpfResult } from './evaluate.ts'
import { isPermissive } from './strength.ts'

export type { SpfResult } from './evaluate.ts'

/** What was found out about one identity. */
export interface SpfCheck {
  /** `unknown`: the host does not know the client's address, or not the identity. Nothing was asked. */
  readonly result: SpfResult | 'unknown'
  /** In lower case and A-labels; '' when the identity has none that DNS could be asked for. */
  readonly domain: string
  /** RFC 7208 §2.3, §2.4. A null reverse-path is checked as postmaster at the greeting. */
  readonly identity: 'mailfrom' | 'helo'
  /** For the operator; a sentence. */
  readonly reason: string
  /** The record of the domain, where one was read. */
  readonly record?: string
  /** What decided: the mechanism as it is written, such as `ip4:192.0.2.0/24`; `default` when none matched (§9.1). */
  readonly mechanism?: string
  /** It is a pass that half the Internet would be given: `+all`, `/0`, more than an IPv4 /8. Never charge it to the domain. */
  readonly permissive: boolean
  /** Terms that asked DNS, 10 at most, and how many of them found nothing, 2 at most (RFC 7208 §4.6.4). */
  readonly lookups: { readonly count: number; readonly void: number }
}

/** The identity of the reverse-path, and beside it that of the greeting. */
export interface Spf extends SpfCheck {
  readonly helo: SpfCheck
}

const PURPOSES = { mailfrom: 'spf', helo: 'spf-helo' } as const
const MAX_REASON_LENGTH = 200
const MAX_MECHANISM_LENGTH = 100

/** SPF for the name in the greeting alone: found once for a greeting, however many transactions follow. */
export const heloSpf = fact('spf-helo', 'helo', greeting => {
  if (greeting.helo === undefined) return unknown('helo', '')
  return check(greeting, { identity: 'helo', domain: domainOf(greeting.helo), local: 'postmaster' })
})

/**
 * SPF for the reverse-path (for the greeting when that is null) and for the greeting.
 *
 * @example
 * const { result, domain, weak } = await transaction.ask(spf)
 */
export const spf = fact('spf', 'mail', async (transaction): Promise<Spf> => {
  const { reversePath } = transaction
  if (reversePath === '') {
    const helo = await transaction.ask(heloSpf)
    // A host that knows no address may know no sender either: of what is empty then, nothing follows.
    return transaction.ip === undefined ? { ...unknown('helo', ''), helo } : { ...helo, helo }
  }
  // RFC 5321 §4.1.1.3: a source route is passed over.
  const path = /^@[^:]*:/.test(reversePath) ? reversePath.slice(reversePath.indexOf(':') + 1) : reversePath
  const at = path.lastIndexOf('@')
  const domain = domainOf(path.slice(at + 1))
  const [mailfrom, helo] = await Promise.all([
    check(transaction, { identity: 'mailfrom', domain, local: path.slice(0, Math.max(at, 0)) }),
    transaction.ask(heloSpf),
  ])
  return { ...mailfrom, helo }
})

/**
 * SPF for the reverse-path and the client from which a trusted forwarder has the message; undefined where that is not known
 * and where the forwarder has put a reverse-path of its own (SRS).
 */
export const forwardedSpf = fact('spf-forwarded', 'header', async (header): Promise<SpfCheck | undefined> => {
  const client = await header.ask(forwarded)
  const { local, domain } = mailboxOf(header.reversePath)
  if (client === undefined || domain === '' || /^srs[01][=+-]/i.test(local)) return undefined
  const greeting: Greeting = Object.create(header, {
    ip: { value: client.ip },
    helo: { value: client.helo },
  })
  return await check(greeting, { identity: 'mailfrom', domain, local })
})

type Asked = Pick<SpfCheck, 'identity' | 'domain'> & { readonly local: string }

/** Neither for the sender nor against: a domain cannot be asked about a client that is not known. */
const unknown = (identity: SpfCheck['identity'], domain: string): SpfCheck => ({
  result: 'unknown',
  domain,
  identity,
  reason: domain === '' ? 'the greeting of the client is not known' : 'the address of the client is not known',
  permissive: false,
  lookups: { count: 0, void: 0 },
})

async function check(greeting: Greeting, { identity, domain, local }: Asked): Promise<SpfCheck> {
  // RFC 7208 §7.3 wants a name for %{h}; what is not known is written as for %{p}.
  const { ip, helo = 'unknown', signal } = greeting
  if (ip === undefined) return unknown(identity, domain)
  if (queryName(domain) === undefined || !domain.includes('.')) {
    const reason = `the ${identity === 'helo' ? 'greeting' : 'reverse-path'} has no domain that could have SPF`
    return { result: 'none', domain: '', identity, reason, permissive: false, lookups: { count: 0, void: 0 } }
  }
  const found = await evaluate(greeting, { domain, local, ip, helo }, { purpose: PURPOSES[identity] })
  // What an aborted asker was told is no result: the fact is to be forgotten.
  signal.throwIfAborted()
  const { result, mechanism, records, lookups, problem = '' } = found
  const [record] = records
  return {
    result,
    domain,
    identity,
    reason: reasonFor(result, { domain, ip, mechanism, problem }),
    ...(record !== undefined && { record }),
    ...(mechanism !== undefined && { mechanism }),
    permissive: result === 'pass' && isPermissive(records),
    lookups,
  }
}

interface Circumstances {
  readonly domain: string
  readonly ip: string
  readonly mechanism: string | undefined
  readonly problem: string
}

function reasonFor(result: SpfResult, { domain, ip, mechanism, problem }: Circumstances): string {
  switch (result) {
    case 'pass':
      return `${domain} lets ${ip} send for it${by(mechanism)}`
    case 'fail':
      return `${domain} says that ${ip} does not send for it${by(mechanism)}`
    case 'softfail':
      return `${domain} says that ${ip} probably does not send for it${by(mechanism)}`
    case 'neutral':
      return `${domain} says nothing about ${ip}${by(mechanism)}`
    case 'none':
      return `${domain} publishes no SPF record`
    case 'permerror':
      return `the SPF record of ${domain} is in error: ${shown(problem)}`
    case 'temperror':
      return `SPF of ${domain} could not be found out: ${shown(problem)}`
    default:
      return result satisfies never
  }
}

// Records are printable when they are evaluated, and may be as long as DNS lets them.
const by = (mechanism: string | undefined): string =>
  mechanism === undefined || mechanism === 'default' ? '' : ` (${mechanism.slice(0, MAX_MECHANISM_LENGTH)})`

const shown = (problem: string): string => problem.slice(0, MAX_REASON_LENGTH).replace(/[^ -~]/g, '?')
