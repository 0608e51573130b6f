/** Records of the console in a real PostgreSQL: a session holds on every node. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Accounts } from '../../src/console/accounts/accounts.ts'
import { Sessions } from '../../src/console/accounts/sessions.ts'
import { postgresRecords } from '../../src/console/index.ts'
import { clock } from '../../src/testing/clock.ts'
import { type RealPostgres, startPostgres } from '../support/postgres.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { recordsContract } from './records.ts'

let server: RealPostgres
let schema = ''
let schemas = 0

beforeAll(async () => {
  server = await startPostgres()
}, INSTALL_TIMEOUT)
afterAll(async () => await server.stop())
beforeEach(() => {
  schemas += 1
  schema = `console_${schemas}`
})

const open = (hand: { now: () => number } = clock({ now: 1_000_000 })) =>
  postgresRecords({ url: server.url, schema, clock: hand, timeout: '5s' })

recordsContract(open)

test('a session that began on one node holds on the other, until one of them ends it', async () => {
  const hand = clock({ now: 1_000_000 })
  const nodes = [open(hand), open(hand)].map(records => {
    const accounts = new Accounts(records, hand)
    return { records, accounts, sessions: new Sessions(records, accounts, hand, { idle: 60_000, absolute: 600_000 }) }
  })
  const [one, other] = nodes
  await one?.accounts.add({ name: 'ann', role: 'viewer', domains: null, via: 'password', created: hand.now() })
  const begun = await one?.sessions.begin({ name: 'ann', via: 'password', address: '192.0.2.1', browser: 'test' })
  expect(await other?.sessions.find(begun?.secret ?? '')).toMatchObject({ account: { name: 'ann' } })
  await other?.sessions.end(begun?.id ?? '')
  expect(await one?.sessions.find(begun?.secret ?? '')).toBeUndefined()
  for (const { records } of nodes) await records.close()
})
