/** `arc`: which hosts sealed this message on its way, and what they reported about it (RFC 8617). */
import { lazyReader, type Reading, reading } from '../../model/fact.ts'
import { lazyModule } from '../../model/lazy.ts'
import type { Arc } from './result.ts'

export type { Arc } from './result.ts'
export type { AuthenticationResults, MethodResult } from './results.ts'
export type { Sealer } from './seals.ts'

const none: Arc = { result: 'none', reason: 'there is no ARC chain', unknown: false, sealers: [], unsigned: [] }
const FIELDS = ['arc-seal', 'arc-message-signature', 'arc-authentication-results']
const nothing = { chunk: () => {}, end: () => none }

const readers = lazyModule(async () => (await import('./validator.ts')).arcReaders())

/**
 * The ARC chain of a message. A message without one costs no lookup.
 *
 * @example
 * const { result, sealers, reported } = await message.ask(facts.arc)
 */
export const arc: Reading<Arc> = reading('arc', message =>
  FIELDS.every(name => message.header.all(name).length === 0) ? nothing : lazyReader(readers(), make => make(message)),
)
