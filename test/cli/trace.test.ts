/** `postern trace` finds a message by whatever a person has of it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { sqliteHistory } from '../../src/history/index.ts'
import { sessionOf } from '../history/events.ts'
import { type Scratch, scratch } from '../support/scratch.ts'

let folder: Scratch
beforeAll(async () => {
  folder = await scratch()
  const history = sqliteHistory({ folder: folder.path })
  history.append([
    ...sessionOf('AAAA', { time: Date.now() - 86_400_000 }),
    ...sessionOf('BBBB', { time: Date.now(), recipient: 'eve@example.org', verdict: 'quarantine' }),
  ])
  await history.close()
})
afterAll(() => folder.remove())

async function trace(...args: readonly string[]) {
  const lines: string[] = []
  const take = (line: string) => void lines.push(line)
  const status = await main(['trace', ...args, '--history', folder.path], { out: take, error: take })
  return { status, lines }
}

test('a reference gives a story', async () => {
  const { status, lines } = await trace('ref=AAAA')
  expect([status, lines[0]]).toEqual([0, expect.stringMatching(/^AAAA {2}2/)])
  expect(lines.join('\n')).toContain('delivered to mail.example.org:25')
})

test('several messages are listed, the newest first, within the time that is asked for', async () => {
  const { lines } = await trace('ann@example.com')
  expect(lines).toEqual([
    expect.stringMatching(/ BBBB {2}quarantine +0\.5 {2}ann@example\.com -> eve@example\.org {2}delivered {2}Hello$/),
    expect.stringMatching(/ AAAA {2}accept +0\.5 {2}ann@example\.com -> bob@example\.org/),
  ])
  const { lines: recent } = await trace('ann@example.com', '--since', '3h')
  expect(recent[0]).toMatch(/^BBBB {2}/)
})

test('--json gives events or entries', async () => {
  const events = (await trace('<BBBB@example.com>', '--json')).lines.map(line => JSON.parse(line))
  expect(events.map(({ type }) => type)).toEqual(['transaction', 'recipient', 'delivery', 'session'])
  const entries = (await trace('ann@example.com', '--json', '--limit', '1')).lines.map(line => JSON.parse(line))
  expect(entries.map(({ ref }) => ref)).toEqual(['BBBB', 'BBBB', 'BBBB', 'BBBB'].slice(0, entries.length))
})

test('nothing found is status 1; a wrong command is status 2 and says why', async () => {
  expect(await trace('nobody@example.net')).toMatchObject({ status: 1, lines: [expect.stringContaining('nobody@')] })
  expect(await trace()).toMatchObject({ status: 2, lines: [expect.stringContaining('usage: postern trace')] })
  expect(await trace('x', '--limit', '0')).toMatchObject({ status: 2, lines: [expect.stringContaining('--limit')] })
  expect(await trace('x', '--since', 'often')).toMatchObject({ status: 2 })
  const missing: string[] = []
  const take = (line: string) => void missing.push(line)
  expect(await main(['trace', 'x', '--history', '/nowhere'], { out: take, error: take })).toBe(2)
  expect(missing.join()).toContain('the folder of a history')
})
