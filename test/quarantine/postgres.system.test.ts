/** Quarantine in PostgreSQL: the contract of every quarantine, and what several nodes demand. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Notice } from '../../src/model/services.ts'
import { type PostgresQuarantineOptions, postgresQuarantine, type Quarantine } from '../../src/quarantine/index.ts'
import { clock } from '../../src/testing/index.ts'
import { type RealPostgres, startPostgres } from '../support/postgres.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { action, held, idOf, KEY, quarantineContract, textOf } from './contract.ts'

let server: RealPostgres
let schemas = 0
let schema: string
let notices: Notice[]
let delivered: string[]
const open: Quarantine[] = []

beforeAll(async () => {
  server = await startPostgres()
}, INSTALL_TIMEOUT)
afterAll(async () => await server.stop())
beforeEach(() => {
  notices = []
  delivered = []
  schemas += 1
  schema = `held_${schemas}`
})
afterEach(async () => {
  for (const quarantine of open.splice(0)) await quarantine.close()
})

function nodeWith(options: Partial<PostgresQuarantineOptions> = {}): Quarantine {
  const quarantine = postgresQuarantine({
    ...{ url: server.url, schema, timeout: '5s' },
    notify: notice => notices.push(notice),
    deliver: async ({ name, open: opened }) => {
      await textOf(opened())
      delivered.push(name)
    },
    ...options,
  })
  open.push(quarantine)
  return quarantine
}

const keptIds = async () =>
  (await server.query(`SELECT DISTINCT message FROM ${schema}.held_chunks ORDER BY 1`)).map(({ message }) => message)

quarantineContract({
  open: options => postgresQuarantine({ ...options, url: server.url, schema }),
  kept: async () => (await keptIds()).map(String),
})

describe('several nodes', () => {
  test('release a message once, however many are asked at the same time', async () => {
    const nodes = Array.from({ length: 3 }, () => nodeWith())
    const id = await idOf(nodes[0] as Quarantine)
    const asked = nodes.flatMap(node => [node.release(action(id)), node.release(action(id))])
    const kinds = (await Promise.all(asked)).map(({ kind }) => kind)
    expect(kinds.filter(kind => kind === 'done')).toHaveLength(1)
    expect(delivered).toHaveLength(1)
    for (const node of nodes) expect(await node.release(action(id))).toEqual({ kind: 'done-before', state: 'released' })
  })

  test('cannot both take the last room', async () => {
    const nodes = Array.from({ length: 4 }, () => nodeWith({ each: { messages: 3 } }))
    const results = await Promise.all(nodes.flatMap(node => [node.hold(held()), node.hold(held())]))
    expect(results.filter(({ kind }) => kind === 'held')).toHaveLength(3)
    expect(await nodes[0]?.usage()).toMatchObject({ messages: 3 })
    expect(await keptIds()).toHaveLength(3)
  })

  test('hold, decide and tidy at the same time without waiting for each other', async () => {
    const nodes = Array.from({ length: 3 }, () => nodeWith({ undo: '1m' }))
    const recipients = ['bob@example.org', 'eve@example.org', 'carl@example.org']
    await Promise.all(
      nodes.map(async (node, turn) => {
        for (let index = 0; index < 15; index += 1) {
          const order = recipients.map((_, at) => recipients[(at + turn) % 3] ?? '')
          const id = await idOf(node, { recipients: order })
          for (const recipient of order) await node.delete(action(id, { recipient }))
          await node.tidy()
        }
      }),
    )
    expect(notices).toEqual([])
    expect((await nodes[0]?.list({ state: 'deleted', limit: 500 }))?.entries).toHaveLength(135)
    expect(await server.query(`SELECT * FROM ${schema}.held_names`)).toEqual([])
  })

  test('go on with a release whose node has crashed, one of them, under the same name', async () => {
    const hand = clock({ now: Date.UTC(2026, 10, 29) })
    const names: string[] = []
    let isHanging = true
    const deliver: PostgresQuarantineOptions['deliver'] = async ({ name }) => {
      names.push(name)
      if (isHanging) await new Promise(() => undefined)
    }
    const crashed = nodeWith({ clock: hand, deliver })
    const id = await idOf(crashed)
    void crashed.release(action(id))
    await expect.poll(() => names.length).toBe(1)
    isHanging = false
    const others = [nodeWith({ clock: hand, deliver }), nodeWith({ clock: hand, deliver })]
    await hand.advance(1_000_000)
    await Promise.all(others.map(other => other.tidy()))
    expect(names).toEqual([names[0], names[0]])
    expect(await others[1]?.release(action(id))).toEqual({ kind: 'done-before', state: 'released' })
  })
})

describe('a server that goes away', () => {
  test('is reported, and nothing is said to be held that is not', async () => {
    const node = nodeWith({ timeout: '500ms' })
    const id = await idOf(node)
    await node.tidy()
    await server.kill()
    await expect(node.hold(held())).rejects.toThrow()
    expect(notices).toMatchObject([{ code: 'quarantine/failed', reason: expect.stringContaining('cannot be held') }])
    await server.start()
    expect((await node.list()).entries.map(entry => entry.id)).toEqual([id])
    expect((await node.hold(held())).kind).toBe('held')
    expect(await node.release(action(id))).toEqual({ kind: 'done' })
  })

  test('in the middle of a message leaves bytes that are removed later, and no message', async () => {
    const node = nodeWith({ timeout: '500ms' })
    await node.tidy()
    const content = (async function* () {
      yield Buffer.alloc(600_000)
      yield Buffer.alloc(600_000)
      await server.kill()
      yield Buffer.alloc(600_000)
    })()
    await expect(node.hold(held({ content, size: 1_800_000 }))).rejects.toThrow()
    await server.start()
    expect((await node.list()).entries).toEqual([])
    expect(await keptIds()).toHaveLength(1)
    await server.query(`UPDATE ${schema}.held_chunks SET time = now() - interval '2 days'`)
    await node.tidy()
    expect(await keptIds()).toEqual([])
  })
})

test('with a key nothing readable is in the database', async () => {
  const node = nodeWith({ key: KEY })
  const id = await idOf(node)
  const rows = await server.query(`SELECT m::text || r::text || c::text AS text FROM ${schema}.held_messages AS m,
    ${schema}.held_recipients AS r, ${schema}.held_chunks AS c`)
  const text = String(rows[0]?.text)
  const bytes = Array.from(text.matchAll(/\\x([0-9a-f]+)/g), ([, hex = '']) =>
    Buffer.from(hex, 'hex').toString('latin1'),
  )
  expect(bytes).toHaveLength(3)
  expect(text + bytes.join('')).not.toMatch(/secret offer|bob@example|ann@example|text of the message/)
  expect(await textOf(await node.open(id))).toContain('secret offer')
  await expect(nodeWith().get(id)).rejects.toThrow()
})

test('a chunk that is changed or missing gives an error, and nothing is delivered', async () => {
  for (const [key, change] of [
    [KEY, 'UPDATE held_chunks SET bytes = set_byte(bytes, 60, get_byte(bytes, 60) # 1)'],
    [undefined, 'DELETE FROM held_chunks'],
  ] as const) {
    const node = nodeWith(key === undefined ? {} : { key })
    const id = await idOf(node)
    await server.query(`SET search_path = ${schema}; ${change} WHERE message = '${id}'`)
    expect(await node.release(action(id))).toMatchObject({ kind: 'failed' })
  }
  expect(delivered).toEqual([])
})
