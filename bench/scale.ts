/**
 * What a deployment is sized by: CPU of the relay for a message, operations of the store, bytes of events. Bytes of
 * history: `node bench/history.ts [ROWS] [sqlite|postgres]`.
 *
 *     node bench/scale.ts [MESSAGES]        (default: 2,000 of 14 KB, from clients never seen and from known ones)
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { postern } from '../src/index.ts'
import type { GatewayEvent } from '../src/model/events.ts'
import type { Operation, Store } from '../src/model/store.ts'
import { readOptions } from '../src/relay/config/options.ts'
import { relayFilters } from '../src/relay/filters.ts'
import { KeptFilters } from '../src/relay/kept-filters.ts'
import { memoryStore } from '../src/store/index.ts'
import { zone } from '../src/testing/index.ts'

const COUNT = Number(process.argv[2] ?? 2_000)
const CONNECTIONS = 8
const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
const WARM_UP = 200
const SIZE = 14_000

/** Words of the same length in all, other ones in each message. */
function letter(index: number): string {
  const head = [
    `From: sender-${index}@sender.example`,
    'To: bob@example.org',
    `Subject: letter ${index}`,
    'Date: Mon, 23 Nov 2026 11:00:00 +0000',
    `Message-ID: <${index}@sender.example>`,
  ]
  const lines = Array.from({ length: Math.ceil(SIZE / 70) }, (_, line) =>
    `${index} ${line} words that nobody else has written in this order, on purpose`.slice(0, 68),
  )
  return `${[...head, '', ...lines].join('\r\n')}\r\n`
}

/** Sends messages one after the other over one connection, with PIPELINING. */
async function sendAll(port: number, indexes: readonly number[]): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.setEncoding('latin1')
  let text = ''
  let waiting = (): void => undefined
  socket.on('data', chunk => {
    text += String(chunk)
    waiting()
  })
  const replies = async (count: number): Promise<void> => {
    while ((text.match(/^\d{3} .*\r\n/gm) ?? []).length < count)
      await new Promise<void>(resolve => {
        waiting = resolve
      })
    if (/^[45]\d\d /m.test(text)) throw new Error(`refused: ${text}`)
    text = ''
  }
  await replies(1)
  socket.write('EHLO client.sender.example\r\n')
  await replies(1)
  for (const index of indexes) {
    socket.write(`MAIL FROM:<sender-${index}@sender.example>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n`)
    await replies(3)
    socket.write(`${letter(index)}.\r\n`)
    await replies(1)
  }
  socket.end('QUIT\r\n')
  await once(socket, 'close')
}

/** Seconds of CPU of a process and its threads. */
async function cpuOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

/** Milliseconds of CPU that the relay takes for one message. */
async function relayCost(name: string, config: object): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-scale-'))
  const file = join(folder, 'config.json')
  await writeFile(
    file,
    JSON.stringify({
      ...{ name: 'mx.example.org', maildir: join(folder, 'mail'), dns: ['127.0.0.1:9'], mode: 'shadow' },
      listeners: [{ address: '127.0.0.1:0' }],
      log: { stdout: false, file: { path: join(folder, 'events.jsonl') } },
      ...JSON.parse(JSON.stringify(config).replaceAll('FOLDER', folder)),
    }),
  )
  const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, 'serve', '--config', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    let told = ''
    while (!told.includes('\nmode')) told += String((await once(child.stderr, 'data'))[0])
    child.stderr.resume()
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(told)?.[1])
    const batch = async (from: number, count: number): Promise<void> => {
      const all = Array.from({ length: count }, (_, index) => from + index)
      const parts = Array.from({ length: CONNECTIONS }, (_, place) =>
        all.filter(index => index % CONNECTIONS === place),
      )
      await Promise.all(parts.map(part => sendAll(port, part)))
    }
    await batch(0, WARM_UP)
    const before = await cpuOf(child.pid ?? 0)
    await batch(WARM_UP, COUNT)
    const cost = (((await cpuOf(child.pid ?? 0)) - before) * 1_000) / COUNT
    console.log(
      `${name}: ${cost.toFixed(2)} ms of CPU a message, ${Math.round(1_000 / cost)} messages a second and core`,
    )
    return cost
  } finally {
    child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
}

/** Counts what is asked of a store. */
function counting(): { readonly store: Store; readonly counts: { operations: number; trips: number; later: number } } {
  const inner = memoryStore()
  const counts = { operations: 0, trips: 0, later: 0 }
  const store = {
    run: (operations: readonly Operation[]) => {
      counts.operations += operations.length
      counts.trips += 1
      return inner.run(operations)
    },
    // What no caller waits for goes together with the next list.
    later: async (operations: readonly Operation[]) => {
      counts.operations += operations.length
      counts.later += 1
      return await inner.run(operations)
    },
    neverFails: true,
  } as Store
  return { store, counts }
}

const world = zone({
  'sender.example': {
    A: ['192.0.2.1'],
    MX: [{ priority: 10, exchange: 'mx.sender.example' }],
    TXT: ['v=spf1 ip4:192.0.2.0/24 -all'],
  },
  'mx.sender.example': { A: ['192.0.2.1'] },
  'client.sender.example': { A: ['192.0.2.1'] },
  '1.2.0.192.in-addr.arpa': { PTR: ['client.sender.example'] },
})

/** Operations and round trips for one delivered message, with the filters of the relay; and its events. */
async function storeCost(): Promise<readonly GatewayEvent[]> {
  const { store, counts } = counting()
  const options = readOptions(['--domain', 'example.org', '--next-hop', '127.0.0.1:9'], {})
  const delivery = { domains: ['example.org'], isKnown: async () => true }
  const events: GatewayEvent[] = []
  const gateway = postern({
    name: 'mx.example.org',
    filters: relayFilters({
      options: { ...options, filters: { ...options.filters, greylist: true } },
      ...{ delivery, scanner: [], kept: new KeptFilters() },
    }),
    dns: world,
    store,
    events: event => events.push(event),
    notify: () => undefined,
  })
  const one = async (index: number): Promise<string> => {
    const session = gateway.open({ ip: '192.0.2.1' })
    await session.connect()
    await session.helo('client.sender.example')
    await session.mail(`sender-${index % 5}@sender.example`)
    const { verdict } = await session.rcpt('bob@example.org')
    if (verdict === 'accept') await session.data(Readable.from([Buffer.from(letter(index))]))
    await new Promise(resolve => setImmediate(resolve))
    session.close()
    return verdict
  }
  for (let index = 0; index < 5; index += 1) await one(index)
  const before = { ...counts }
  events.length = 0
  const messages = 50
  for (let index = 0; index < messages; index += 1) await one(index)
  await new Promise(resolve => setTimeout(resolve, 700))
  const of = (what: keyof typeof counts): string => ((counts[what] - before[what]) / messages).toFixed(1)
  console.log(
    `the store, a session with one message (greylist on): ${of('operations')} operations in ${of('trips')} round trips ` +
      `and ${of('later')} that go with others`,
  )
  await gateway.close()
  return events
}

/** Bytes of the events of a message as JSON. */
function eventCost(events: readonly GatewayEvent[]): void {
  const recipients = events.filter(({ type }) => type === 'recipient').length
  const json = events.reduce((sum, event) => sum + JSON.stringify(event).length + 1, 0)
  console.log(
    `events: ${(events.length / recipients).toFixed(1)} a recipient, ${Math.round(json / recipients)} bytes of JSON`,
  )
}

eventCost(await storeCost())
await relayCost('relay, Maildir, events in a file', {})
await relayCost('the same with a store of SQLite and history', {
  store: { file: 'FOLDER/postern.db' },
  log: { stdout: false, history: { folder: 'FOLDER/history' } },
})
