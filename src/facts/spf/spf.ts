/** `spf`: may this client send for the domain of the reverse-path, and for the name in its greeting (RFC 7208)? */

import { queryName } from '../../dns/name.ts'
import { fact } from '../../model/fact.ts'
import { lazyModule } from '../../model/lazy.ts'
import { type MaybePromise, thenSync } from '../../model/maybe-promise.ts'
import { printable } from '../../model/printable.ts'
import type { Greeting } from '../../model/stage.ts'
import { domainOf, mailboxOf } from '../../net/path.ts'
import { forwarded } from '../forwarded.ts'
import type { Evaluation, SpfResult } from './evaluate.ts'

export type { SpfResult } from './evaluate.ts'

const evaluator = lazyModule(async () => ({ ...(await import('./evaluate.ts')), ...(await import('./strength.ts')) }))

/** The SPF result for one identity. */
export interface SpfCheck {
  /** `unknown`: the host does not know the client's address or the identity, so nothing was looked up. */
  readonly result: SpfResult | 'unknown'
  /** In lower case and A-labels; '' when the identity has no domain that can be looked up. */
  readonly domain: string
  /** RFC 7208 §2.3, §2.4. A null reverse-path is checked as postmaster at the greeting. */
  readonly identity: 'mailfrom' | 'helo'
  /** A sentence for the operator. */
  readonly reason: string
  /** The record of the domain, where one was read. */
  readonly record?: string
  /** The mechanism that matched, as it is written, such as `ip4:192.0.2.0/24`; `default` when none matched (§9.1). */
  readonly mechanism?: string
  /** A pass that half the Internet would get: `+all`, `/0`, more than an IPv4 /8. Never charge it to the domain. */
  readonly permissive: boolean
  /** Terms that made a lookup, and how many found nothing. More than 10 or 2 are a permerror (RFC 7208 §4.6.4). */
  readonly lookups: { readonly count: number; readonly void: number }
}

/** The result for the reverse-path (for the greeting when that is null), and the result for the greeting. */
export interface Spf extends SpfCheck {
  /** The result for the name in the greeting. */
  readonly helo: SpfCheck
}

const PURPOSES = { mailfrom: 'spf', helo: 'spf-helo' } as const
const MAX_REASON_LENGTH = 200
const MAX_MECHANISM_LENGTH = 100

/** SPF for the name in the greeting only: evaluated once for a greeting, however many transactions follow. */
export const heloSpf = fact('spf-helo', 'helo', greeting => {
  if (greeting.helo === undefined) return unknown('helo', '')
  return check(greeting, { identity: 'helo', domain: domainOf(greeting.helo), local: 'postmaster' })
})

/**
 * SPF for the reverse-path (for the greeting when that is null) and for the greeting.
 *
 * @example
 * const { result, domain, permissive } = await transaction.ask(facts.spf)
 */
export const spf = fact('spf', 'mail', async (transaction): Promise<Spf> => {
  const { reversePath } = transaction
  if (reversePath === '') {
    const helo = await transaction.ask(heloSpf)
    // A host that does not know the address may not know the sender either, so an empty path proves nothing.
    return transaction.ip === undefined ? { ...unknown('helo', ''), helo } : { ...helo, helo }
  }
  // RFC 5321 §4.1.1.3: a source route is ignored.
  const path = /^@[^:]*:/.test(reversePath) ? reversePath.slice(reversePath.indexOf(':') + 1) : reversePath
  const at = path.lastIndexOf('@')
  const domain = domainOf(path.slice(at + 1))
  const checked = check(transaction, { identity: 'mailfrom', domain, local: path.slice(0, Math.max(at, 0)) })
  const asked = transaction.ask(heloSpf)
  if (!(checked instanceof Promise)) return { ...checked, helo: await asked }
  const [mailfrom, helo] = await Promise.all([checked, asked])
  return { ...mailfrom, helo }
})

/**
 * SPF for the reverse-path and the client that a trusted forwarder received the message from. Undefined when that
 * client is not known and when the forwarder has rewritten the reverse-path (SRS).
 */
export const forwardedSpf = fact('spf-forwarded', 'header', async (header): Promise<SpfCheck | undefined> => {
  const client = await header.ask(forwarded)
  const { local, domain } = mailboxOf(header.reversePath)
  if (client === undefined || domain === '' || /^srs[01][=+-]/i.test(local)) return undefined
  const { dns, clock } = header
  const greeting: Checked = {
    ...{ ip: client.ip, helo: client.helo, dns, clock },
    get signal() {
      return header.signal
    },
  }
  return await check(greeting, { identity: 'mailfrom', domain, local })
})

type Checked = Pick<Greeting, 'ip' | 'helo' | 'dns' | 'clock' | 'signal'>

type CheckedIdentity = Pick<SpfCheck, 'identity' | 'domain'> & { readonly local: string }

/** Neither a pass nor a fail: a domain says nothing about a client that is not known. */
const unknown = (identity: SpfCheck['identity'], domain: string): SpfCheck => ({
  result: 'unknown',
  domain,
  identity,
  reason: domain === '' ? 'the greeting of the client is not known' : 'the address of the client is not known',
  permissive: false,
  lookups: { count: 0, void: 0 },
})

function check(greeting: Checked, { identity, domain, local }: CheckedIdentity): MaybePromise<SpfCheck> {
  // RFC 7208 §7.3 requires a name for %{h}; an unknown name is written as for %{p}.
  const { ip, helo = 'unknown' } = greeting
  if (ip === undefined) return unknown(identity, domain)
  if (queryName(domain) === undefined || !domain.includes('.')) {
    const reason = `the ${identity === 'helo' ? 'greeting' : 'reverse-path'} has no domain that could have SPF`
    return { result: 'none', domain: '', identity, reason, permissive: false, lookups: { count: 0, void: 0 } }
  }
  return thenSync(evaluator(), ({ evaluate, isPermissive }) => {
    const evaluation = evaluate(greeting, { domain, local, ip, helo }, { purpose: PURPOSES[identity] })
    const report = ({ result, mechanism, records, lookups, problem = '' }: Evaluation): SpfCheck => {
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
    if (!(evaluation instanceof Promise)) return report(evaluation)
    return evaluation.then(found => {
      // An aborted lookup is not a result, so the fact must not be remembered.
      greeting.signal.throwIfAborted()
      return report(found)
    })
  })
}

interface ReasonParts {
  readonly domain: string
  readonly ip: string
  readonly mechanism: string | undefined
  readonly problem: string
}

function reasonFor(result: SpfResult, { domain, ip, mechanism, problem }: ReasonParts): string {
  switch (result) {
    case 'pass':
      return `${domain} allows ${ip} to send for it${by(mechanism)}`
    case 'fail':
      return `${domain} does not allow ${ip} to send for it${by(mechanism)}`
    case 'softfail':
      return `${domain} probably does not allow ${ip} to send for it${by(mechanism)}`
    case 'neutral':
      return `${domain} says nothing about ${ip}${by(mechanism)}`
    case 'none':
      return `${domain} publishes no SPF record`
    case 'permerror':
      return `the SPF record of ${domain} is in error: ${shown(problem)}`
    case 'temperror':
      return `SPF of ${domain} could not be evaluated: ${shown(problem)}`
    default:
      return result satisfies never
  }
}

// Records that are evaluated are printable, and as long as DNS allows.
const by = (mechanism: string | undefined): string =>
  mechanism === undefined || mechanism === 'default' ? '' : ` (${mechanism.slice(0, MAX_MECHANISM_LENGTH)})`

const shown = (problem: string): string => printable(problem, MAX_REASON_LENGTH)
