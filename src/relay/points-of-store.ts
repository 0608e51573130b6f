/** Points that administrators edit in the console: read from the shared store, and put in place of those of filters. */
import { editedPoints } from '../console/points/edited-points.ts'
import type { Client } from '../engine/client.ts'
import type { Gateway } from '../engine/gateway.ts'
import type { Finding } from '../model/finding.ts'
import { type Clock, warnOnThrow } from '../model/services.ts'
import type { Store } from '../model/store.ts'

const INTERVAL_MS = 5_000

/** Looks for changes every five seconds. While the store is down the last points stay. */
export class PointsOfStore {
  readonly #store: Store
  readonly #clock: Clock
  #points: ReadonlyMap<string, number> = new Map()
  #cancel = (): void => undefined
  #isClosed = false

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** Settles after the first look. Never rejects. */
  async start(): Promise<void> {
    await this.#read()
    if (this.#isClosed) return
    this.#cancel = this.#clock.after(
      INTERVAL_MS,
      warnOnThrow('points', () => void this.start()),
    )
  }

  close(): void {
    this.#isClosed = true
    this.#cancel()
  }

  /** The same gateway, whose sessions take these points. */
  appliedTo(gateway: Gateway): Gateway {
    return { ...gateway, open: (client, services) => gateway.open(this.#with(client), services) }
  }

  #with(client: Client): Client {
    if (this.#points.size === 0) return client
    const { overrides = {} } = client
    const { transformFinding: next } = overrides
    // One session is judged by one version of the points.
    const points = this.#points
    const transformFinding = (finding: Finding): Finding | undefined => {
      const edited = finding.points === undefined ? undefined : points.get(finding.rule ?? '')
      const changed = edited === undefined ? finding : { ...finding, points: edited }
      return next === undefined ? changed : next(changed)
    }
    return { ...client, overrides: { ...overrides, transformFinding } }
  }

  async #read(): Promise<void> {
    try {
      const edited = await editedPoints(this.#store)
      this.#points = new Map(edited.map(({ rule, points }) => [rule, points]))
    } catch {
      // The store says itself that it is down.
    }
  }
}
