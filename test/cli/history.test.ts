/** `postern history` gives out and removes what is known of an address, and says in the record that it did. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { sqliteHistory } from '../../src/history/index.ts'
import { sessionOf } from '../history/events.ts'
import { type Scratch, scratch } from '../support/scratch.ts'

let folder: Scratch
let place: string
beforeEach(async () => {
  folder = await scratch()
  place = join(folder.path, 'history')
  const history = sqliteHistory({ folder: place })
  history.append([
    ...sessionOf('AAAA', { time: Date.now() }),
    ...sessionOf('BBBB', { time: Date.now(), recipient: 'eve@example.org' }),
  ])
  await history.close()
})
afterEach(() => folder.remove())

async function history(...args: readonly string[]) {
  const lines: string[] = []
  const take = (line: string) => void lines.push(line)
  const status = await main(['history', ...args], { out: take, error: take })
  return { status, lines }
}

async function actions() {
  const opened = sqliteHistory({ folder: place })
  try {
    return (await opened.audit({})).events
  } finally {
    await opened.close()
  }
}

test('export prints the events of an address, and nothing of others', async () => {
  const { status, lines } = await history('export', 'EVE@example.org', '--history', place)
  expect([status, lines.map(line => JSON.parse(line)).map(({ ref, type }) => `${ref} ${type}`)]).toEqual([
    0,
    ['BBBB recipient', 'BBBB delivery'],
  ])
  expect(await actions()).toMatchObject([{ action: 'export', target: 'EVE@example.org', reason: '2 events' }])
})

test('erase removes them, and the record does not name the address again', async () => {
  const config = join(folder.path, 'postern.json')
  await writeFile(config, JSON.stringify({ log: { stdout: false, history: { folder: place } } }))
  expect(await history('erase', 'eve@example.org', '--config', config)).toEqual({
    status: 0,
    lines: ['removed 1 recipients'],
  })
  expect(await history('erase', 'eve@example.org', '--config', config)).toMatchObject({ status: 1 })
  expect(await history('export', 'bob@example.org', '--config', config)).toMatchObject({ status: 0 })
  expect((await actions()).map(({ action, target }) => `${action} ${target}`)).toEqual([
    ...['export bob@example.org', 'erase *@example.org', 'erase *@example.org'],
  ])
})

test('a wrong command is status 2 and says why', async () => {
  for (const args of [[], ['export'], ['erase', 'example.org'], ['drop', 'a@b']])
    expect(await history(...args, '--history', place)).toMatchObject({
      status: 2,
      lines: [expect.stringContaining('usage: postern history')],
    })
  expect(await history('export', 'a@example.org', '--history', '/nowhere')).toMatchObject({ status: 2 })
})
