/** Checks a configuration as far as that is possible without starting it: options, filters, lists, policies, DNS. */
import { resolver } from '../../dns/index.ts'
import { PosternError, type Problem } from '../../model/errors.ts'
import { wrongFilters } from '../../model/filter-check.ts'
import { relayFilters } from '../filters.ts'
import { KeptFilters } from '../kept-filters.ts'
import { relayPolicy } from '../policy.ts'
import { configuredScanner } from '../scanner.ts'
import { loadSources } from './load.ts'
import { type Effective, effective, type RelayOptions, type Sources } from './options.ts'
import type { RelayConfig } from './types.ts'

/** @throws PosternError with every mistake */
export async function checkConfiguration(sources: Sources): Promise<Effective> {
  const config = await loadSources(sources)
  let made: Effective
  try {
    made = effective(config, sources)
  } catch (error) {
    if (!(error instanceof PosternError)) throw error
    throw new PosternError([...error.problems, ...problemsBeside(error.problems, config)])
  }
  const problems = problemsOf(made.options)
  if (problems.length > 0) throw new PosternError(problems)
  return made
}

/** Made by factories, which check their options when they are called. */
const FACTORIES = ['filters', 'lists', 'load', 'thresholds', 'policies', 'ownFilters', 'dns'] as const

/** What is wrong with filters and policies, where other options are wrong, too. */
function problemsBeside(known: readonly Problem[], config: RelayConfig): readonly Problem[] {
  const wrong = new Set(known.map(({ path }) => /^\w+/.exec(path)?.[0]))
  const right = FACTORIES.filter(key => !wrong.has(key) && config[key] !== undefined)
  const rest = Object.fromEntries(right.map(key => [key, config[key]]))
  return problemsOf(effective(rest, { args: [], environment: {} }).options)
}

/** What shows only when filters, policies and clients of services are made of the options. */
function problemsOf(options: RelayOptions): readonly Problem[] {
  const { filters, ownFilters, thresholds, policies, dns } = options
  const domains = options.routes.flatMap(route => route.domains ?? [])
  const delivery = { domains, isKnown: () => Promise.resolve(true) }
  const attempts: readonly (() => unknown)[] = [
    () => filters.clamav && configuredScanner(filters.clamav),
    () => relayFilters({ options: { ...options, ownFilters: [] }, delivery, scanner: [], kept: new KeptFilters() }),
    () => relayPolicy(thresholds, policies),
    () => dns.length > 0 && resolver({ servers: dns }),
  ]
  return [...attempts.flatMap(attempt => problemsWhen(attempt)), ...wrongFilters(ownFilters, 'ownFilters')]
}

function problemsWhen(attempt: () => unknown): readonly Problem[] {
  try {
    attempt()
    return []
  } catch (error) {
    if (error instanceof PosternError) return error.problems
    throw error
  }
}
