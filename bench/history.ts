/**
 * History: recipients that a second takes in, bytes of each on the disk, and the time of a search.
 *
 * `node bench/history.ts [ROWS] [sqlite|postgres]` (default: 200,000 in SQLite; the target has 10,000,000).
 * For PostgreSQL it starts a server in a temporary folder.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type History, type HistoryQuery, postgresHistory, sqliteHistory } from '../src/history/index.ts'
import { sessionOf } from '../test/history/events.ts'
import { startPostgres } from '../test/support/postgres.ts'

const rows = Number(process.argv[2] ?? 200_000)
const kind = process.argv[3] ?? 'sqlite'
const DAY_MS = 86_400_000
const END = Date.UTC(2026, 10, 29)
/** Spread over three weeks. */
const STEP_MS = (21 * DAY_MS) / rows
const AT_ONCE = 2_000
const RULES = ['rdns/generic', 'helo/literal', 'spf/softfail', 'headers/date', 'links/deceptive', 'html/hidden']

interface Subject {
  readonly history: History
  /** Bytes on the disk. */
  readonly bytes: () => Promise<number>
  /** Seconds of CPU that other processes have used. */
  readonly cpu: () => Promise<number>
  readonly close: () => Promise<void>
}

async function sqlite(): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-history-'))
  const bytes = async () => {
    const names = await readdir(folder)
    const sizes = await Promise.all(names.map(async name => (await stat(join(folder, name))).size))
    return sizes.reduce((sum, size) => sum + size, 0)
  }
  const history = sqliteHistory({ folder, queue: '512mb', size: '100gb', keep: '3650d' })
  return { history, bytes, cpu: async () => 0, close: () => rm(folder, { recursive: true }) }
}

async function postgres(): Promise<Subject> {
  const server = await startPostgres(['fsync=on', 'shared_buffers=1GB', 'max_wal_size=8GB', 'track_functions=none'])
  const history = postgresHistory({ url: server.url, queue: '512mb', size: '100gb', keep: '3650d', timeout: '60s' })
  const bytes = async () => {
    const [row] = await server.query(`SELECT sum(pg_total_relation_size(c.oid)) AS bytes FROM pg_class AS c
      WHERE relnamespace = 'postern'::regnamespace AND relkind = 'r'`)
    return Number(row?.bytes)
  }
  return { history, bytes, cpu: () => server.cpu(), close: () => server.stop() }
}

/** One message, as a site with 20,000 mailboxes and 200,000 senders has it. */
const message = (index: number) =>
  sessionOf(`${index.toString(36).toUpperCase()}X`, {
    time: Math.floor(END - 21 * DAY_MS + index * STEP_MS),
    recipient: `person-${(index * 7_919) % 20_000}@example.org`,
    reversePath: `sender-${(index * 104_729) % 200_000}@domain-${(index * 31) % 50_000}.example`,
    ip: `198.${index % 200}.${(index * 7) % 256}.${(index * 13) % 256}`,
    findings: [
      ...RULES.filter((_, rule) => (index + rule) % 3 > 0),
      ...(index % 5_000 === 0 ? ['clamav/infected'] : []),
      ...(index % 400_000 === 0 ? ['lists/denied'] : []),
    ].map(rule => ({ rule, reason: `what ${rule} has found in message ${index}`, points: 0.7 })),
  })

const { history, bytes, cpu: others, close } = kind === 'postgres' ? await postgres() : await sqlite()
const began = process.cpuUsage()
const othersBegan = await others()
const since = performance.now()
for (let index = 0; index < rows; index += AT_ONCE) {
  history.append(Array.from({ length: Math.min(AT_ONCE, rows - index) }, (_, step) => message(index + step)).flat())
  await history.flush()
}
const { user, system } = process.cpuUsage(began)
const [cpu, served] = [(user + system) / 1e6, (await others()) - othersBegan]
const second = (seconds: number) => Math.round(rows / seconds).toLocaleString('en')
console.log(`${rows.toLocaleString('en')} recipients in ${kind}: ${second(cpu)} a second of CPU of the process`)
if (served > 0) console.log(`${second(served)} a second of CPU of the server, ${second(cpu + served)} of both`)
console.log(`${second((performance.now() - since) / 1_000)} a second of time`)
console.log(`${Math.round((await bytes()) / rows)} bytes a recipient on the disk`)

const middle = Math.floor(rows / 2)
const queries: Readonly<Record<string, HistoryQuery>> = {
  recipient: { recipient: `person-${(middle * 7_919) % 20_000}@example.org` },
  sender: { sender: `sender-${(middle * 104_729) % 200_000}@domain-${(middle * 31) % 50_000}.example` },
  'recipient domain': { recipient: 'example.org' },
  ip: { ip: `198.${middle % 200}.${(middle * 7) % 256}.${(middle * 13) % 256}` },
  reference: { ref: `${middle.toString(36).toUpperCase()}X` },
  'Message-ID': { messageId: `${middle.toString(36).toUpperCase()}X@example.com` },
  'anything: an address': { text: `person-${(middle * 7_919) % 20_000}@example.org` },
  'anything: a word': { text: `${middle.toString(36).toUpperCase()}X` },
  'rule, two of three': { rule: 'links/deceptive' },
  'rule, one of 5,000': { rule: 'clamav/infected' },
  'rule, one of 400,000': { rule: 'lists/denied' },
  'rule that none has': { rule: 'none/such' },
  'rule and verdict that none has': { rule: 'links/deceptive', verdict: 'discard' },
  'sender and rule': { sender: 'domain-31.example', rule: 'html/hidden' },
  'all, the newest': {},
}
for (const [name, query] of Object.entries(queries)) {
  const times: number[] = []
  let found = 0
  for (let round = 0; round < 9; round += 1) {
    const start = performance.now()
    found = (await history.search(query)).entries.length
    times.push(performance.now() - start)
  }
  const [median = 0] = times.toSorted((a, b) => a - b).slice(4)
  console.log(
    `${name.padEnd(32)} ${found.toString().padStart(3)} found, first ${times[0]?.toFixed(1)} ms, median ${median.toFixed(1)} ms`,
  )
}
const start = performance.now()
const events = await history.get(`${middle.toString(36).toUpperCase()}X`)
console.log(`${'a session'.padEnd(32)} ${events.length} events, ${(performance.now() - start).toFixed(1)} ms`)
await history.close()
await close()
