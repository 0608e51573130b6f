/** Deliveries under a name, which are done once: what was released from the quarantine, and our own mail. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { MaybePromise } from '../../model/maybe-promise.ts'
import type { Store } from '../../model/store.ts'
import type { Redeliver } from '../../quarantine/index.ts'
import { isDelivered } from './hop/answer.ts'
import type { Routes } from './routes.ts'
import type { Release, Target } from './target.ts'
import type { OwnMail } from './types.ts'

/** A release goes on for a quarter of an hour after a crash: for longer than that it is noted that it was done. */
const NOTED_MS = 30 * 86_400_000
/** Our own mail that a process is sending: after a crash another may send it so much later. */
const CLAIM_MS = 900_000
const [SENDING, DONE] = ['sending', '1']
/** Deliveries that this process remembers, whatever the store says. */
const MAX_REMEMBERED = 1_000

export class OnceDeliveries {
  readonly #routes: Routes
  readonly #store: Store
  readonly #outside: Target | undefined
  readonly #running = new Map<string, Promise<void>>()
  readonly #done = new Set<string>()

  /** @param outside where our own mail goes for which there is no route */
  constructor(routes: Routes, store: Store, outside: Target | undefined) {
    this.#routes = routes
    this.#store = store
    this.#outside = outside
  }

  readonly redeliver: Redeliver = ({ entry, name, size, open }) => {
    const { reversePath, recipient } = entry
    const target = this.#routes.find(recipient)?.target
    const key = `released:${name}`
    return this.#once(key, async () => {
      // Without the store it is unknown whether it was delivered: it stays held.
      const [noted] = await this.#store.run([{ op: 'get', key }])
      if (noted === undefined) await send(target, { reversePath, recipient, name, size, open })
    })
  }

  readonly sendOwn = ({ recipient, name, content }: OwnMail): Promise<void> => {
    const digest = createHash('sha256').update(`${name}\0${recipient}`).digest('hex').slice(0, 40)
    const key = `own:${digest}`
    const open = () => Readable.from([content], { objectMode: false })
    const target = this.#routes.find(recipient)?.target ?? this.#outside
    return this.#once(key, async () => {
      if (!(await this.#claim(key))) return
      try {
        await send(target, { reversePath: '', recipient, name: `own.${digest}`, size: content.length, open })
      } catch (error) {
        await attempt(() => this.#store.run([{ op: 'delete', key }]), undefined)
        throw error
      }
    })
  }

  /** A second call for the same name waits for the first delivery. */
  #once(key: string, deliver: () => Promise<void>): Promise<void> {
    if (this.#done.has(key)) return Promise.resolve()
    const running = this.#running.get(key)
    if (running !== undefined) return running
    const begun = this.#delivered(key, deliver).finally(() => this.#running.delete(key))
    this.#running.set(key, begun)
    return begun
  }

  async #delivered(key: string, deliver: () => Promise<void>): Promise<void> {
    await deliver()
    this.#done.add(key)
    const [oldest] = this.#done
    if (this.#done.size > MAX_REMEMBERED && oldest !== undefined) this.#done.delete(oldest)
    // It was delivered, also where that cannot be noted: as an error it would be delivered again.
    await attempt(() => this.#store.run([{ op: 'set', key, value: DONE, ttl: NOTED_MS }]), undefined)
  }

  /**
   * Of several processes one sends our own mail. Without the store each does: an alert says that it is down.
   *
   * @returns false where it was sent before
   */
  async #claim(key: string): Promise<boolean> {
    const claim = { op: 'add', key, value: SENDING, ttl: CLAIM_MS } as const
    const [entry] = await attempt(() => this.#store.run([claim]), [])
    if (entry === undefined || entry.added) return true
    if (entry.value === SENDING) throw new Error('another process sends this mail at this moment: it is tried again')
    return false
  }
}

/** What the store answers; `otherwise` where it does not. */
async function attempt<T, U>(ask: () => MaybePromise<T>, otherwise: U): Promise<T | U> {
  try {
    return await ask()
  } catch {
    return otherwise
  }
}

async function send(target: Target | undefined, release: Release): Promise<void> {
  if (target === undefined) throw new Error(`there is no route for ${release.recipient}; mail.nextHop can be one`)
  const answer = await target.release(release)
  const { code, status, text, said } = answer
  if (!isDelivered(answer)) throw new Error(`${code} ${status} ${text}${said ? `: ${said.text}` : ''}`)
}
