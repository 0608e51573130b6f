/**
 * What reports cost: counting in a mail process, writing counts into a store, reading a large report. Run with
 * `node bench/reports.ts`.
 */
import { gzipSync } from 'node:zlib'
import { systemClock } from '../src/model/services.ts'
import type { Store } from '../src/model/store.ts'
import { DMARC_SHAPE, DmarcCounter } from '../src/reports/dmarc/counter.ts'
import { readReports } from '../src/reports/read/read.ts'
import { TallyTree } from '../src/reports/tally-tree.ts'
import { memoryStore } from '../src/store/memory.ts'
import { recipientEvent } from '../test/history/events.ts'
import { DMARC, messageEvents } from '../test/reports/events.ts'
import { recordXml, reportXml } from '../test/reports/files.ts'
import { cpuTime } from '../test/support/cpu.ts'

const MESSAGES = 20_000
const DOMAINS = 500
const CLIENTS = 8
const RECORDS = 50_000

const memory = memoryStore()
const used = { operations: 0, lists: 0 }
const store: Store = {
  run: operations => {
    used.operations += operations.length
    used.lists += 1
    return memory.run(operations)
  },
}

const tree = new TallyTree({ store, shape: DMARC_SHAPE, clock: systemClock, notify: console.error })
const counter = new DmarcCounter({ tree, addresses: ['dmarc@example.org'] })
const events = Array.from({ length: MESSAGES }, (_, index) => {
  const domain = `d${index % DOMAINS}.example`
  const ip = `192.0.2.${index % CLIENTS}`
  return messageEvents({ dmarc: { ...DMARC, domain, policyDomain: domain } }, { ...recipientEvent(), ip })
})

async function measured(work: () => unknown): Promise<number> {
  const before = cpuTime()
  await work()
  return cpuTime() - before
}

const count = (): void => {
  for (const message of events) for (const event of message) counter.write(event)
}
count()
await tree.flush()
used.operations = 0
used.lists = 0
const counting = await measured(count)
const writing = await measured(() => tree.flush())
console.log(`counting: ${((1_000 * counting) / MESSAGES).toFixed(1)} µs of CPU a message`)
console.log(
  `writing ${MESSAGES} messages: ${used.operations} operations in ${used.lists} lists, ${Math.round(writing)} ms`,
)

const file = gzipSync(reportXml(recordXml().repeat(RECORDS)))
const reading = await measured(() => readReports(file))
console.log(`reading ${RECORDS} records: ${Math.round(reading)} ms of CPU`)
