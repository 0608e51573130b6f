/** Which filters stand in the relay, by its options. */
import { classify, greylist, knownSender, loadControl, recommended, reputation } from '../filters/index.ts'
import type { Filter } from '../index.ts'
import { arrivals } from './arrivals.ts'
import type { RelayOptions } from './config/options.ts'

export interface FilterOptions {
  readonly options: RelayOptions
  /** Our host name. */
  readonly name: string
  readonly scanner: readonly Filter[]
}

export function relayFilters({ options, name, scanner }: FilterOptions): readonly Filter[] {
  const { domains, workers, sessions } = options
  // Without a domain all mail is for us: nothing goes on to others, so nobody has to be kept from relaying.
  const ours = domains.length > 0 ? domains : [name]
  const standard = recommended({ domains: ours, own: [name], content: options.content })
  const basic = domains.length > 0 ? standard : standard.filter(filter => filter.name !== 'recipients')
  const remembering = [
    ...(options.reputation ? [reputation(), knownSender()] : []),
    ...(options.greylist ? [greylist()] : []),
    // Lessons are shared by the store, where there is one for all.
    ...(options.classifier ? [classify({ folder: options.classifier, shared: options.store.kind !== 'memory' })] : []),
  ]
  const most = Math.ceil(sessions / workers)
  const guarded = loadControl({
    filters: [...basic, ...remembering],
    // No virus comes in because we are busy, and the scanner has a queue of its own: it is only timed.
    expensive: scanner,
    skip: 'never',
    defer: 'never',
    admission: { max: most, min: Math.min(20, most) },
  })
  return [arrivals(), ...guarded]
}
