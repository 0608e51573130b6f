/** A gateway with its SMTP server on the loopback, its history, and a console that is served: for a real browser. */
import { join } from 'node:path'
import { Accounts } from '../../../src/console/accounts/accounts.ts'
import { Passwords } from '../../../src/console/accounts/password.ts'
import { Sessions } from '../../../src/console/accounts/sessions.ts'
import { type ConsoleSources, createConsole, serveConsole, sqliteRecords } from '../../../src/console/index.ts'
import { lists, senderLists } from '../../../src/filters/index.ts'
import { sqliteHistory } from '../../../src/history/index.ts'
import { EVENT_VERSION } from '../../../src/model/event-base.ts'
import type { Filter } from '../../../src/model/filter.ts'
import { systemClock } from '../../../src/model/services.ts'
import { memoryStore } from '../../../src/store/index.ts'
import { type FrontServer, frontServer } from '../../support/front-server.ts'
import { scratch } from '../../support/scratch.ts'

export interface WatchedGateway extends AsyncDisposable {
  readonly front: FrontServer
  readonly history: ReturnType<typeof sqliteHistory>
  readonly lists: ReturnType<typeof senderLists>
  /** Where the console is served. */
  readonly origin: string
  /** The value of the cookie of a new session. */
  readonly signIn: (role: 'admin' | 'operator' | 'viewer', domains?: readonly string[]) => Promise<string>
}

const COST = { cost: 16, blockSize: 1, parallelization: 1 }

/** @param sources what the console has besides the gateway's own */
export async function watchedGateway(
  filters: readonly Filter[],
  sources: ConsoleSources = {},
): Promise<WatchedGateway> {
  const folder = await scratch()
  const store = memoryStore()
  const history = sqliteHistory({ folder: join(folder.path, 'history'), notify: () => undefined })
  const own = senderLists({ store })
  const front = await frontServer({
    filters: [lists({ every: '100ms' }), ...filters],
    gateway: { store, events: event => history.append([event]) },
  })
  const records = sqliteRecords({ file: join(folder.path, 'console.db') })
  const opened = createConsole({
    name: 'mx.example.org',
    ...{ records, store },
    record: action => history.append([{ ...action, type: 'action', v: EVENT_VERSION, time: Date.now(), node: 'test' }]),
    notify: () => undefined,
    print: () => undefined,
    passwordCost: COST,
    sources: {
      history,
      lists: own,
      reputation: true,
      points: true,
      metrics: () => front.gateway.metrics(),
      ...sources,
    },
  })
  const served = await serveConsole(opened, { port: 0 })
  const accounts = new Accounts(records, systemClock, new Passwords(COST))
  const sessions = new Sessions(records, accounts, systemClock, { idle: 3_600_000, absolute: 3_600_000 })
  let number = 0
  return {
    ...{ front, history, lists: own, origin: `http://localhost:${served.port}` },
    signIn: async (role, domains) => {
      number += 1
      const name = `${role}-${number}`
      await accounts.add({ name, role, domains: domains ?? null, via: 'password', created: Date.now() })
      const { secret } = await sessions.begin({ name, via: 'password', address: '127.0.0.1', browser: 'test' })
      return secret
    },
    [Symbol.asyncDispose]: async () => {
      await opened.close()
      await served.close()
      await records.close()
      await front.close()
      await history.close()
      await folder.remove()
    },
  }
}
