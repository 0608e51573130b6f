/** The result of the fact `arc`. */
import type { UnsignedField } from '../dkim/result.ts'
import type { AuthenticationResults } from './results.ts'
import type { Sealer } from './seals.ts'

/** The result of an ARC chain. It proves only who sealed; their reports are worth as much as they are trusted. */
export interface Arc {
  /** Whether the chain verifies (RFC 8617 §5.2). */
  readonly result: 'none' | 'pass' | 'fail'
  /** A sentence for the operator. */
  readonly reason: string
  /** Whether it fails only because the lookup of a key failed, so that it may pass later. */
  readonly unknown: boolean
  /** The sealers of a chain that passes, the oldest first. */
  readonly sealers: readonly Sealer[]
  /** Fields that may have been added after the newest seal: a second Subject, an unsigned Content-Type. */
  readonly unsigned: readonly UnsignedField[]
  /** The results that the newest sealer of a chain that passes reported when it received the message. */
  readonly reported?: AuthenticationResults
}
