/** `postern trace` finds a message by whatever a person has of it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { sqliteHistory } from '../../src/history/index.ts'
import { folderQuarantine, type NewHeldMessage } from '../../src/quarantine/index.ts'
import { sessionEvent, sessionOf } from '../history/events.ts'
import { type Scratch, scratch } from '../support/scratch.ts'

let folder: Scratch
beforeAll(async () => {
  folder = await scratch()
  const history = sqliteHistory({ folder: folder.path })
  history.append([
    ...sessionOf('AAAA', { time: Date.now() - 86_400_000 }),
    sessionEvent({ ref: 'EEEE', verdict: 'reject', transactions: 0, time: Date.now() }),
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

test('a reference finds the session of a client that was refused before it named a recipient', async () => {
  const { status, lines } = await trace('ref=EEEE')
  expect([status, lines[0]]).toEqual([0, expect.stringMatching(/^EEEE {2}2/)])
  expect(lines.join('\n')).toContain('reject with')
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

test('a list says what shadow mode did not carry out', async () => {
  const { path, remove } = await scratch()
  const history = sqliteHistory({ folder: path })
  for (const ref of ['CCCC', 'DDDD']) history.append(sessionOf(ref, { time: Date.now(), dryRun: 'reject' }))
  await history.close()
  const lines: string[] = []
  await main(['trace', 'ann@example.com', '--history', path], { out: line => lines.push(line), error: () => {} })
  expect(lines).toEqual(
    Array(2).fill(expect.stringMatching(/ accept +0\.5 .* -> bob@example\.org {2}dry run: reject /)),
  )
  await remove()
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

describe('with a configuration, the story of a message that was stopped', () => {
  const stopped = async (
    fields: Parameters<typeof sessionOf>[1],
    isHeld: boolean,
    isProven = true,
    store: object | 'memory' = { file: 'postern.db' },
  ) => {
    await using place = await scratch()
    const config = join(place.path, 'postern.json')
    const [history, held] = [join(place.path, 'history'), join(place.path, 'held')]
    await writeFile(
      config,
      JSON.stringify({ store, log: { history: { folder: history } }, quarantine: { folder: held } }),
    )
    const opened = sqliteHistory({ folder: history })
    const events = sessionOf('CCCC', { time: Date.now(), verdict: 'quarantine', ...fields })
    const dmarc = { result: 'fail', domain: 'example.com', policy: 'reject' }
    opened.append(events.map(event => (event.type === 'transaction' && !isProven ? { ...event, dmarc } : event)))
    await opened.close()
    let id = ''
    if (isHeld) {
      const quarantine = await folderQuarantine({ folder: held, deliver: async () => undefined })
      const { content, ...rest } = newHeld('CCCC')
      const result = await quarantine.hold({ ...rest, content })
      id = result.kind === 'held' ? result.message.id : ''
      await quarantine.close()
    }
    const lines: string[] = []
    const take = (line: string) => void lines.push(line)
    expect(await main(['trace', 'CCCC', '--config', config], { out: take, error: take })).toBe(0)
    return { id, config, advice: lines.filter(line => /^ {2}(?:release|allow) /.test(line)) }
  }

  test('says how to release it, and how to allow its proven sender', async () => {
    const { id, config, advice } = await stopped({}, true)
    expect(advice).toEqual([
      `  release    postern quarantine release ${id} --recipient bob@example.org --config ${config}`,
      `  allow      postern list add ann@example.com --for bob@example.org --config ${config}`,
    ])
  })

  test('does not advise to release what is not held', async () => {
    const { advice } = await stopped({ verdict: 'reject' }, false)
    expect(advice).toEqual([expect.stringContaining('  allow      postern list add ann@example.com')])
  })

  test('says which option a list needs, where the store is in memory', async () => {
    const { advice } = await stopped({ verdict: 'reject' }, false, true, 'memory')
    expect(advice).toEqual([expect.stringContaining('  allow      no list can be written: set store: { file: ')])
  })

  test('does not advise to allow a sender of malware', async () => {
    const infected = [{ rule: 'clamav/infected', reason: 'malware', verdict: 'quarantine' as const }]
    const { advice } = await stopped({ findings: infected }, true)
    expect(advice).toEqual([expect.stringContaining('  release    ')])
  })

  test('names the client where nothing proves the author, and quotes for a shell what was sent', async () => {
    const { advice } = await stopped({ recipient: `"a';reboot"@example.org` }, false, false)
    expect(advice).toEqual([expect.stringContaining(`list add 192.0.2.1 --for '"a'\\'';reboot"@example.org' --config`)])
  })

  test('of a message that was accepted advises nothing', async () => {
    expect((await stopped({ verdict: 'accept' }, true)).advice).toEqual([])
  })
})

const newHeld = (ref: string): NewHeldMessage => ({
  ...{ ref, transaction: 1, kind: 'spam', ip: '192.0.2.1', reversePath: 'ann@example.com', score: 7, findings: [] },
  recipients: ['bob@example.org'],
  content: (async function* () {
    yield Buffer.from('x')
  })(),
  size: 1,
})
