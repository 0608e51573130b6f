/** The job of reports: reads those that have come, and sends our own. */
import { errorText } from '../../model/errors.ts'
import type { Metric, Sample } from '../../model/metric.ts'
import { toMilliseconds } from '../../model/units.ts'
import { samplesOf, type Tally, tally } from '../../observe/count.ts'
import { ReportBook } from '../../reports/book.ts'
import { ReportSchedule } from '../../reports/dmarc/schedule.ts'
import { readInbox } from '../../reports/inbox.ts'
import { readReports } from '../../reports/read/read.ts'
import { inboxFolder } from '../report-counters.ts'
import { reportSending } from './report-sending.ts'
import type { ManagementJob, ManagementParts, RunningJob } from './types.ts'

const READ_MS = 10_000

export const job: ManagementJob = {
  start: async parts => {
    const { receive = [], send } = parts.options.reports ?? {}
    const counts = { sent: tally(), received: tally() }
    const reader = receive.length > 0 ? new InboxReader(parts, counts.received) : undefined
    const sending = send && scheduledSending(parts, toMilliseconds(send.jitter ?? '45m'), counts.sent)
    reader?.start()
    return {
      metrics: () => [
        counter('postern_reports_sent_total', 'Mails with DMARC reports.', samplesOf('result', counts.sent)),
        counter('postern_reports_received_total', 'Reports that came.', samplesOf('kind', counts.received)),
      ],
      close: async () => {
        await Promise.all([reader?.close(), sending?.close()])
      },
    }
  },
}

const counter = (name: string, help: string, samples: readonly Sample[]): Metric => ({
  ...{ name, help, type: 'counter', samples },
})

/** All nodes try, and the holder of the lease sends. */
function scheduledSending(parts: ManagementParts, jitter: number, sent: Tally): Pick<RunningJob, 'close'> {
  const { store, clock, notify, lease } = parts
  const { sender, close } = reportSending({ ...parts, onResult: result => sent.add(result) })
  const held = lease('reports')
  const schedule = new ReportSchedule({
    ...{ sender, store, clock, notify, jitter },
    once: work => held.during(work),
  })
  schedule.start()
  return {
    close: async () => {
      await schedule.close()
      await held.release()
      close()
    },
  }
}

/** Reads copies that wait, one after the other. */
class InboxReader {
  readonly #parts: ManagementParts
  readonly #book: ReportBook
  readonly #received: Tally
  #cancel = (): void => undefined
  #reading: Promise<void> = Promise.resolve()
  #isClosed = false
  #failed = false

  constructor(parts: ManagementParts, received: Tally) {
    this.#parts = parts
    this.#received = received
    this.#book = new ReportBook(parts.store)
  }

  start(): void {
    this.#cancel = this.#parts.clock.after(READ_MS, () => {
      this.#reading = this.#read().finally(() => {
        if (!this.#isClosed) this.start()
      })
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel()
    await this.#reading
  }

  /** Never rejects: what could not be noted waits for the next time. */
  async #read(): Promise<void> {
    const { options, clock, notify } = this.#parts
    try {
      await readInbox(
        inboxFolder(options),
        async ({ content, isProven }) => {
          for (const report of await readReports(content))
            if (await this.#book.receive(report, clock.now(), isProven)) this.#received.add(report.kind)
        },
        notify,
      )
      this.#failed = false
    } catch (error) {
      if (!this.#failed) notify({ code: 'reports/read', reason: `reports wait: ${errorText(error)}`, level: 'warning' })
      this.#failed = true
    }
  }
}
