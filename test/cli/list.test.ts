/** `postern list` changes the lists in the store of a gateway that runs. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { lists } from '../../src/filters/index.ts'
import { postern } from '../../src/index.ts'
import { sqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { zone } from '../../src/testing/index.ts'
import { type Scratch, scratch } from '../support/scratch.ts'

let folder: Scratch
beforeAll(async () => {
  folder = await scratch()
})
afterAll(() => folder.remove())

async function run(...args: readonly string[]) {
  const lines: string[] = []
  const take = (line: string) => void lines.push(line)
  const status = await main(['list', ...args], { out: take, error: take })
  return { status, text: lines.join('\n') }
}

test('an entry is added, applied by a gateway, shown and removed', async () => {
  const file = join(folder.path, 'postern.db')
  const store = sqliteStore({ file })
  const gateway = postern({ filters: [lists({ every: '100ms' })], dns: zone({}), store, name: 'mx.example.org' })
  const firstReply = async () => {
    const session = gateway.open({ ip: '192.0.2.66' })
    const { verdict } = await session.connect()
    session.close()
    return verdict
  }
  try {
    expect(await firstReply()).toBe('accept')
    // The gateway makes the file in the background.
    await expect.poll(() => existsSync(file)).toBe(true)
    const added = await run('add', '192.0.2.0/24', '--deny', '--expires', '30d', '--note', 'noise', '--store', file)
    expect(added).toMatchObject({ status: 0, text: expect.stringMatching(/ deny {3}192\.0\.2\.0\/24 .*\(noise\)$/) })
    await expect.poll(firstReply).toBe('reject')

    const shown = await run('show', '--json', '--store', file)
    const entry = JSON.parse(shown.text)
    expect(entry).toMatchObject({ effect: 'deny', sender: '192.0.2.0/24', note: 'noise' })
    expect((await run('remove', entry.id, '--store', file)).status).toBe(0)
    expect((await run('remove', entry.id, '--store', file)).status).toBe(1)
    expect(await run('show', '--store', file)).toEqual({ status: 0, text: '' })
    await expect.poll(firstReply).toBe('accept')
  } finally {
    await gateway.close()
    await store.close?.()
  }
})

test.for<[args: readonly string[], text: string]>([
  [['show'], '--store'],
  [['show', '--store', 'memory'], 'the memory of another process cannot be changed'],
  [['show', '--store', 'mysql://x'], 'redis://'],
  [['add', '--store', 'x.db'], 'usage: postern list'],
  [['drop', 'x', '--store', 'x.db'], 'usage: postern list'],
  [['show', '--stor', 'x'], '--stor'],
])('%o is wrong, and the answer says why', async ([args, text]) => {
  const answer = await run(...args)
  expect([answer.status, answer.text]).toEqual([2, expect.stringContaining(text)])
})

test('a wrong entry is refused with its place, and nothing is written', async () => {
  const file = join(folder.path, 'other.db')
  const store = sqliteStore({ file })
  await store.run([{ op: 'get', key: 'x' }])
  await store.close?.()
  expect(await run('add', 'not a domain', '--store', file)).toMatchObject({
    status: 2,
    text: expect.stringContaining('entry.sender'),
  })
  expect(await run('add', 'exampleorg', '--store', file)).toMatchObject({
    status: 2,
    text: expect.stringMatching(/“?exampleorg.*this one has no dot.*\.exampleorg for all domains below it/s),
  })
  expect((await run('show', '--store', file)).text).toBe('')
})

test('a file that is not there is no store: a mistyped name makes none', async () => {
  const file = join(folder.path, 'typo.db')
  expect(await run('add', 'example.org', '--store', file)).toMatchObject({
    status: 2,
    text: expect.stringContaining('name the file that the gateway has made'),
  })
  expect(existsSync(file)).toBe(false)
})

test('a store that is down fails instead of falling back to memory', async () => {
  expect((await run('show', '--store', 'redis://127.0.0.1:1')).status).toBe(2)
})

test('--help explains every option', async () => {
  const { status, text } = await run('--help')
  expect(status).toBe(0)
  for (const option of [
    '--store',
    '--for',
    '--deny',
    '--enforced',
    '--unproven',
    '--expires',
    '--author',
    '--note',
    '--json',
  ])
    expect(text).toContain(`  ${option}`)
})
