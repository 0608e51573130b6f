/**
 * `dkim`: verifies the signatures of a message (RFC 6376, RFC 8301, RFC 8463, RFC 8616). Body hashes are computed in
 * the one pass over the message, while DNS is asked for the keys.
 */
import { lazyReader, type Reading, reading } from '../../model/fact.ts'
import { lazyModule } from '../../model/lazy.ts'
import type { Dkim } from './result.ts'

export type { Dkim, DkimResult, DkimSignature, UnsignedField } from './result.ts'

/** How much of a message the fact `dkim` looks at. */
export interface DkimLimits {
  /** How many signatures are verified, at most 10; the others are counted as ignored. @default 5 */
  readonly signatures?: number
}

/** The fact `dkim` with another limit. Create it once and ask for the same fact everywhere. */
export function dkimWithin({ signatures = 5 }: DkimLimits = {}): Reading<Dkim> {
  const max = Math.max(1, Math.min(10, Math.floor(signatures)))
  const readers = lazyModule(async () => (await import('./verifier.ts')).dkimReaders(max))
  return reading('dkim', message =>
    message.header.all('dkim-signature').length === 0 ? nothing : lazyReader(readers(), make => make(message)),
  )
}

/**
 * The signatures of the message, up to five. A failing signature means no more than a missing one (RFC 6376 §6.1).
 *
 * @example
 * const { signatures } = await message.ask(facts.dkim)
 * const domains = signatures.filter(({ result, partial }) => result === 'pass' && !partial).map(({ domain }) => domain)
 */
export const dkim: Reading<Dkim> = dkimWithin()

const nothing = { chunk: () => {}, end: (): Dkim => ({ result: 'none', signatures: [], ignored: 0 }) }
