/**
 * Recipients that the next hop refused only after it had the message, while others got it: the next try refuses them.
 */

import type { Clock } from '../../model/services.ts'
import { memoryStore } from '../../store/memory.ts'
import type { HopAnswer } from './hop/answer.ts'

/** Long enough for the next tries of a client, and short enough for a mailbox that is made meanwhile. */
const KEPT_MS = 6 * 3_600_000
const MAX_ENTRIES = 10_000

export class RefusedRecipients {
  readonly #kept: ReturnType<typeof memoryStore>

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#kept = memoryStore({ entries: MAX_ENTRIES, bytes: '8mb', clock })
  }

  remember(reversePath: string, forwardPath: string, { code, status, text }: HopAnswer): void {
    const value = JSON.stringify({ code, status, text })
    this.#kept.run([{ op: 'set', key: keyOf(reversePath, forwardPath), value, ttl: KEPT_MS }])
  }

  find(reversePath: string, forwardPath: string): HopAnswer | undefined {
    const [entry] = this.#kept.run([{ op: 'get', key: keyOf(reversePath, forwardPath) }])
    return entry && (JSON.parse(entry.value) as HopAnswer)
  }
}

const keyOf = (reversePath: string, forwardPath: string): string => `${reversePath}\n${forwardPath}`
