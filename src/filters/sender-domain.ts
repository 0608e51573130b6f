/** Refuses senders that cannot be answered: the domain of the reverse-path does not exist or accepts no mail. */

import { queryName } from '../dns/name.ts'
import { oneOf } from '../model/checks.ts'
import type { Filter } from '../model/filter.ts'
import { defer, type Findings, reject } from '../model/finding.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import { checked, schemaOf } from '../model/options.ts'
import type { Answer, Records } from '../model/resolver.ts'
import type { Transaction } from '../model/stage.ts'
import { mailboxOf } from '../net/path.ts'

/** What `senderDomain` takes. */
export interface SenderDomainOptions {
  /** What a failure of DNS means. It is never a refusal. @default 'defer' */
  readonly unknown?: 'defer' | 'pass'
}

/** @internal */
export const senderDomainSchema = schemaOf<SenderDomainOptions>('senderDomain', { unknown: oneOf('defer', 'pass') })

/**
 * Refuses at `mail` a reverse-path whose domain does not exist, has neither MX nor address (RFC 5321 §5.1), or
 * declares that it neither sends nor accepts mail (null MX, RFC 7505 §4.2). The null reverse-path of bounces passes.
 *
 * @throws PosternError when an option is wrong
 * @example
 * senderDomain({ unknown: 'pass' })
 */
export function senderDomain(options: SenderDomainOptions = {}): Filter {
  const { unknown = 'defer' } = checked(senderDomainSchema, options)
  return {
    name: 'sender-domain',
    checks: 'identity',
    mail: (transaction): MaybePromise<Findings> => {
      if (transaction.reversePath === '') return undefined
      const { domain } = mailboxOf(transaction.reversePath)
      // An address literal names a host, which needs no DNS (RFC 5321 §4.1.3).
      if (domain.startsWith('[') && domain.endsWith(']')) return undefined
      const name = queryName(domain)
      if (name === undefined) return reject('5.1.7', 'the reverse-path has no valid domain', { rule: 'malformed' })
      const exchanges = transaction.dns.known?.(name, 'MX')
      if (exchanges?.kind === 'answer') return judge(name, byExchanges(exchanges.records), unknown)
      return reachability(transaction, name).then(found => judge(name, found, unknown))
    },
  }
}

type Reachability = 'reachable' | 'null-mx' | 'unreachable' | 'nonexistent' | 'unknown' | 'aborted'

function judge(domain: string, reachability: Reachability, unknown: 'defer' | 'pass'): Findings {
  switch (reachability) {
    case 'nonexistent':
      return reject('5.1.8', `the sender's domain ${domain} does not exist`, { rule: 'nonexistent' })
    case 'unreachable':
      return reject('5.1.8', `the sender's domain ${domain} has neither MX nor address`, { rule: 'unreachable' })
    case 'null-mx':
      return reject('5.7.27', `the sender's domain ${domain} declares that it accepts no mail`, { rule: 'null-mx' })
    case 'unknown':
      return (
        unknown === 'defer' &&
        defer('4.1.8', `DNS failed, so whether the sender's domain ${domain} exists is unknown`, { rule: 'unknown' })
      )
    case 'reachable':
    case 'aborted':
      return undefined
    default:
      return reachability satisfies never
  }
}

const byExchanges = (records: readonly Records['MX'][]): Reachability =>
  records.every(({ exchange }) => exchange === '' || exchange === '.') ? 'null-mx' : 'reachable'

async function reachability({ dns, signal }: Transaction, domain: string): Promise<Reachability> {
  const exchanges = await dns.resolve(domain, 'MX', { signal })
  switch (exchanges.kind) {
    case 'answer':
      return byExchanges(exchanges.records)
    case 'nxdomain':
      return 'nonexistent'
    case 'failure':
      return unanswered(exchanges)
    case 'nodata':
      return hasAddress(
        await Promise.all([dns.resolve(domain, 'A', { signal }), dns.resolve(domain, 'AAAA', { signal })]),
      )
    default:
      return exchanges satisfies never
  }
}

function hasAddress(answers: readonly Answer<string>[]): Reachability {
  if (answers.some(({ kind }) => kind === 'answer')) return 'reachable'
  const failed = answers.find(({ kind }) => kind === 'failure')
  return failed === undefined ? 'unreachable' : unanswered(failed)
}

const unanswered = (answer: Answer<unknown>): Reachability =>
  answer.kind === 'failure' && answer.cause === 'aborted' ? 'aborted' : 'unknown'
