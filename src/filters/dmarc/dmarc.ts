/** `dmarc`: applies the policy of the author's domain, unless a trusted forwarder or sealer explains the failure. */

import { isSameOrganisation } from '../../dns/organisation.ts'
import { arc } from '../../facts/arc/arc.ts'
import { isDaemonWithoutAddress } from '../../facts/daemon.ts'
import { dkim } from '../../facts/dkim/dkim.ts'
import { dmarc as check, type Dmarc } from '../../facts/dmarc.ts'
import { askAuthorPolicy, askSenderPolicy } from '../../facts/dmarc-lookups.ts'
import { spf } from '../../facts/spf/spf.ts'
import { callback, cost, oneOf, score } from '../../model/checks.ts'
import type { Filter } from '../../model/filter.ts'
import { defer, type Finding, type Findings } from '../../model/finding.ts'
import { checked, either, list, schemaOf } from '../../model/options.ts'
import type { Message } from '../../model/stage.ts'
import { withDefaults } from '../measured-defaults.ts'
import { findingFor } from '../rules/consequence.ts'
import { type Forwarders, findForwarder, forwarderEntry, readSealers, sealerEntry, trustedSealer } from './override.ts'

/** What `dmarc` takes. Where `docs/reference/rules.md` has measured points, those are the defaults. */
export interface DmarcOptions {
  /**
   * Clients that forward honest mail and break it: addresses, networks, domains of their reverse names (`.example.org`
   * for all names below it), or a function.
   * @default []
   */
  readonly forwarders?: Forwarders
  /**
   * Domains of ARC sealers whose results are believed. Anybody can seal, so name only sealers that you trust.
   * @default []
   */
  readonly sealers?: readonly string[]
  /** What becomes of mail that fails under p=reject. @default 'reject' */
  readonly onReject?: 'reject' | 'quarantine' | number
  /** What becomes of mail that fails under p=quarantine. @default 'quarantine' */
  readonly onQuarantine?: 'quarantine' | number
  /** Points for mail that fails under p=none. @default 1 */
  readonly onNone?: number
  /** What becomes of mail when DNS failed, so that the result or the policy is unknown. @default 'defer' */
  readonly unknown?: 'defer' | 'pass'
  /** What becomes of mail without exactly one author, for which DMARC has no result. @default 3 */
  readonly invalidFrom?: 'reject' | 'quarantine' | number
  /** Points when DMARC passes only by an SPF record that allows half the Internet. @default 2 */
  readonly permissiveSpf?: number
  /**
   * Points for mail of a domain without a policy when every signature that passes, and SPF, prove other organisations.
   * Mail of lists (RFC 2919) costs nothing. @default 0.5
   */
  readonly unaligned?: number
}

/** @internal */
export const dmarcSchema = schemaOf<DmarcOptions>('dmarc', {
  forwarders: either('an array of addresses, networks and names, or a function', found =>
    typeof found === 'function' ? callback() : list(forwarderEntry, 'addresses, networks and names'),
  ),
  sealers: list(sealerEntry, 'domains'),
  onReject: cost('reject', 'quarantine'),
  onQuarantine: cost('quarantine'),
  onNone: score({ min: 0 }),
  unknown: oneOf('defer', 'pass'),
  invalidFrom: cost('reject', 'quarantine'),
  permissiveSpf: score({ min: 0 }),
  unaligned: score({ min: 0 }),
})

/**
 * Applies DMARC at `message`. Finds nothing in mail that passes, nor in mail of domains without a policy that SPF or a
 * signature proves.
 *
 * @example
 * dmarc({ forwarders: ['192.0.2.0/24', '.forwarder.example'], sealers: ['lists.example'] })
 * @throws PosternError when an option is wrong
 */
export function dmarc(options: DmarcOptions = {}): Filter {
  const rules = { onNone: 'none', invalidFrom: 'unclear', permissiveSpf: 'weak' }
  return new DmarcPolicy(withDefaults('dmarc', DEFAULTS, checked(dmarcSchema, options), rules)).filter()
}

const DEFAULTS: Readonly<Required<DmarcOptions>> = {
  forwarders: [],
  sealers: [],
  onReject: 'reject',
  onQuarantine: 'quarantine',
  onNone: 1,
  unknown: 'defer',
  invalidFrom: 3,
  permissiveSpf: 2,
  unaligned: 0.5,
}

class DmarcPolicy {
  readonly #options: Readonly<Required<DmarcOptions>>
  readonly #forwarder: ReturnType<typeof findForwarder>
  readonly #trustedSealers: ReturnType<typeof readSealers>

  constructor(options: Readonly<Required<DmarcOptions>>) {
    this.#options = options
    this.#forwarder = findForwarder(options.forwarders)
    this.#trustedSealers = readSealers(options.sealers)
  }

  filter(): Filter {
    return {
      name: 'dmarc',
      checks: 'identity',
      reads: this.#trustedSealers.size > 0 ? [dkim, arc] : [dkim],
      mail: askSenderPolicy,
      header: askAuthorPolicy,
      message: async message => {
        const found = await message.ask(check)
        if (found.result === 'none') return this.#judgeAlignment(message, found.domain)
        if (found.result === 'permerror' && isDaemonWithoutAddress(message)) return undefined
        const finding = this.#judge(found)
        const mayBeOverridden = finding && (found.result === 'fail' || found.result === 'temperror')
        return (mayBeOverridden && (await this.#override(message, found))) || finding
      },
    }
  }

  #judge(found: Dmarc): Findings {
    const { unknown, invalidFrom, permissiveSpf } = this.#options
    const { result, reason, policy, domain, alignedBy } = found
    switch (result) {
      case 'none':
      case 'unknown':
        return false
      case 'pass':
        return (
          found.permissiveSpf &&
          finding(permissiveSpf, 'weak', `DMARC of ${domain} passes only by SPF, which allows half the Internet`)
        )
      case 'fail':
        return this.#byPolicy(policy, reason)
      case 'temperror': {
        // An aligned domain passes whatever the policy is, and under p=none a failure has no consequence.
        const matters = found.policyUnknown ? alignedBy.length === 0 : policy !== 'none'
        return matters && unknown === 'defer' && defer('4.4.3', reason, { rule: 'unknown' })
      }
      case 'permerror':
        return finding(invalidFrom, 'unclear', reason)
      default:
        return result satisfies never
    }
  }

  /** Without a policy: whether what is proven is the author's organisation. What is not known is no evidence. */
  async #judgeAlignment(message: Message, domain: string): Promise<Findings> {
    const { unaligned } = this.#options
    if (unaligned === 0 || message.client === 'forwarder' || message.header.all('list-id').length > 0) return false
    const { signatures } = await message.ask(dkim)
    const signers = signatures.filter(({ result }) => result === 'pass').map(({ domain }) => domain)
    const [signer] = signers
    const isOwn = (name: string): boolean => isSameOrganisation(name, domain)
    if (signer === undefined || signers.some(isOwn) || signatures.some(({ result }) => result === 'temperror'))
      return false
    const sender = await message.ask(spf)
    if (sender.result === 'unknown' || sender.result === 'temperror') return false
    if (sender.result === 'pass' && isOwn(sender.domain)) return false
    return finding(unaligned, 'unaligned', `${signer} signed the message, and nothing proves that ${domain} sent it`)
  }

  #byPolicy(policy: Dmarc['policy'], reason: string): Findings {
    const { onReject, onQuarantine, onNone } = this.#options
    switch (policy) {
      case 'reject':
        return finding(onReject, 'reject', reason)
      case 'quarantine':
        return finding(onQuarantine, 'quarantine', reason)
      case 'none':
        return finding(onNone, 'none', reason)
      default:
        return policy satisfies never
    }
  }

  /** A reason to override the policy, or a deferral until there may be one. */
  async #override(message: Message, { domain, policy }: Dmarc): Promise<Finding | undefined> {
    const { forwarders, unknown } = this.#options
    const trustedForwarder = message.client === 'forwarder' ? message.ip : await this.#forwarder(message)
    if (trustedForwarder !== undefined) {
      return { rule: 'forwarded', reason: `${trustedForwarder} is trusted to forward mail of ${domain}` }
    }
    if (message.ip === undefined && Array.isArray(forwarders) && forwarders.length > 0) {
      const reason = 'the address of the client is unknown, so it may be a trusted forwarder'
      return { rule: 'unknown-client', reason }
    }
    if (this.#trustedSealers.size === 0) return undefined
    const chain = await message.ask(arc)
    const sealer = trustedSealer(chain, this.#trustedSealers, domain)
    if (sealer !== undefined) {
      return { rule: 'sealed', reason: `${sealer} has sealed that the message of ${domain} passed there` }
    }
    const waits = chain.unknown && policy !== 'none' && unknown === 'defer'
    return waits ? defer('4.4.3', chain.reason, { rule: 'unknown' }) : undefined
  }
}

const finding = (cost: 'reject' | 'quarantine' | number, rule: string, reason: string): Findings =>
  findingFor(cost, '5.7.26', reason, { rule })
