/**
 * History: recipients that a second takes in, bytes of each on the disk, and the time of a search.
 *
 * `node bench/history.ts [ROWS]` (default: 200,000; the target is measured with 10,000,000)
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HistoryQuery, sqliteHistory } from '../src/history/index.ts'
import { sessionOf } from '../test/history/events.ts'

const rows = Number(process.argv[2] ?? 200_000)
const DAY_MS = 86_400_000
const END = Date.UTC(2026, 10, 29)
/** Spread over three weeks. */
const STEP_MS = (21 * DAY_MS) / rows
const AT_ONCE = 2_000
const RULES = ['rdns/generic', 'helo/literal', 'spf/softfail', 'headers/date', 'links/deceptive', 'html/hidden']

const folder = await mkdtemp(join(tmpdir(), 'postern-history-'))
const history = sqliteHistory({ folder, queue: '512mb', size: '100gb' })

/** One message, as a site with 20,000 mailboxes and 200,000 senders has it. */
const message = (index: number) =>
  sessionOf(`${index.toString(36).toUpperCase()}X`, {
    time: Math.floor(END - 21 * DAY_MS + index * STEP_MS),
    recipient: `person-${(index * 7_919) % 20_000}@example.org`,
    reversePath: `sender-${(index * 104_729) % 200_000}@domain-${(index * 31) % 50_000}.example`,
    ip: `198.${index % 200}.${(index * 7) % 256}.${(index * 13) % 256}`,
    findings: RULES.filter((_, rule) => (index + rule) % 3 > 0).map(rule => ({
      rule,
      reason: `what ${rule} has found in message ${index}`,
      points: 0.7,
    })),
  })

const began = process.cpuUsage()
const since = performance.now()
for (let index = 0; index < rows; index += AT_ONCE) {
  history.append(Array.from({ length: Math.min(AT_ONCE, rows - index) }, (_, step) => message(index + step)).flat())
  await history.flush()
}
const { user, system } = process.cpuUsage(began)
const cpu = (user + system) / 1e6
const sizes = await Promise.all((await readdir(folder)).map(async name => (await stat(join(folder, name))).size))
const bytes = sizes.reduce((sum, size) => sum + size, 0)
console.log(
  `${rows} recipients: ${Math.round(rows / cpu)} a second of CPU, ${Math.round((1_000 * rows) / (performance.now() - since))} a second of time`,
)
console.log(`${Math.round(bytes / rows)} bytes a recipient on the disk`)

const middle = Math.floor(rows / 2)
const queries: Readonly<Record<string, HistoryQuery>> = {
  recipient: { recipient: `person-${(middle * 7_919) % 20_000}@example.org` },
  sender: { sender: `sender-${(middle * 104_729) % 200_000}@domain-${(middle * 31) % 50_000}.example` },
  'recipient domain': { recipient: 'example.org' },
  ip: { ip: `198.${middle % 200}.${(middle * 7) % 256}.${(middle * 13) % 256}` },
  reference: { ref: `${middle.toString(36).toUpperCase()}X` },
  'Message-ID': { messageId: `${middle.toString(36).toUpperCase()}X@example.com` },
  rule: { rule: 'links/deceptive' },
  'rule and verdict that none has': { rule: 'links/deceptive', verdict: 'discard' },
  'sender and rule': { sender: 'domain-31.example', rule: 'html/hidden' },
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
await history.close()
await rm(folder, { recursive: true })
