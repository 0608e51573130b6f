/**
 * Several processes behind one port, or several relays on one Redis: they count together, and a process that
 * dies is replaced.
 */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ExpectStatic, test } from 'vitest'
import { isBefore } from '../support/order.ts'
import { rawClient } from '../support/raw-client.ts'
import { startRedis } from '../support/redis.ts'
import { scratch } from '../support/scratch.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { begin, deliver, letter, messages, type RelayProcess, relayProcess, stuffed } from './relay-process.ts'

/** The process may have ended since it was listed. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** What `recommended` allows one network in a minute. */
const LIMIT = 300
const ATTEMPTS = 360

/** Less than the minute of the limit, in milliseconds. */
const IN_TIME = 50_000

/**
 * Connects again and again, twenty at once, from one address, to each relay in turn. Where the machine is so busy that
 * it takes more than a minute, or that a relay takes its store for away, it is done anew, from another network.
 *
 * @returns the codes of the greetings
 */
async function knock(relays: readonly RelayProcess[], round = 1): Promise<readonly string[]> {
  const codes: string[] = []
  let begun = 0
  const sendInTurn = async () => {
    while (begun < ATTEMPTS) {
      const port = relays[begun % relays.length]?.port ?? 0
      begun += 1
      const client = rawClient(port, { from: `127.${90 + round}.0.1` })
      codes.push((await client.reply()).slice(0, 3))
      client.destroy()
    }
  }
  const absences = () => relays.map(relay => relay.tells().split('store/down').length)
  const [before, began] = [absences(), performance.now()]
  await Promise.all(Array.from({ length: 20 }, sendInTurn))
  if (performance.now() - began < IN_TIME && absences().join() === before.join()) return codes
  if (round % 5 === 0) throw new Error(`this machine is too busy for ${ATTEMPTS} connections within a minute`)
  return await knock(relays, round + 1)
}

const countOf = (codes: readonly string[], code: string): number => codes.filter(found => found === code).length

/** Two in a hundred more or fewer than the limit. */
function expectLimit(codes: readonly string[], expect: ExpectStatic): void {
  expect(Math.abs(countOf(codes, '220') - LIMIT)).toBeLessThanOrEqual(LIMIT * 0.02)
  expect(countOf(codes, '220') + countOf(codes, '421')).toBe(ATTEMPTS)
}

test(
  'a limit holds across two relays on one Redis, within two per cent, and still when that is killed',
  async ({ expect }) => {
    await using folder = await scratch()
    await using redis = await startRedis()
    const store = ['--store', `redis://127.0.0.1:${redis.port}`, '--relays', '2']
    const args = ['--maildir', folder.path, '--enforce', ...store, '--trusted-network', '192.0.2.0/24']
    await using one = await relayProcess(args)
    await using two = await relayProcess(args)
    expect(one.told).toContain(`store        Redis 127.0.0.1:${redis.port}`)
    expectLimit(await knock([one, two]), expect)

    await redis.kill()
    for (const relay of [one, two]) {
      // The first client finds it down, and is counted in memory.
      await deliver(relay.port, letter('first'))
      await expect
        .poll(relay.tells, { timeout: 20_000 })
        .toMatch(/store\/down: .* counts go on in memory, each 2 times/)
    }
    expectLimit(await knock([one, two], 6), expect)
  },
  INSTALL_TIMEOUT,
)

test('a limit holds across the workers of one relay', { timeout: 240_000 }, async ({ expect }) => {
  await using folder = await scratch()
  await using relay = await relayProcess([...workersIn(folder.path), '--enforce', '--trusted-network', '192.0.2.0/24'])
  expectLimit(await knock([relay]), expect)
  const metrics = await read(relay)
  const sessions = [...metrics.matchAll(/^postern_sessions_total\{worker="(\d)"\} (\d+)$/gm)]
  expect(sessions.map(([, worker]) => worker)).toEqual(['1', '2'])
  // Both have had their part.
  for (const [, , count] of sessions) expect(Number(count)).toBeGreaterThan(ATTEMPTS / 8)
  expect(metrics).toMatch(/^postern_workers 2$/m)
})

const workersIn = (folder: string) => ['--workers', '2', '--maildir', folder, '--metrics', '127.0.0.1:0']

async function read({ told }: RelayProcess): Promise<string> {
  const [, url = ''] = /metrics +(http\S+)/.exec(told) ?? []
  return await (await fetch(url)).text()
}

test.concurrent('workers that are killed are replaced, and what was answered 250 is delivered', {
  timeout: 240_000,
}, async ({ expect }) => {
  await using folder = await scratch()
  await using relay = await relayProcess(workersIn(folder.path))
  expect(relay.told).toMatch(/\nworkers +2\n/)
  const replies: (readonly [id: string, reply: string])[] = []
  const load = Array.from({ length: 40 }, async (_, index) => {
    await sleep(index * 50)
    replies.push([`w${index}`, await deliver(relay.port, letter(`w${index}`))])
  })
  await sleep(700)
  for (const worker of await workersOf(relay)) process.kill(worker, 'SIGKILL')
  await Promise.all(load)
  const taken = replies.filter(([, reply]) => reply.startsWith('250')).map(([id]) => id)
  expect(replies.filter(([, reply]) => !/^(?:250|421|closed)/.test(reply))).toEqual([])
  const found = (await messages(folder.path)).join('')
  expect(taken.filter(id => !found.includes(`<${id}@`))).toEqual([])

  await expect.poll(() => deliver(relay.port, letter('later')), { timeout: 20_000 }).toMatch(/^250 /)
  await expect.poll(() => read(relay), { timeout: 20_000 }).toMatch(/^postern_workers 2$/m)
  expect(await read(relay)).toMatch(/^postern_worker_restarts_total 2$/m)
})

test.concurrent('SIGTERM drains all workers: transactions end, and every process does', { timeout: 240_000 }, async ({
  expect,
}) => {
  await using folder = await scratch()
  await using relay = await relayProcess(workersIn(folder.path))
  const workers = await workersOf(relay)
  expect(workers).toHaveLength(2)
  const clients = await Promise.all(Array.from({ length: 6 }, () => begin(relay.port)))
  relay.child.kill('SIGTERM')
  // By themselves: a process that does not end is killed after twenty seconds.
  const isInTime = isBefore(15_000, relay.ended)
  await sleep(200)
  const replies = await Promise.all(
    clients.map((client, index) => {
      client.send(Buffer.from(stuffed(letter(`d${index}`)), 'latin1'))
      return client.reply()
    }),
  )
  for (const client of clients) client.destroy()
  expect(replies.map(reply => reply.slice(0, 3))).toEqual(clients.map(() => '250'))
  expect(await relay.ended).toEqual([0, null])
  expect(await isInTime).toBe(true)
  expect(await messages(folder.path)).toHaveLength(6)
  expect(workers.filter(isAlive)).toEqual([])
})

test.concurrent('each line of the log is whole, and says which worker wrote it', { timeout: 240_000 }, async ({
  expect,
}) => {
  await using folder = await scratch()
  await using relay = await relayProcess(workersIn(folder.path))
  await Promise.all(Array.from({ length: 20 }, (_, index) => deliver(relay.port, letter(`l${index}`))))
  const ended = () => relay.log().split('"type":"session"').length - 1
  await expect.poll(ended, { timeout: 20_000 }).toBe(20)
  const entries = relay
    .log()
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as { readonly node: string })
  expect(new Set(entries.map(({ node }) => node.split('/').at(-1)))).toEqual(new Set(['1', '2']))
})

test.concurrent('when the first process is killed, no worker stays behind', { timeout: 240_000 }, async ({
  expect,
}) => {
  await using folder = await scratch()
  await using relay = await relayProcess(workersIn(folder.path))
  const workers = await workersOf(relay)
  expect(workers.filter(isAlive)).toHaveLength(2)
  relay.child.kill('SIGKILL')
  await expect.poll(() => workers.filter(isAlive), { timeout: 20_000 }).toEqual([])
})

test.concurrent('a port that is taken is reported, and nothing stays behind', { timeout: 240_000 }, async ({
  expect,
}) => {
  await using folder = await scratch()
  await using relay = await relayProcess(['--maildir', folder.path])
  const taken = [...workersIn(folder.path), '--listen', `127.0.0.1:${relay.port}`]
  await using again = await relayProcess(taken, { mayEnd: true })
  expect(again.told).toMatch(
    new RegExp(`^127\\.0\\.0\\.1:${relay.port}: found another program that listens there`, 'm'),
  )
  expect(await again.ended).toEqual([1, null])
  expect(await deliver(relay.port, letter('first'))).toMatch(/^250 /)
})

/** The processes that the first one has started. */
async function workersOf({ child }: RelayProcess): Promise<readonly number[]> {
  const text = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
  return text.trim().split(' ').map(Number)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('both workers are killed again and again: while no worker listens another begins within half a second', async ({
  expect,
}) => {
  await using folder = await scratch()
  await using relay = await relayProcess(['--maildir', folder.path, '--workers', '2'])
  const children = async () =>
    (await readFile(`/proc/${relay.child.pid}/task/${relay.child.pid}/children`, 'utf8'))
      .trim()
      .split(' ')
      .filter(Boolean)
  for (let round = 0; round < 6; round += 1) {
    await expect.poll(async () => (await children()).length, { timeout: 60_000 }).toBeGreaterThan(0)
    while ((await children()).length > 0) {
      for (const pid of await children()) killIfThere(Number(pid))
      await sleep(20)
      if (relay.tells().split('another starts in').length > 2 * (round + 1)) break
    }
  }
  const pauses = [...relay.tells().matchAll(/another starts in (\d+) ms/g)].map(([, ms]) => Number(ms))
  expect(pauses.length).toBeGreaterThan(6)
  const mostOfPairs = pauses.filter((_, index) => index % 2 === 1)
  expect(Math.max(...mostOfPairs)).toBeLessThanOrEqual(500)
  const taken = () => deliver(relay.port, letter('after')).catch(() => 'nobody listens')
  await expect.poll(taken, { timeout: 60_000 }).toMatch(/^250 /)
}, 180_000)
