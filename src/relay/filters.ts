/** The filters of the relay, from its configuration. */

import type { ClassifyOptions } from '../filters/classify/options.ts'
import {
  access,
  classify,
  dnsbl,
  greylist,
  type IsValid,
  knownSender,
  lists as listsOfStore,
  loadControl,
  opinion,
  type RecommendedOptions,
  recommended,
  reputation,
  traps,
  uribl,
} from '../filters/index.ts'
import { PosternError, type Problem } from '../model/errors.ts'
import type { Filter } from '../model/filter.ts'
import { type ArrivalsOptions, arrivals } from './arrivals.ts'
import type { RelayOptions } from './config/options.ts'
import type { FilterConfig } from './config/types.ts'
import type { Delivery } from './delivery/types.ts'
import type { KeptFilters } from './kept-filters.ts'
import { greylistBounds } from './policy.ts'

export interface FilterParts {
  readonly options: RelayOptions
  readonly delivery: Pick<Delivery, 'domains' | 'isKnown'>
  /** The virus scanner, and what else is expensive. */
  readonly scanner: readonly Filter[]
  /** Filters that live on when the configuration is read again. */
  readonly kept: KeptFilters
  /**
   * What this process does with what people say. `keep`: it learns, and writes snapshots. `learn`: another process
   * writes them. `pass`: it sees no mail, and hands it to the others. @default 'keep'
   */
  readonly training?: 'keep' | 'learn' | 'pass'
  /** Where the forecast of arrivals is kept. @default nowhere */
  readonly forecast?: ArrivalsOptions
}

/** @throws PosternError with every problem; paths are those of the configuration */
export function relayFilters(parts: FilterParts): readonly Filter[] {
  const { options, delivery, scanner, kept, forecast = {} } = parts
  const { workers, filters, lists, ownFilters, authservId } = options
  const { domains } = delivery
  const { reputation: record, knownSender: correspondents, greylist: grey, lists: stored } = filters
  const { dnsbl: addressLists, uribl: domainLists } = filters
  const { content = true, ...standard } = standardOf(filters)
  const problems: Problem[] = []
  const attempt: Attempt = (path, make) => {
    try {
      return make()
    } catch (error) {
      if (!(error instanceof PosternError)) throw error
      problems.push(...error.problems.map(problem => relocated(problem, path)))
      return undefined
    }
  }
  // Without a domain all mail is for us: nothing is relayed, and every recipient is ours.
  const ours = domains.length > 0 ? domains : [authservId]
  const own = [...new Set([options.name.replace(/^\[(?:IPv6:)?|\]$/gi, ''), authservId])]
  // The filter counts the unknown recipients of a client, whatever source knows them.
  const valid: IsValid = (_address, { forwardPath, reversePath, utf8 }) =>
    delivery.isKnown({ forwardPath, reversePath, utf8 })
  const { recipients: given = {} } = standard
  const known = given === false ? false : { valid, ...given }
  const basic =
    attempt('filters', () => recommended({ domains: ours, own, content, ...standard, recipients: known })) ?? []
  const made = [
    ...(domains.length > 0 ? basic : basic.filter(filter => filter.name !== 'recipients')),
    stored !== false && attempt('filters.lists', () => listsOfStore(optionsOf(stored))),
    lists && attempt('lists', () => access(lists)),
    record !== false && attempt('filters.reputation', () => reputation(optionsOf(record))),
    correspondents !== false && attempt('filters.knownSender', () => knownSender(optionsOf(correspondents))),
    attempt('filters.greylist', () => greylistOf(grey, options)),
    addressLists && attempt('filters.dnsbl', () => dnsbl(addressLists)),
    domainLists && attempt('filters.uribl', () => uribl(domainLists)),
    ...learning(parts, attempt),
    ...ownFilters,
  ].filter(filter => typeof filter === 'object')
  const max = Math.ceil(options.load.sessions / workers)
  const { forecast: ahead, ...arrived } = kept.keep('arrivals', {}, () => arrivals(forecast))
  const { admission = {}, recentlyRefused = {}, sessions: _sessions, ...shedding } = options.load
  const controlled = attempt('load', () =>
    loadControl({
      filters: made,
      // Under load no message passes unscanned, and the scanner has its own queue: its latency is measured alone.
      expensive: scanner,
      skip: 'never',
      defer: 'never',
      ...shedding,
      admission: { max, min: Math.min(20, max), ...admission, forecast: ahead },
      recentlyRefused,
    }),
  )
  if (problems.length > 0) throw new PosternError(problems)
  return [arrived, ...(controlled ?? [])]
}

/** Greylisting by its own options, or between the thresholds of the policy. */
function greylistOf(given: FilterConfig['greylist'], { thresholds, policies }: RelayOptions): Filter | false {
  const bounds = greylistBounds(thresholds, policies)
  if (bounds === undefined) return given !== undefined && given !== false && greylist(optionsOf(given))
  const own = optionsOf(given) ?? {}
  const double = (['from', 'to', 'bounds', 'at'] as const).filter(key => own[key] !== undefined)
  if (double.length > 0) {
    const expected = 'no from, to, bounds and at beside thresholds.greylist, which says when mail is deferred'
    const remedy = 'remove them, or remove greylist from thresholds and policies'
    throw new PosternError([{ path: 'greylist', found: double.join(', '), expected, remedy }])
  }
  return greylist({ ...own, at: 'both', bounds })
}

/** The filters of `recommended`; the others are made one by one. */
function standardOf(filters: RelayOptions['filters']): Omit<RecommendedOptions, 'domains' | 'own'> {
  const { reputation: _1, knownSender: _2, greylist: _3, classify: _4, traps: _5, opinion: _6, ...rest } = filters
  const { lists: _7, dnsbl: _8, uribl: _9, clamav: _10, ...standard } = rest
  return standard
}

/** Makes a filter, or takes down what is wrong with its options. */
type Attempt = <T>(path: string, make: () => T) => T | undefined

/** What learns from people, and what asks a function of the operator. */
function learning(parts: FilterParts, attempt: Attempt): readonly (Filter | false | undefined)[] {
  const { classify: classifier, traps: trapped, opinion: asked } = parts.options.filters
  return [
    classifier && attempt('filters.classify', () => classifierOf(classifier, parts)),
    trapped && attempt('filters.traps', () => traps(trapped)),
    asked && attempt('filters.opinion', () => opinion({ ...betweenThresholds(parts.options), ...asked })),
  ]
}

/** The scores for which an opinion changes something; beyond them nothing is asked. */
function betweenThresholds({ thresholds }: RelayOptions): { readonly from: number; readonly below: number } {
  const { quarantine = 6, reject = 15, tag = 4 } = thresholds
  const from = tag === 'off' ? Math.max(quarantine - MAX_OPINION, 0) : Math.min(tag, quarantine)
  return { from, below: Math.min(quarantine + MAX_OPINION, reject) }
}

/** Points that an opinion gives at most. */
const MAX_OPINION = 3

function classifierOf(given: ClassifyOptions, { options, kept, training = 'keep' }: FilterParts): Filter | undefined {
  // Examples are shared by the store, where there is one for all.
  const { shared = options.store !== 'memory', ...rest } = given
  // The mail processes do not look for what this one would say.
  if (training === 'pass' && !shared) return undefined
  const all = { ...rest, shared, writes: training === 'keep', judges: training !== 'pass' }
  return kept.keep('classify', all, () => classify(all))
}

const optionsOf = <T extends object>(given: T | boolean | undefined): T | undefined =>
  typeof given === 'object' ? given : undefined

const FACTORY =
  /^(?:recommended|access|reputation|knownSender|greylist|classify|traps|opinion|lists|dnsbl|uribl|loadControl)(?=[.[]|$)\.?/

/** A factory names its own options: `greylist.wait`; the configuration has them below `filters`. */
function relocated(problem: Problem, path: string): Problem {
  const inner = problem.path.replace(FACTORY, '')
  const where = inner === '' || inner.startsWith('[') ? `${path}${inner}` : `${path}.${inner}`
  return { ...problem, path: where, remedy: problem.remedy.replace(problem.path, where) }
}
