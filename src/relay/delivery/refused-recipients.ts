/** Recipients that the next hop refused only after it had the message, while others got it: the next try is refused. */
import { createHash } from 'node:crypto'
import type { Clock } from '../../model/services.ts'
import type { Store } from '../../model/store.ts'
import { memoryStore } from '../../store/memory.ts'
import type { HopAnswer } from './hop/answer.ts'

/** Long enough for the next tries of a client, and short enough for a mailbox that is made meanwhile. */
const KEPT_MS = 6 * 3_600_000
const MAX_ENTRIES = 10_000

export class RefusedRecipients {
  readonly #own: ReturnType<typeof memoryStore>
  /** The next try may reach another process. */
  readonly #shared: Store | undefined

  constructor(clock: Pick<Clock, 'monotonic'>, store: Store) {
    this.#own = memoryStore({ entries: MAX_ENTRIES, bytes: '8mb', clock })
    this.#shared = store.neverFails ? undefined : store
  }

  async remember(reversePath: string, forwardPath: string, { code, status, text }: HopAnswer): Promise<void> {
    const key = keyOf(reversePath, forwardPath)
    const note = { op: 'set', key, value: JSON.stringify({ code, status, text }), ttl: KEPT_MS } as const
    this.#own.run([note])
    await Promise.resolve(this.#shared?.run([note])).catch(() => undefined)
  }

  async find(reversePath: string, forwardPath: string): Promise<HopAnswer | undefined> {
    const look = [{ op: 'get', key: keyOf(reversePath, forwardPath) }] as const
    const [own] = this.#own.run(look)
    const found = own ?? (await this.#findShared(look))
    return found && (JSON.parse(found.value) as HopAnswer)
  }

  async #findShared(look: readonly [{ readonly op: 'get'; readonly key: string }]) {
    try {
      const [entry] = (await this.#shared?.run(look)) ?? []
      return entry
    } catch {
      // The next hop refuses it again.
      return undefined
    }
  }
}

const keyOf = (reversePath: string, forwardPath: string): string =>
  `refused:${createHash('sha256').update(`${reversePath}\n${forwardPath}`).digest('base64url')}`
