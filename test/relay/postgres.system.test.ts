/** Two relays with one PostgreSQL: what one holds is released by the configuration of the other, and told by both. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { type RealPostgres, startPostgres, startProxy } from '../support/postgres.ts'
import { scratch } from '../support/scratch.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { deliver, letter, messages, relayProcess } from './relay-process.ts'

let server: RealPostgres
beforeAll(async () => {
  server = await startPostgres()
}, INSTALL_TIMEOUT)
afterAll(async () => await server.stop())

/** A rule of the operator that quarantines everything. */
const RULE = "{ name: 'hold', message: () => ({ verdict: 'quarantine', reason: 'the test holds it' }) }"

async function configOf(folder: string, node: string, url: string): Promise<string> {
  const file = join(folder, `${node}.config.mjs`)
  const config = {
    ...{ name: `${node}.example.org`, mode: 'enforce', maildir: join(folder, 'mail') },
    log: { history: { postgres: { url, timeout: '2s' }, waiting: { folder: join(folder, `waiting-${node}`) } } },
    quarantine: { postgres: { url, timeout: '2s' }, key: Buffer.alloc(32, 5).toString('base64') },
  }
  await writeFile(file, `export default { ...${JSON.stringify(config)}, ownFilters: [${RULE}] }`)
  return file
}

async function told(...args: readonly string[]): Promise<string> {
  const lines: string[] = []
  await main(args, { out: line => void lines.push(line), error: line => void lines.push(line) })
  return lines.join('\n')
}

const refOf = (reply: string): string => /ref=(\w+)/.exec(reply)?.[1] ?? ''

test('a message that one node holds is found, released once and told on the other', { timeout: 120_000 }, async () => {
  await using folder = await scratch()
  const configs = [await configOf(folder.path, 'mx1', server.url), await configOf(folder.path, 'mx2', server.url)]
  const [first = '', second = ''] = configs
  await using one = await relayProcess(['--config', first])
  await using two = await relayProcess(['--config', second])
  const refs = [refOf(await deliver(one.port, letter('one'))), refOf(await deliver(two.port, letter('two')))]
  expect(await messages(join(folder.path, 'mail'))).toEqual([])

  for (const [index, ref] of refs.entries())
    await expect
      .poll(() => told('trace', ref, '--config', configs[1 - index] ?? ''), { timeout: 20_000 })
      .toMatch(new RegExp(`at mx${index + 1}\\.example\\.org[\\s\\S]*release    postern quarantine release `))
  const story = await told('trace', refs[0] ?? '', '--config', second)
  const command = /postern (quarantine release \S+ --recipient \S+)/.exec(story)?.[1]?.split(' ') ?? []
  expect(await told(...command, '--config', second)).toMatch(/^released /)
  expect(await told(...command, '--config', first)).toMatch(/it was released before/)
  const delivered = await messages(join(folder.path, 'mail'))
  expect(delivered).toHaveLength(1)
  expect(delivered[0]).toContain('end one')
  await expect
    .poll(() => told('trace', refs[0] ?? '', '--config', first), { timeout: 20_000 })
    .toMatch(/\(admin\): release /)
})

test('a node that is cut off goes on with its mail, and catches up', { timeout: 120_000 }, async () => {
  await using folder = await scratch()
  await using proxy = await startProxy(server.port)
  const config = join(folder.path, 'postern.json')
  const waiting = join(folder.path, 'waiting')
  const url = server.url.replace(`:${server.port}/`, `:${proxy.port}/`)
  const history = { postgres: { url, schema: 'cut_off', timeout: '1s' }, waiting: { folder: waiting } }
  await writeFile(config, JSON.stringify({ maildir: join(folder.path, 'mail'), log: { stdout: false, history } }))
  await using relay = await relayProcess(['--config', config])
  const refs = [refOf(await deliver(relay.port, letter('before')))]
  const known = () => told('trace', 'a@example.org', '--config', config)
  await expect.poll(known, { timeout: 20_000 }).toContain(refs[0])
  proxy.cut()
  for (let count = 0; count < 5; count += 1) refs.push(refOf(await deliver(relay.port, letter(`cut ${count}`))))
  await expect
    .poll(
      () =>
        readdir(waiting).then(
          names => names.length,
          () => 0,
        ),
      { timeout: 20_000 },
    )
    .toBeGreaterThan(0)
  proxy.join()
  for (const ref of refs) await expect.poll(known, { timeout: 60_000 }).toContain(ref)
  expect(await messages(join(folder.path, 'mail'))).toHaveLength(6)
  await expect.poll(relay.tells, { timeout: 20_000 }).toContain('history/writing')
})
