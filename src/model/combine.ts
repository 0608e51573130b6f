/** Filters made of filters: dry runs and exemptions. */
import { callback } from './checks.ts'
import { PosternError, type Problem } from './errors.ts'
import type { Filter, PriorFindings } from './filter.ts'
import { wrongFilters } from './filter-check.ts'
import { asDryRun, type Findings } from './finding.ts'
import { wrongIn } from './options.ts'
import { type Connection, type Header, type Message, type Recipient, type Stage, stages } from './stage.ts'

/** What a stage may know: a connection, and as much more as was said. */
export type AnyContext = Connection & Partial<Omit<Recipient & Header & Message, keyof Connection>>

type Examine = (context: AnyContext, sofar: PriorFindings) => Findings | Promise<Findings>

/** A dry run: what the filter finds is listed, and what it would have done is kept under `dryRun`. */
export function shadow(filter: Filter): Filter {
  const problems = wrongFilters([filter], 'shadow')
  if (problems.length > 0) throw new PosternError(problems)
  return wrapFilter(filter, examine => (context, sofar) => thenSync(examine(context, sofar), withoutConsequences), {
    failure: 'pass',
  })
}

/**
 * Exempts the trusted wholly: for them these filters do not run. Asked at every stage, with what is known by then. For
 * hosts, users and senders of your own there are `trustedNetworks`, `forwarders` and `access({ allow })`.
 *
 * @throws PosternError for a filter that nobody may be exempt from, such as `recipients`
 * @example
 * unless(({ user }) => user !== undefined, dnsbl({ zones }), helo())
 */
export function unless(
  trusted: (context: AnyContext) => boolean | Promise<boolean>,
  ...filters: readonly (Filter | readonly Filter[])[]
): readonly Filter[] {
  const wrong = [...wrongIn(callback(), trusted, 'unless.trusted'), ...wrongFilters(filters, 'unless.filters')]
  if (wrong.length > 0) throw new PosternError(wrong)
  const all = filters.flat()
  const problems = all.flatMap(({ name, required }): Problem[] =>
    required === undefined
      ? []
      : [
          {
            path: 'unless',
            found: name,
            expected: `filters that somebody may be exempt from: ${required}`,
            remedy: `put ${name} beside unless(…); for partners write access({ allow }), for your own hosts trustedNetworks`,
          },
        ],
  )
  if (problems.length > 0) throw new PosternError(problems)
  return all.map(filter =>
    wrapFilter(
      filter,
      examine => (context, sofar) =>
        thenSync(trusted(context), isTrusted => (isTrusted === true ? undefined : examine(context, sofar))),
    ),
  )
}

/** The filter with another way to examine each of its stages. */
export function wrapFilter(
  filter: Filter,
  change: (examine: Examine) => Examine,
  conduct: Partial<Filter> = {},
): Filter {
  const methods: Partial<Record<Stage, Examine>> = {}
  for (const stage of stages) {
    const examine = filter[stage] as Examine | undefined
    if (examine !== undefined) methods[stage] = change((context, sofar) => examine.call(filter, context, sofar))
  }
  return { ...filter, ...conduct, ...methods } as Filter
}

const thenSync = <T, U>(value: T | Promise<T>, next: (value: T) => U | Promise<U>): U | Promise<U> =>
  value instanceof Promise ? value.then(next) : next(value)

const withoutConsequences = (findings: Findings): Findings =>
  findings ? (Array.isArray(findings) ? findings : [findings]).map(asDryRun) : findings
