/** The job of the weekly summary: counts load and warnings of this node, and sends the mail. */
import { Mailer } from '../../mailing/mailer.ts'
import type { Metric } from '../../model/metric.ts'
import type { SummaryCount } from '../../reports/summary/counter.ts'
import { SUMMARY_SHAPE } from '../../reports/summary/counter.ts'
import { figuresOf } from '../../reports/summary/figures.ts'
import { summaryMail } from '../../reports/summary/mail.ts'
import { SummarySchedule } from '../../reports/summary/schedule.ts'
import { TallyTree } from '../../reports/tally-tree.ts'
import type { SummaryConfig, SummaryRecipient } from '../config/report-config.ts'
import type { ManagementJob, ManagementParts } from './types.ts'

const MINUTE_MS = 60_000

export const job: ManagementJob = {
  start: async parts => {
    const { summary, mail } = parts.options
    if (summary === undefined || mail === undefined) throw new Error('the configuration has no summary or no mail')
    const counter = new NodeCounter(parts)
    const schedule = scheduleOf(parts, summary, new Mailer({ mail, send: parts.sendMail }))
    counter.start()
    schedule.start()
    return {
      close: async () => {
        await Promise.all([counter.close(), schedule.close()])
      },
    }
  },
}

function scheduleOf(parts: ManagementParts, summary: SummaryConfig, mailer: Mailer): SummarySchedule {
  const { store, clock, notify, options, history, quarantine } = parts
  const { to, day = 'monday', time = '08:00', timeZone } = summary
  const recipients = new Map(
    to.map((entry): [string, SummaryRecipient] =>
      typeof entry === 'string' ? [entry, { address: entry }] : [entry.address, entry],
    ),
  )
  const lease = parts.lease('summary')
  return new SummarySchedule({
    ...{ store, clock, notify, day, time, recipients: [...recipients.keys()] },
    ...(timeZone !== undefined && { timeZone }),
    once: work => lease.during(work),
    send: async (address, end) => {
      const { domains, language = mailer.language } = recipients.get(address) ?? {}
      const figures = await figuresOf(end, domains, {
        store,
        ...(history && { history }),
        ...(quarantine && { held: of => heldMessages(parts, of) }),
      })
      await mailer.send(
        summaryMail({ to: address, language, host: options.name, figures, ...(domains !== undefined && { domains }) }),
      )
    },
  })
}

/** All that is held; for some domains it is not counted. */
async function heldMessages({ quarantine }: ManagementParts, domains: readonly string[] | undefined) {
  if (domains !== undefined) return undefined
  const found = quarantine?.metrics().find(({ name }) => name === 'postern_quarantine_messages')
  return found === undefined ? undefined : sampleMax(found)
}

/** The largest of the samples. */
const sampleMax = (metric: Metric): number =>
  Math.max(0, ...metric.samples.map(sample => ('value' in sample ? sample.value : 0)))

/** What only this process knows of its node: warnings as they come, and the load once a minute. */
class NodeCounter {
  readonly #parts: ManagementParts
  readonly #tree: TallyTree
  readonly #end: () => void
  #cancel = (): void => undefined
  #isClosed = false

  constructor(parts: ManagementParts) {
    const { store, clock, notify, onNotice } = parts
    this.#parts = parts
    this.#tree = new TallyTree({ store, clock, notify, shape: SUMMARY_SHAPE })
    this.#end = onNotice(({ code, level, time }) => {
      if (level === 'warning') this.#count(['notice', code], time)
    })
  }

  start(): void {
    this.#cancel = this.#parts.clock.after(MINUTE_MS, () => {
      this.#sample()
        .catch(() => undefined)
        .finally(() => {
          if (!this.#isClosed) this.start()
        })
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel()
    this.#end()
    await this.#tree.close()
  }

  async #sample(): Promise<void> {
    const load = (await this.#parts.metrics()).find(({ name }) => name === 'postern_load')
    if (load === undefined) return
    const value = sampleMax(load)
    this.#count(['load', value < 0.7 ? 'green' : value < 0.9 ? 'amber' : 'red'], this.#parts.clock.now())
  }

  #count(what: SummaryCount, time: number): void {
    this.#tree.add([new Date(time).toISOString().slice(0, 10), JSON.stringify(what)])
  }
}
