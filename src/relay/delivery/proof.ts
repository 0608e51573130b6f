/**
 * What our own Authentication-Results field (RFC 8601) says about a message: is its sender proven, is its chain whole?
 */
import { isSameOrganisation } from '../../dns/organisation.ts'
import type { Outcome } from '../../model/decision.ts'
import { domainOf, mailboxOf } from '../../net/path.ts'

interface MethodResult {
  readonly result: string
  readonly property: (name: string) => string | undefined
}

export interface Results {
  /** Without the name of the field, on one line. Undefined: the gateway has written none. */
  readonly field: string | undefined
  /** Every result of a method, with its properties: `spf` gives `pass` and `smtp.mailfrom`. */
  readonly of: (method: string) => readonly MethodResult[]
}

/** Only the field that this gateway has just written: those of others are not read. */
export function resultsOf({ trace }: Pick<Outcome, 'trace'>): Results {
  const value = trace.find(([name]) => name.toLowerCase() === 'authentication-results')?.[1]
  const field = value?.replace(/\r?\n[ \t]+/g, ' ').trim()
  // Quoted strings and comments may hold what another has written.
  const plain = field?.replace(/"(?:[^"\\]|\\.)*"|\((?:[^()\\]|\\.)*\)/g, ' ') ?? ''
  const methods = plain
    .split(';')
    .slice(1)
    .map(text => text.trim().split(/\s+/))
  return {
    field,
    of: method =>
      methods
        .filter(([first]) => first?.startsWith(`${method}=`))
        .map(words => ({
          result: words[0]?.slice(method.length + 1) ?? '',
          property: name => words.find(word => word.startsWith(`${name}=`))?.slice(name.length + 1),
        })),
  }
}

/**
 * Whether a report to the reverse-path reaches the sender and not a third party whose address was forged: SPF passes
 * for its domain, or DMARC passes for an author of the same organisation.
 */
export function isSenderProven(reversePath: string, outcome: Pick<Outcome, 'trace'>): boolean {
  const { domain } = mailboxOf(reversePath)
  if (domain === '') return false
  const results = resultsOf(outcome)
  const passes = (method: string, name: string) =>
    results
      .of(method)
      .flatMap(({ result, property }) => (result === 'pass' ? (property(name)?.toLowerCase() ?? []) : []))
  return (
    passes('spf', 'smtp.mailfrom').some(sender => domainOf(sender.replace(/^.*@/, '')) === domain) ||
    passes('dmarc', 'header.from').some(author => isSameOrganisation(author, domain))
  )
}
