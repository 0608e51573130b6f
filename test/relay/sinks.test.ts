/** Where the record of the relay goes: standard output, a file of each process, and sinks of the configuration. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { main } from '../../src/cli/main.ts'
import type { GatewayEvent } from '../../src/model/events.ts'
import { effective } from '../../src/relay/config/options.ts'
import { startRelay } from '../../src/relay/relay.ts'
import { scratch } from '../support/scratch.ts'
import { deliver, letter, relayProcess } from './relay-process.ts'

const eventsIn = async (file: string): Promise<readonly GatewayEvent[]> =>
  (await readFile(file, 'utf8').catch(() => ''))
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as GatewayEvent)

test('a file in place of standard output, opened anew at SIGHUP', async () => {
  await using folder = await scratch()
  const [file, config] = [join(folder.path, 'events.jsonl'), join(folder.path, 'postern.json')]
  const log = { stdout: false, file: { path: file }, privacy: { subject: 'plain' } }
  await writeFile(config, JSON.stringify({ maildir: folder.path, log }))
  await using relay = await relayProcess(['--config', config])
  expect(await deliver(relay.port, letter('first'))).toMatch(/^250 /)
  const types = async (name: string) => (await eventsIn(name)).map(({ type }) => type)
  await expect.poll(() => types(file)).toContain('session')
  expect(await types(file)).toContain('delivery')
  expect(await readFile(file, 'utf8')).toContain('"a letter"')
  expect(relay.log()).toBe('')

  await rename(file, `${file}.1`)
  relay.child.kill('SIGHUP')
  await expect.poll(relay.tells).toContain('relay/reload')
  expect(await deliver(relay.port, letter('second'))).toMatch(/^250 /)
  await expect.poll(() => types(file)).toContain('session')
})

test('each worker has its own file', { timeout: 60_000 }, async () => {
  await using folder = await scratch()
  const config = join(folder.path, 'postern.json')
  const log = { file: { path: join(folder.path, 'events.jsonl') } }
  await writeFile(config, JSON.stringify({ maildir: folder.path, workers: 2, log }))
  await using relay = await relayProcess(['--config', config])
  for (let count = 0; count < 12; count += 1) expect(await deliver(relay.port, letter(`w${count}`))).toMatch(/^250 /)
  const sessions = async () => {
    const all = await Promise.all(['1', '2'].map(name => eventsIn(join(folder.path, `events.${name}.jsonl`))))
    return all.map(events => events.filter(({ type }) => type === 'session').length)
  }
  await expect.poll(async () => (await sessions()).reduce((sum, count) => sum + count, 0)).toBe(12)
  expect((await sessions()).every(count => count > 0)).toBe(true)
})

test('postern trace finds in the history of two workers what became of a message', { timeout: 60_000 }, async () => {
  await using folder = await scratch()
  const config = join(folder.path, 'postern.json')
  const log = { stdout: false, history: { folder: join(folder.path, 'history') }, privacy: { subject: 'plain' } }
  await writeFile(config, JSON.stringify({ maildir: folder.path, workers: 2, log }))
  await using relay = await relayProcess(['--config', config])
  const replies = [await deliver(relay.port, letter('one')), await deliver(relay.port, letter('two'))]
  const trace = async (what: string) => {
    const lines: string[] = []
    const take = (line: string) => void lines.push(line)
    const status = await main(['trace', what, '--config', config], { out: take, error: take })
    return { status, text: lines.join('\n') }
  }
  for (const reply of replies) {
    const ref = /ref=\S+/.exec(reply)?.[0] ?? ''
    const { text } = await vi.waitFor(async () => {
      const found = await trace(ref)
      expect(found.text).toContain('delivered to ')
      expect(found.text).toContain(' client ')
      return found
    })
    expect(text).toContain(`the client got ${reply.trim()}`)
    expect(text).toContain('a letter')
  }
  expect(await trace('nothing@example.net')).toMatchObject({ status: 1 })
})

test('own sinks get every event, and a sink that throws stops no mail', async () => {
  await using folder = await scratch()
  const seen: string[] = []
  const sinks = [
    (event: GatewayEvent) => void seen.push(event.type),
    () => {
      throw new Error('the sink is full')
    },
  ]
  const { options } = effective(
    { maildir: folder.path, listeners: [{ address: '127.0.0.1:0' }], dns: ['127.0.0.1:9'], log: { sinks } },
    { args: [], environment: {} },
  )
  const relay = await startRelay(options, { log: () => undefined, tell: () => undefined })
  try {
    expect(await deliver(relay.port, letter('own'))).toMatch(/^250 /)
    await expect.poll(() => seen).toContain('session')
    expect(seen).toContain('recipient')
  } finally {
    await relay.close()
  }
})
