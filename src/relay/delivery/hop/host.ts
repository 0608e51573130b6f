/** One host of a next hop: its connections, bounded and reused, and its health. */
import type { LoadMeter } from '../../../model/load.ts'
import type { Clock } from '../../../model/services.ts'
import { busy, type HopAnswer, unwilling } from './answer.ts'
import { HopConnection } from './connection.ts'
import type { Deadline } from './deadline.ts'
import { HopFailure } from './failure.ts'
import { HostHealth } from './health.ts'
import type { HopSettings, HostSettings } from './settings.ts'

export interface HostServices {
  readonly clock: Clock
  readonly load: Pick<LoadMeter, 'adjust' | 'hasDescriptor'>
}

interface Waiting {
  readonly proceed: () => void
  readonly cancelTimeout: () => void
}

/** Deliveries that wait for a connection, for each connection that there may be. */
const MAX_WAITING_FACTOR = 10
const RESET_MS = 10_000
/** How long a host's own limit of connections is kept to, once it has turned a further connection away. */
const LIMIT_MS = 60_000

export class Host {
  readonly settings: HostSettings
  readonly health: HostHealth
  /** Why it is away. */
  lastFailure: HopFailure | undefined
  readonly #hop: HopSettings
  readonly #services: HostServices
  readonly #idle: { readonly connection: HopConnection; readonly cancelTimeout: () => void }[] = []
  readonly #waiting: Waiting[] = []
  #open = 0
  /** What the host itself allows, and until when we believe it. */
  #limit: { readonly max: number; readonly until: number } | undefined
  #isClosed = false

  constructor(settings: HostSettings, hop: HopSettings, services: HostServices) {
    this.settings = settings
    this.#hop = hop
    this.#services = services
    this.health = new HostHealth(services.clock)
  }

  get connections(): number {
    return this.#open
  }

  get idle(): number {
    return this.#idle.length
  }

  /**
   * Runs `use` on a connection. Where a reused connection turns out to be broken before anything of the message was
   * sent, `use` runs once more on a new one.
   *
   * @throws HopFailure
   */
  async with<T>(deadline: Deadline, use: (connection: HopConnection) => Promise<T>): Promise<T> {
    const reused = await this.#takeIdle()
    if (reused !== undefined) {
      try {
        const value = await this.#run(reused, use)
        this.health.succeeded()
        return value
      } catch (error) {
        if (!(error instanceof HopFailure) || error.kind !== 'connection') throw error
      }
    }
    return await this.#run(await this.#connect(deadline), use)
  }

  close(): void {
    this.#isClosed = true
    for (const { connection, cancelTimeout } of this.#idle.splice(0)) {
      cancelTimeout()
      connection.quit()
    }
    for (const waiting of this.#waiting.splice(0)) waiting.proceed()
  }

  async #run<T>(connection: HopConnection, use: (connection: HopConnection) => Promise<T>): Promise<T> {
    try {
      return await use(connection)
    } finally {
      this.#release(connection)
    }
  }

  async #takeIdle(): Promise<HopConnection | undefined> {
    for (let entry = this.#idle.pop(); entry !== undefined; entry = this.#idle.pop()) {
      entry.cancelTimeout()
      if ((await entry.connection.wasReset) && entry.connection.isReusable) return entry.connection
      entry.connection.destroy()
    }
    return undefined
  }

  get #maxConnections(): number {
    const { maxConnections } = this.#hop
    if (this.#limit === undefined || this.#services.clock.monotonic() >= this.#limit.until) return maxConnections
    return Math.min(maxConnections, this.#limit.max)
  }

  async #connect(deadline: Deadline): Promise<HopConnection> {
    while (!this.#isClosed && this.#open >= this.#maxConnections) {
      const idle = await this.#takeIdle()
      if (idle !== undefined) return idle
      await this.#slot(deadline)
    }
    if (this.#isClosed || !this.#services.load.hasDescriptor('delivery')) throw new HopFailure('us', busy)
    this.#adjust(1)
    try {
      const connection = await HopConnection.open(this.settings, this.#hop, deadline)
      connection.socket.once('end', () => this.#drop(connection))
      connection.socket.once('close', () => {
        this.#drop(connection)
        this.#adjust(-1)
      })
      this.health.succeeded()
      return connection
    } catch (error) {
      this.#adjust(-1)
      if (!(error instanceof HopFailure) || error.kind !== 'host') throw error
      // A host that serves our other connections has its own limit: this delivery waits for one of them.
      if (error.answer === unwilling && this.#open > 0 && !deadline.isOver) {
        this.#limit = { max: this.#open, until: this.#services.clock.monotonic() + LIMIT_MS }
        return await this.#connect(deadline)
      }
      this.health.failed()
      this.lastFailure = error
      throw error
    }
  }

  #adjust(by: number): void {
    this.#open += by
    this.#services.load.adjust('descriptors', by)
    if (by < 0) this.#proceedNext()
  }

  /** Waits until a connection has ended or is idle. */
  async #slot(deadline: Deadline): Promise<void> {
    if (this.#waiting.length >= this.#hop.maxConnections * MAX_WAITING_FACTOR) throw new HopFailure('us', busy)
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = {
        proceed: () => {
          waiting.cancelTimeout()
          resolve()
        },
        cancelTimeout: this.#services.clock.after(deadline.atMost(this.#hop.timeouts.command), () => {
          this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
          reject(new HopFailure('us', busy))
        }),
      }
      this.#waiting.push(waiting)
    })
  }

  #proceedNext(): void {
    this.#waiting.shift()?.proceed()
  }

  #release(connection: HopConnection): void {
    const isWorn = connection.messages >= this.#hop.maxMessages || this.#hop.idleMs === 0
    if (this.#isClosed || isWorn || !connection.isReusable) {
      connection.quit()
      return
    }
    if (connection.needsReset) connection.reset(RESET_MS)
    this.#keep(connection)
  }

  #keep(connection: HopConnection): void {
    const cancelTimeout = this.#services.clock.after(this.#hop.idleMs, () => this.#drop(connection))
    this.#idle.push({ connection, cancelTimeout })
    this.#proceedNext()
  }

  #drop(connection: HopConnection): void {
    const index = this.#idle.findIndex(entry => entry.connection === connection)
    if (index === -1) return
    this.#idle.splice(index, 1)[0]?.cancelTimeout()
    connection.quit()
  }
}

/** The reply while a host is away: why it was left alone. */
export const answerWhileAway = ({ lastFailure }: Host): HopAnswer | undefined => lastFailure?.answer
