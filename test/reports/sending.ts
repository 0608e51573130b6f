/** A sender of reports with everything around it by hand. */
import { setImmediate } from 'node:timers/promises'
import type { GatewayEvent } from '../../src/model/events.ts'
import type { Store } from '../../src/model/store.ts'
import { DMARC_SHAPE, DmarcCounter } from '../../src/reports/dmarc/counter.ts'
import { DmarcSender, type DmarcSenderOptions, type ReportMail } from '../../src/reports/dmarc/sender.ts'
import { TallyTree } from '../../src/reports/tally-tree.ts'
import { type ZoneLiteral, zone } from '../../src/testing/zone.ts'
import { type HandClock, handClock } from '../support/hand-clock.ts'

export const DAY = '2026-11-25'

export const RECORD = 'v=DMARC1; p=reject; rua=mailto:dmarc@example.com'

export const reporter = { name: 'Example Org', email: 'reports@mx.example.org', domain: 'mx.example.org' }

/** Counts events as a mail process does. */
export async function count(store: Store, events: readonly GatewayEvent[], shape = DMARC_SHAPE): Promise<void> {
  const tree = new TallyTree({ store, shape, clock: handClock(), notify: () => undefined })
  const counter = new DmarcCounter({ tree, addresses: [] })
  for (const event of events) counter.write(event)
  await tree.close()
}

/** A sender and what it has sent and reported. */
export function sender(store: Store, literal: ZoneLiteral, options: Partial<DmarcSenderOptions> = {}) {
  const sent: ReportMail[] = []
  const notices: string[] = []
  const clock = handClock()
  const send = async (mail: ReportMail) => {
    sent.push(mail)
    return { result: 'sent' } as const
  }
  const made = new DmarcSender({
    ...{ store, dns: zone(literal), clock, reporter, send },
    notify: ({ code, reason }) => notices.push(`${code}: ${reason}`),
    ...options,
  })
  return { sender: made, sent, notices, clock }
}

/** Lets the time of these clocks pass until work that also waits for threads is done. */
export async function passing<T>(work: Promise<T>, ...clocks: readonly HandClock[]): Promise<T> {
  let isDone = false
  const done = () => {
    isDone = true
  }
  work.then(done, done)
  while (!isDone) {
    await setImmediate()
    for (const clock of clocks) clock.pass(clock.next() ?? 0)
  }
  return await work
}
