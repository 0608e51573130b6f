/** `spf`: what an SPF result costs. */

import { mayBeForwarded } from '../facts/route.ts'
import { askLikelyRecord } from '../facts/spf/likely-record.ts'
import { spf as check, forwardedSpf, heloSpf, type Spf, type SpfCheck } from '../facts/spf/spf.ts'
import { cost, oneOf } from '../model/checks.ts'
import { askEarly } from '../model/fact.ts'
import type { Filter } from '../model/filter.ts'
import { defer, type Findings } from '../model/finding.ts'
import { checked, schemaOf } from '../model/options.ts'
import type { Header } from '../model/stage.ts'
import { withDefaults } from './measured-defaults.ts'
import { findingFor } from './rules/consequence.ts'

/** What a result costs: points, or certain refusal. */
export type SpfCost = number | 'reject'

/** What each result of SPF costs. Where `docs/reference/rules.md` has measured points, those are the defaults. */
export interface SpfOptions {
  /**
   * `fail`: the domain says that the client may not send for it. Honest forwarded mail fails too, so use `'reject'`
   * only if your forwarders are exempt. Mail that certainly was not forwarded costs `unexplained` more.
   * @default 3
   */
  readonly fail?: SpfCost
  /** `softfail` @default 1.5 */
  readonly softfail?: SpfCost
  /** `neutral` @default 0.5 */
  readonly neutral?: SpfCost
  /** `none`: no record, though honest domains have one today. @default 0.5 */
  readonly none?: SpfCost
  /** `permerror`: the record is in error, or asks for more than RFC 7208 allows. @default 1 */
  readonly permerror?: SpfCost
  /** `temperror`: what becomes of mail when DNS failed. @default 'pass' */
  readonly temperror?: 'pass' | 'defer'
  /** `pass` of a record that allows half the Internet. @default 1 */
  readonly permissive?: SpfCost
  /** `fail` for the name in the greeting, which forwarding does not change. @default 3 */
  readonly heloFail?: SpfCost
  /**
   * Added to `fail` and `softfail` where no Received field names an earlier server that may have forwarded the message.
   * @default 1
   */
  readonly unexplained?: SpfCost
}

/** @internal */
export const spfSchema = schemaOf<SpfOptions>('spf', {
  fail: cost('reject'),
  softfail: cost('reject'),
  neutral: cost('reject'),
  none: cost('reject'),
  permerror: cost('reject'),
  temperror: oneOf('pass', 'defer'),
  permissive: cost('reject'),
  heloFail: cost('reject'),
  unexplained: cost('reject'),
})

/**
 * Judges SPF at `mail`, and at `header` whether forwarding may explain a failure. The record of the name in the
 * greeting is asked for at `helo`.
 *
 * @throws PosternError when an option is wrong
 * @example
 * unless(({ client }) => client === 'forwarder', spf({ fail: 'reject' }))
 */
export function spf(options: SpfOptions = {}): Filter {
  return new SpfPolicy(withDefaults('spf', DEFAULTS, checked(spfSchema, options), { permissive: 'weak' })).filter()
}

const DEFAULTS: Readonly<Required<SpfOptions>> = {
  fail: 3,
  softfail: 1.5,
  neutral: 0.5,
  none: 0.5,
  permerror: 1,
  temperror: 'pass',
  permissive: 1,
  heloFail: 3,
  unexplained: 1,
}

class SpfPolicy {
  readonly #costs: Readonly<Required<SpfOptions>>

  constructor(costs: Readonly<Required<SpfOptions>>) {
    this.#costs = costs
  }

  filter(): Filter {
    return {
      name: 'spf',
      checks: 'identity',
      connect: askLikelyRecord,
      helo: greeting => {
        if (greeting.dns.known?.(greeting.helo ?? '', 'TXT') === undefined) askEarly(greeting, heloSpf)
      },
      mail: async transaction => {
        const found = await transaction.ask(check)
        return [this.#judge(found), this.#judgeGreeting(found)].flatMap(finding => finding || [])
      },
      header: header => {
        if (header.client === 'forwarder') return this.#judgeForwarded(header)
        return !mayBeForwarded(header.header) && this.#judgeRoute(header)
      },
    }
  }

  #judge({ result, reason, permissive, domain }: SpfCheck): Findings {
    const costs = this.#costs
    switch (result) {
      case 'pass':
        return (
          permissive &&
          finding(costs.permissive, 'weak', `the SPF record of ${domain} allows half the Internet to send for it`)
        )
      case 'fail':
      case 'softfail':
      case 'neutral':
      case 'none':
      case 'permerror':
        return finding(costs[result], result, reason)
      case 'unknown':
        return false
      case 'temperror':
        return costs.temperror === 'defer' && defer('4.7.24', reason, { rule: 'temperror' })
      default:
        return result satisfies never
    }
  }

  #judgeGreeting({ identity, helo }: Spf): Findings {
    return identity === 'mailfrom' && helo.result === 'fail' && finding(this.#costs.heloFail, 'helo-fail', helo.reason)
  }

  async #judgeForwarded(header: Header): Promise<Findings> {
    const found = await header.ask(forwardedSpf)
    return found !== undefined && this.#judge(found)
  }

  async #judgeRoute(header: Header): Promise<Findings> {
    const { identity, result, domain } = await header.ask(check)
    const fails = identity === 'mailfrom' && (result === 'fail' || result === 'softfail')
    const reason = `SPF of ${domain} fails, and no earlier server forwarded the message`
    return fails && finding(this.#costs.unexplained, 'unexplained', reason)
  }
}

const finding = (cost: SpfCost, rule: string, reason: string): Findings => findingFor(cost, '5.7.23', reason, { rule })
