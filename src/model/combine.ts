/** Filters made of filters: dry runs and exemptions. */
import { callback } from './checks.ts'
import { PosternError, type Problem } from './errors.ts'
import type { Filter, PriorFindings } from './filter.ts'
import { wrongFilters } from './filter-check.ts'
import { asDryRun, type Falsy, type Finding, type Findings } from './finding.ts'
import { thenSync } from './maybe-promise.ts'
import { wrongIn } from './options.ts'
import { type Connection, type Header, type Message, type Recipient, type Stage, stages } from './stage.ts'

/** What may be known at a stage: the connection, and what the client has sent since. */
export type AnyStage = Connection & Partial<Omit<Recipient & Header & Message, keyof Connection>>

type Examine = (known: AnyStage, prior: PriorFindings) => Findings | Promise<Findings>

/**
 * The filter as a dry run: its findings are listed, and have no consequences; those stand under `dryRun`. For the whole
 * gateway there is `mode: 'shadow'`.
 *
 * @throws PosternError when `filter` is not a filter
 */
export function shadow(filter: Filter): Filter {
  const problems = wrongFilters([filter], 'shadow')
  if (problems.length > 0) throw new PosternError(problems)
  return wrapFilter(filter, examine => (known, prior) => thenSync(examine(known, prior), withoutConsequences), {
    failure: 'pass',
  })
}

/**
 * These filters, which do not run where `trusted` returns true. It is called at every stage, with what is known by
 * then.
 * For our own hosts, users and senders there are `trustedNetworks`, `forwarders` and `access({ allow })`.
 *
 * @throws PosternError for a filter that no client may be exempt from, such as `recipients`
 * @example
 * unless(({ user }) => user !== undefined, dnsbl({ zones: [{ zone: 'bl.example.org' }] }), helo())
 */
export function unless(
  trusted: (known: AnyStage) => boolean | Promise<boolean>,
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
            expected: `filters that a client may be exempt from: ${required}`,
            remedy: `put ${name} beside unless(…); for partners use access({ allow }), for your own hosts trustedNetworks`,
          },
        ],
  )
  if (problems.length > 0) throw new PosternError(problems)
  return all.map(filter =>
    wrapFilter(
      filter,
      examine => (known, prior) =>
        thenSync(trusted(known), isTrusted => (isTrusted === true ? undefined : examine(known, prior))),
    ),
  )
}

/**
 * The filter with each of its stage methods replaced by what `change` makes of it. It has no `precheck`: that would
 * refuse clients which the change exempts.
 */
export function wrapFilter(
  filter: Filter,
  change: (examine: Examine) => Examine,
  overrides: Partial<Filter> = {},
): Filter {
  const methods: Partial<Record<Stage, Examine>> = {}
  for (const stage of stages) {
    const examine = filter[stage] as Examine | undefined
    if (examine !== undefined) methods[stage] = change((known, prior) => examine.call(filter, known, prior))
  }
  const { precheck: _, ...rest } = filter
  return { ...rest, ...overrides, ...methods } as Filter
}

function withoutConsequences(findings: Findings): Findings {
  if (!findings) return findings
  const list: readonly (Finding | Falsy)[] = Array.isArray(findings) ? findings : [findings as Finding]
  return list.map(finding => finding && asDryRun(finding))
}
