/** The doctor and real programs: clamd, Redis. */
import { expect, test } from 'vitest'
import { clamd } from '../../src/doctor/clamd.ts'
import { clock } from '../../src/doctor/clock.ts'
import { database } from '../../src/doctor/database.ts'
import { store } from '../../src/doctor/store.ts'
import { version } from '../../src/filters/clamav/clamd.ts'
import { emitWarning } from '../../src/model/services.ts'
import { databaseState } from '../../src/postgres/probe.ts'
import { redisClock } from '../../src/relay/checks/references.ts'
import { connectStore } from '../../src/relay/stores.ts'
import { startClamd } from '../support/clamd.ts'
import { startPostgres } from '../support/postgres.ts'
import { startRedis } from '../support/redis.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { look } from './look.ts'

test('a real clamd says its version; a database of our own has no date, which is unknown', {
  timeout: INSTALL_TIMEOUT,
}, async () => {
  await using server = await startClamd()
  const reply = await version({ path: server.socket }, AbortSignal.timeout(5_000))
  expect(reply).toMatch(/^ClamAV \d+\.\d+/)
  const ask = (signal: AbortSignal) => version({ host: server.host, port: server.port }, signal)
  const [found] = await look(clamd({ text: 'clamd', version: ask, isRequired: true, now: Date.now }))
  expect(found).toMatch(/^(?:unknown|warning|failed) clamd clamd: ClamAV /)
})

test('a real Redis keeps a value and tells the time; when it is gone, both say so', {
  timeout: INSTALL_TIMEOUT,
}, async () => {
  const redis = await startRedis()
  const config = { url: `redis://127.0.0.1:${redis.port}` }
  const stored = store({
    text: 'Redis',
    store: async () => {
      const { store: opened, close } = await connectStore({ redis: config }, emitWarning)
      return { store: opened, close }
    },
  })
  const timed = clock({ references: [redisClock(config)], synchronised: async () => undefined, now: Date.now })
  expect((await look(stored))[0]).toMatch(/^ok store Redis: it keeps a value/)
  expect((await look(timed))[0]).toMatch(/^ok clock the store: it differs from that of the store by \d\.\d s/)
  await redis[Symbol.asyncDispose]()
  expect((await look(stored))[0]).toMatch(/^failed store Redis: it does not answer/)
  expect((await look(timed))[0]).toMatch(/^unknown clock/)
})

test('a real PostgreSQL answers, a standby takes no writes, and without it the check fails and names no password', {
  timeout: INSTALL_TIMEOUT,
}, async () => {
  const server = await startPostgres()
  const check = database({ what: 'history', text: 'db', state: () => databaseState({ url: server.url }) })
  expect((await look(check))[0]).toMatch(/^ok history db: PostgreSQL \d+\.\d+.* answers in \d+ ms$/)
  const { now } = await databaseState({ url: server.url })
  expect(Math.abs(now - Date.now())).toBeLessThan(60_000)
  await server.query('alter system set default_transaction_read_only = on')
  await server.query('select pg_reload_conf()')
  await expect.poll(async () => (await look(check))[0], { timeout: 30_000 }).toMatch(/^failed .* takes no writes$/)
  await server[Symbol.asyncDispose]()
  const [found] = await look(check)
  expect(found).toMatch(/^failed history db: it does not answer: /)
  expect(found).not.toContain('secret')
})
