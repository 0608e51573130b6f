/** Deliveries under a name, which are done once: what was released from the quarantine, and our own mail. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Store } from '../../model/store.ts'
import type { Redeliver } from '../../quarantine/index.ts'
import { isDelivered } from './hop/answer.ts'
import type { Routes } from './routes.ts'
import type { Release, Target } from './target.ts'
import type { OwnMail } from './types.ts'

/** A release goes on for a quarter of an hour after a crash: for longer than that it is noted that it was done. */
const NOTED_MS = 30 * 86_400_000

export class OnceDeliveries {
  readonly #routes: Routes
  readonly #store: Store
  readonly #outside: Target | undefined

  /** @param outside where our own mail goes for which there is no route */
  constructor(routes: Routes, store: Store, outside: Target | undefined) {
    this.#routes = routes
    this.#store = store
    this.#outside = outside
  }

  readonly redeliver: Redeliver = ({ entry, name, size, open }) => {
    const { reversePath, recipient } = entry
    const target = this.#routes.find(recipient)?.target
    return this.#deliver(target, `released:${name}`, { reversePath, recipient, name, size, open })
  }

  readonly sendOwn = ({ recipient, name, content }: OwnMail): Promise<void> => {
    const digest = createHash('sha256').update(`${name}\0${recipient}`).digest('hex').slice(0, 40)
    const open = () => Readable.from([content], { objectMode: false })
    const release = { reversePath: '', recipient, name: `own.${digest}`, size: content.length, open }
    return this.#deliver(this.#routes.find(recipient)?.target ?? this.#outside, `own:${digest}`, release)
  }

  async #deliver(target: Target | undefined, key: string, release: Release): Promise<void> {
    if (target === undefined) throw new Error(`there is no route for ${release.recipient}; mail.nextHop can be one`)
    const [noted] = await this.#store.run([{ op: 'get', key }])
    if (noted !== undefined) return
    const answer = await target.release(release)
    const { code, status, text, said } = answer
    if (!isDelivered(answer)) throw new Error(`${code} ${status} ${text}${said ? `: ${said.text}` : ''}`)
    await this.#store.run([{ op: 'set', key, value: '1', ttl: NOTED_MS }])
  }
}
