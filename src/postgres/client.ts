/**
 * The client of PostgreSQL. It belongs into a thread (`decisions/031-history.md`): where a connection closes at the
 * wrong moment, the package `postgres` throws from a timer, which would end the process with all its sessions.
 */
import type { Sql as Driver } from 'postgres'
import { failureOf, PostgresFailure } from './failure.ts'
import type { PostgresPlace } from './options.ts'

/** Runs statements: by any connection, or by that of a transaction. */
export interface Sql {
  /** Runs one statement, and returns its rows. Rejects with a {@link PostgresFailure}. */
  query<T extends object = object>(text: string, values?: readonly unknown[]): Promise<readonly T[]>
}

/** What both the driver and a transaction of it can do. */
interface Statements {
  unsafe(text: string, values?: never[], options?: { prepare?: boolean }): PromiseLike<readonly unknown[]>
}

export class PostgresClient implements Sql {
  readonly #place: PostgresPlace
  readonly #application: string
  readonly #secrets: readonly string[]
  #driver: Promise<Driver> | undefined
  #isClosed = false

  /** Connects with the first statement. @param application shown in pg_stat_activity */
  constructor(place: PostgresPlace, application: string) {
    this.#place = place
    this.#application = application
    this.#secrets = secretsOf(place.url)
  }

  query<T extends object = object>(text: string, values: readonly unknown[] = []): Promise<readonly T[]> {
    return this.#run(async driver => await rowsOf<T>(driver, text, values))
  }

  /** Commits what `work` does, or nothing of it. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#run(async driver => {
      let result: { readonly value: T } | undefined
      await driver.begin(async transaction => {
        const sql: Sql = {
          query: <R extends object>(text: string, values: readonly unknown[] = []) =>
            rowsOf<R>(transaction, text, values),
        }
        result = { value: await work(sql) }
      })
      if (result === undefined) throw new Error('the transaction has ended without a result')
      return result.value
    })
  }

  /** Ends all connections; statements that still run fail. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#reset()
  }

  async #run<T>(work: (driver: Driver) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new PostgresFailure('away', 'the client is closed')
    const late = Promise.withResolvers<never>()
    // The server ends a statement by itself; this is for a server that does not answer at all.
    const timer = setTimeout(() => {
      late.reject(new PostgresFailure('away', `no answer within ${this.#place.timeout + GRACE_MS} ms`))
      void this.#reset()
    }, this.#place.timeout + GRACE_MS)
    try {
      this.#driver ??= this.#open()
      const working = work(await this.#driver)
      working.catch(() => undefined)
      return await Promise.race([working, late.promise])
    } catch (error) {
      // A failure of opening is not kept.
      if (await isRejected(this.#driver)) this.#driver = undefined
      throw failureOf(error, this.#secrets)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Leaves all connections as they are; the next statement begins anew. */
  async #reset(): Promise<void> {
    const driver = this.#driver
    this.#driver = undefined
    await driver?.then(opened => opened.end({ timeout: 0 })).catch(() => undefined)
  }

  async #open(): Promise<Driver> {
    const { url, schema, connections, timeout, tls } = this.#place
    const connect = await load()
    const { url: address, host } = addressOf(url)
    return connect(address, {
      ...(host !== undefined && { host }),
      max: connections,
      connect_timeout: Math.ceil(timeout / 1_000),
      idle_timeout: IDLE_SECONDS,
      ssl: tls === false ? false : { rejectUnauthorized: true, ...(tls !== true && { ca: tls.ca }) },
      onnotice: () => undefined,
      connection: {
        application_name: this.#application,
        search_path: schema,
        statement_timeout: timeout,
        idle_in_transaction_session_timeout: timeout,
      },
    })
  }
}

const isRejected = async (opening: Promise<unknown> | undefined): Promise<boolean> => {
  try {
    await opening
    return false
  } catch {
    return true
  }
}

/** How much later than the server this side gives up. */
const GRACE_MS = 2_000
const IDLE_SECONDS = 300

async function rowsOf<T extends object>(on: Statements, text: string, values: readonly unknown[]) {
  return (await on.unsafe(text, values as never[], { prepare: false })) as readonly T[]
}

async function load() {
  try {
    return (await import('postgres')).default
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && /MODULE_NOT_FOUND/.test(String(error.code))
    if (!isMissing) throw error
    throw new PostgresFailure('refused', 'PostgreSQL needs the package postgres: npm install postgres')
  }
}

/** A socket stands in `host` of the query, as for other programs. */
function addressOf(url: string): { readonly url: string; readonly host?: string } {
  const parsed = new URL(url)
  const host = parsed.searchParams.get('host')
  if (host === null) return { url }
  parsed.searchParams.delete('host')
  return { url: parsed.href, host }
}

/** The password, as it stands in the URL and as it is meant. */
function secretsOf(url: string): readonly string[] {
  const { password } = new URL(url)
  return password === '' ? [] : [password, decodeURIComponent(password)]
}
