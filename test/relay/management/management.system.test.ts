/** The management process beside a relay: mail goes on whatever becomes of it, and it ends with the program. */
import { once } from 'node:events'
import { chmod, chown, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { MANAGEMENT_BLOCKS } from '../../../src/relay/config/management-blocks.ts'
import { freePort, type Scratch, scratch } from '../../support/scratch.ts'
import { deliver, letter, messages, type RelayProcess, relayProcess } from '../relay-process.ts'

const TIMEOUT = { timeout: 180_000 }
const NOBODY = 65_534

const configOf = (folder: string, more: object = {}) => ({
  name: 'mx.example.org',
  doctor: { every: '1h' },
  maildir: join(folder, 'mail'),
  metrics: '127.0.0.1:0',
  log: { history: { folder: join(folder, 'history') } },
  quarantine: { folder: join(folder, 'held') },
  mail: { from: 'postern@example.org' },
  console: { listen: '127.0.0.1:0' },
  digest: { url: 'https://mail.example.org' },
  alerts: { mail: ['postmaster@example.org'] },
  summary: { to: ['postmaster@example.org'] },
  reports: { receive: ['reports@example.org'] },
  ...more,
})

interface Started extends AsyncDisposable {
  readonly relay: RelayProcess
  readonly folder: Scratch
  readonly write: (more: object) => Promise<void>
  readonly get: (path: string) => Promise<string>
  /** The pid of the management process, or undefined. */
  readonly manager: () => Promise<number | undefined>
  readonly running: () => Promise<number>
}

/** Everything is on: a history and a quarantine in folders, a store of SQLite, and all blocks. */
async function start(more: object = {}, owner?: number): Promise<Started> {
  const folder = await scratch()
  const file = join(folder.path, 'config.json')
  const write = (changed: object) => writeFile(file, JSON.stringify(configOf(folder.path, changed)))
  await write(more)
  if (owner !== undefined) {
    await chmod(folder.path, 0o755)
    await chown(folder.path, owner, owner)
  }
  const environment = owner === undefined ? {} : { TMPDIR: folder.path }
  const relay = await relayProcess(['--config', file], { environment })
  const url = /http:\/\/\S+?(?=\/metrics)/.exec(relay.told)?.[0]
  const get = async (path: string) => await (await fetch(`${url}${path}`)).text()
  const manager = async () =>
    (await childrenOf(relay.child.pid)).find(({ line }) => line.includes('management/main'))?.pid
  const running = async (): Promise<number> => {
    await until(async () => (await get('/health')).includes('management: running'))
    return (await manager()) ?? 0
  }
  const end = async () => {
    await relay[Symbol.asyncDispose]()
    await folder.remove()
  }
  return { relay, folder, write, get, manager, running, [Symbol.asyncDispose]: end }
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(50)
}

interface Child {
  readonly pid: number
  readonly line: string
}

async function childrenOf(pid: number | undefined): Promise<readonly Child[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const pids = text.trim().split(' ').filter(Boolean).map(Number)
  return await Promise.all(
    pids.map(async child => ({ pid: child, line: await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '') })),
  )
}

/** Without every block that the management process runs. */
const OFF = { ...Object.fromEntries(MANAGEMENT_BLOCKS.map(block => [block, undefined])), doctor: false }

/** A process that has ended and was not waited for counts as gone. */
const isGone = async (pid: number): Promise<boolean> =>
  (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')).split(') ')[1]?.startsWith('Z') === true

test('a killed management process leaves mail untouched, and another takes its place', TIMEOUT, async () => {
  await using started = await start()
  const { relay, folder, get, running } = started
  const first = await running()
  const replies: string[] = []
  let isOver = false
  const sending = (async () => {
    for (let index = 0; !isOver; index += 1) replies.push(await deliver(relay.port, letter(`m${index}`)))
  })()
  process.kill(first, 'SIGKILL')
  await until(async () => !(await get('/health')).includes('running'))
  expect((await get('/health')).startsWith('ok\nmanagement: ')).toBe(true)
  const second = await running()
  isOver = true
  await sending
  expect(second).not.toBe(first)
  expect(replies.length).toBeGreaterThan(0)
  expect(replies.filter(reply => !reply.startsWith('250 '))).toEqual([])
  expect(await messages(join(folder.path, 'mail'))).toHaveLength(replies.length)
  expect(relay.tells()).toMatch(/the management process ended \(SIGKILL\); mail goes on, and another starts in 1000 ms/)
  const metrics = await get('/metrics')
  expect(metrics).toMatch(/^postern_management_up 1$/m)
  expect(metrics).toMatch(/^postern_management_restarts_total 1$/m)
  expect(metrics).toMatch(/^postern_management_job_up\{job="doctor",worker="management"\} 1$/m)
})

test('SIGTERM ends all processes, also a management process that has stopped', TIMEOUT, async () => {
  for (const isStopped of [false, true]) {
    await using started = await start()
    const { relay, running } = started
    const pid = await running()
    if (isStopped) process.kill(pid, 'SIGSTOP')
    expect(await deliver(relay.port, letter('stopped'))).toMatch(/^250 /)
    relay.child.kill('SIGTERM')
    await relay.ended
    expect(relay.child.exitCode).toBe(0)
    expect(await isGone(pid)).toBe(true)
  }
})

test('when the first process is killed, the management process ends, too', TIMEOUT, async () => {
  await using started = await start()
  const pid = await started.running()
  started.relay.child.kill('SIGKILL')
  await until(() => isGone(pid))
})

test('a reload begins and ends it, and a wrong configuration changes nothing', TIMEOUT, async () => {
  await using started = await start()
  const { relay, write, get, manager, running } = started
  const reload = async (more: object) => {
    const before = relay.tells().split('relay/reload').length
    await write(more)
    relay.child.kill('SIGHUP')
    await until(async () => relay.tells().split('relay/reload').length > before)
  }
  const first = await running()
  await reload({ doctor: { every: 'often' } })
  expect(await running()).toBe(first)
  await reload({ doctor: true })
  expect(await running()).toBe(first)
  await reload(OFF)
  await until(async () => (await get('/health')) === 'ok\n')
  await until(() => isGone(first))
  expect(await manager()).toBeUndefined()
  await reload({ doctor: true })
  expect(await running()).not.toBe(first)
  expect(await deliver(relay.port, letter('after'))).toMatch(/^250 /)
})

test('beside two workers it has their metrics, and is the user that they are', TIMEOUT, async () => {
  if (process.getuid?.() !== 0) throw new Error('this test needs root, because only root can give up its privileges')
  await using started = await start({ workers: 2, user: String(NOBODY), group: String(NOBODY) }, NOBODY)
  const { relay, get, running } = started
  const pid = await running()
  expect(await readFile(`/proc/${pid}/status`, 'utf8')).toMatch(new RegExp(`^Uid:\\s+${NOBODY}\\s`, 'm'))
  expect(await deliver(relay.port, letter('worker'))).toMatch(/^250 /)
  const metrics = await get('/metrics')
  expect(metrics).toMatch(/^postern_sessions_total\{worker="[12]"\} 1$/m)
  expect(metrics).toMatch(/^postern_process_resident_memory_bytes\{worker="management"\} \d+$/m)
  relay.child.kill('SIGTERM')
  await relay.ended
  expect(await isGone(pid)).toBe(true)
})

test('a reload moves the console, and a port that is taken stops nothing else', TIMEOUT, async () => {
  const [first, second] = [await freePort(), await freePort()]
  await using started = await start({ console: { listen: `127.0.0.1:${first}` } })
  const { relay, write, running, get } = started
  const pid = await running()
  const answers = async (port: number) =>
    await fetch(`http://127.0.0.1:${port}/`).then(
      ({ status }) => status,
      () => 'closed',
    )
  expect(await answers(first)).toBe(200)
  await write({ console: { listen: `127.0.0.1:${second}` } })
  relay.child.kill('SIGHUP')
  await until(async () => (await answers(second)) === 200)
  expect(await answers(first)).toBe('closed')
  const other = createServer().listen(first, '127.0.0.1')
  await once(other, 'listening')
  await write({ console: { listen: `127.0.0.1:${first}` } })
  relay.child.kill('SIGHUP')
  await until(async () =>
    /console\/start: console cannot start: .*another program that listens there/.test(relay.tells()),
  )
  expect(await get('/metrics')).toMatch(/^postern_management_job_up\{job="alerts",worker="management"\} 1$/m)
  other.close()
  await until(async () => (await answers(first)) === 200)
  expect(await running()).toBe(pid)
})

test('without a block no process is started', TIMEOUT, async () => {
  await using started = await start(OFF)
  expect(await started.manager()).toBeUndefined()
  expect(await started.get('/health')).toBe('ok\n')
  expect(await started.get('/metrics')).not.toContain('management')
})
