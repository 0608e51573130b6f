/** Quarantined mail is held by the relay, and released once by a command, to a Maildir and to a next hop. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { scratch } from '../support/scratch.ts'
import { sink } from '../support/sink.ts'
import { begin, deliver, letter, messages, relayProcess, stuffed } from './relay-process.ts'

/** A rule of the operator that quarantines everything. */
const RULE = "{ name: 'hold', message: () => ({ verdict: 'quarantine', reason: 'the test holds it' }) }"

async function run(...args: readonly string[]) {
  const lines: string[] = []
  const take = (line: string) => void lines.push(line)
  const status = await main(['quarantine', ...args], { out: take, error: take })
  return { status, lines }
}

async function held(config: string): Promise<readonly { readonly id: string; readonly recipient: string }[]> {
  const { lines } = await run('list', '--json', '--config', config)
  return lines.map(line => JSON.parse(line))
}

async function configOf(folder: string, more: object): Promise<string> {
  const file = join(folder, 'postern.config.mjs')
  const common = { maildir: join(folder, 'mail'), quarantine: { folder: join(folder, 'held') }, mode: 'enforce' }
  await writeFile(file, `export default { ...${JSON.stringify({ ...common, ...more })}, ownFilters: [${RULE}] }`)
  return file
}

test('a quarantined message is held, shown, and released once into the Maildir', { timeout: 60_000 }, async () => {
  await using folder = await scratch()
  const config = await configOf(folder.path, {})
  await using relay = await relayProcess(['--config', config])
  expect(await deliver(relay.port, letter('one'))).toMatch(/^250 2\.6\.0 Delivered ref=/)
  expect(await messages(join(folder.path, 'mail'))).toEqual([])
  expect(await readdir(join(folder.path, 'mail', '.Junk', 'new'))).toEqual([])

  const [entry] = await held(config)
  expect(entry).toMatchObject({ subject: 'a letter', reversePath: 'a@example.org', recipient: 'b@example.net' })
  const id = entry?.id ?? ''
  expect((await run('show', id, '--config', config)).lines.join('\n')).toContain('end one')
  const release = () => run('release', id, '--recipient', 'b@example.net', '--why', 'mine', '--config', config)
  expect(await release()).toEqual({ status: 0, lines: [`released ${id}`] })
  expect(await release()).toMatchObject({ status: 1, lines: ['nothing was done: it was released before'] })
  const [message, ...others] = await messages(join(folder.path, 'mail'))
  expect(others).toEqual([])
  expect(message).toContain(`X-Postern-Released: ${id}; by=`)
  expect(message?.endsWith(letter('one').slice(-20))).toBe(true)
  expect(relay.log()).toContain(`"queueId":"${id}"`)
  expect(await held(config)).toEqual([])
})

test('a release by command trains the filters and is shown by trace; undo takes it back', {
  timeout: 60_000,
}, async () => {
  await using folder = await scratch()
  const store = { file: join(folder.path, 'postern.db') }
  const log = { history: { folder: join(folder.path, 'history') } }
  const filters = { classify: { folder: join(folder.path, 'classify') } }
  const config = await configOf(folder.path, { store, log, filters })
  await using relay = await relayProcess(['--config', config])
  const ref = /ref=(\w+)/.exec(await deliver(relay.port, letter('one')))?.[1] ?? ''
  const id = (await held(config))[0]?.id ?? ''
  const act = (...args: readonly string[]) => run(...args, '--recipient', 'b@example.net', '--config', config)
  expect(await act('release', id, '--train', '--allow', '--why', 'mine')).toEqual({
    status: 0,
    lines: [
      `released ${id}`,
      'the filters have learned it as ham',
      expect.stringContaining('nothing proves the sender'),
    ],
  })
  expect(await act('undo', id)).toEqual({
    status: 0,
    lines: [`took back ${id}`, 'the message stays with its recipient'],
  })
  await expect
    .poll(() => told(['trace', ref, '--config', config]), { timeout: 10_000 })
    .toMatch(/\(admin\): release .*, done: nothing proves.*\(mine\)[\s\S]*\(admin\): undo /)
  expect(await messages(join(folder.path, 'mail'))).toHaveLength(1)
})

async function told(args: readonly string[]): Promise<string> {
  const lines: string[] = []
  await main(args, { out: line => void lines.push(line), error: line => void lines.push(line) })
  return lines.join('\n')
}

test('a release to the next hop that is refused leaves the message held, and can be tried again', {
  timeout: 60_000,
}, async () => {
  await using folder = await scratch()
  await using hop = await sink()
  const nextHop = { hosts: [`127.0.0.1:${hop.port}`], tls: 'off' }
  const config = await configOf(folder.path, { nextHop, domains: ['example.net'] })
  await using relay = await relayProcess(['--config', config])
  expect(await deliver(relay.port, letter('two'))).toMatch(/^250 /)
  expect(hop.messages).toEqual([])
  const id = (await held(config))[0]?.id ?? ''
  const release = () => run('release', id, '--recipient', 'b@example.net', '--config', config)
  hop.change(step => (step === 'end' ? '452 4.2.2 mailbox full' : undefined))
  expect(await release()).toMatchObject({ status: 1, lines: [expect.stringContaining('mailbox full')] })
  hop.change(() => undefined)
  const before = hop.messages.length
  expect(await release()).toMatchObject({ status: 0 })
  expect(hop.messages.slice(before)).toEqual([expect.stringContaining(`X-Postern-Released: ${id}`)])
})

test('without room the message goes where it would have gone, or its client tries again', {
  timeout: 60_000,
}, async () => {
  await using folder = await scratch()
  for (const [whenFull, reply] of [
    ['deliver', /^250 /],
    ['defer', /^452 4\.3\.1 Insufficient system storage/],
  ] as const) {
    const quarantine = { folder: join(folder.path, whenFull), each: { messages: 1 }, whenFull }
    const config = await configOf(folder.path, { quarantine })
    await using relay = await relayProcess(['--config', config])
    expect(await deliver(relay.port, letter('first'))).toMatch(/^250 2\.6\.0 Delivered/)
    expect(await deliver(relay.port, letter(`next ${whenFull}`))).toMatch(reply)
    expect(relay.tells()).toContain('quarantine/full')
  }
  expect(await readdir(join(folder.path, 'mail', '.Junk', 'new'))).toHaveLength(1)
})

test('a recipient without room is alone with that: the message is held for the other', {
  timeout: 60_000,
}, async () => {
  await using folder = await scratch()
  const quarantine = { folder: join(folder.path, 'held'), recipients: { 'full@example.net': { messages: 1 } } }
  const config = await configOf(folder.path, { quarantine })
  await using relay = await relayProcess(['--config', config])
  expect(await deliver(relay.port, letter('first'), 'full@example.net')).toMatch(/^250 /)
  const client = await begin(relay.port, { to: 'full@example.net', upTo: 'RCPT' })
  await client.say('RCPT TO:<b@example.net>')
  await client.say('DATA')
  client.send(Buffer.from(stuffed(letter('second')), 'latin1'))
  expect(await client.reply()).toMatch(/^250 /)
  client.destroy()
  const recipients = (await held(config)).map(({ recipient }) => recipient)
  expect(recipients.toSorted()).toEqual(['b@example.net', 'full@example.net'])
  const apart = await messages(join(folder.path, 'mail', '.Junk'))
  expect(apart).toEqual([expect.stringContaining('end second')])
  expect(relay.tells()).toContain('the quarantine of full@example.net is full')
})

test.for<[args: readonly string[], text: string]>([
  [['list'], '--config'],
  [['release', 'x', '--config', 'nowhere.json'], 'nowhere.json'],
  [['burn', 'x'], 'usage: postern quarantine'],
  [['release'], 'usage: postern quarantine'],
])('%o is wrong, and the answer says why', async ([args, text]) => {
  expect(await run(...args)).toEqual({ status: 2, lines: [expect.stringContaining(text)] })
})
