/** Connects the sending of DMARC reports to the relay: its own next hop, and our own mail. */
import { Readable } from 'node:stream'
import { loadMeter } from '../../load/index.ts'
import { Mailer } from '../../mailing/mailer.ts'
import type { Mail } from '../../mailing/types.ts'
import { PosternError } from '../../model/errors.ts'
import type { Resolver } from '../../model/resolver.ts'
import type { Clock, Notify } from '../../model/services.ts'
import type { Store } from '../../model/store.ts'
import { mailboxOf } from '../../net/path.ts'
import { ReportBook, type SentReport } from '../../reports/book.ts'
import { DmarcSender, type ReportMail, type SendResult } from '../../reports/dmarc/sender.ts'
import type { RelayOptions } from '../config/options.ts'
import { isDelivered, isRefused } from '../delivery/hop/answer.ts'
import { HopTarget } from '../delivery/hop-target.ts'

export interface ReportSendingParts {
  readonly options: Pick<RelayOptions, 'name' | 'mail' | 'reports'>
  readonly store: Store
  readonly dns: Resolver
  readonly clock: Clock
  readonly notify: Notify
  /** Takes what became of each mail. @default nothing takes it */
  readonly onResult?: (result: SentReport['result']) => void
}

export interface ReportSending {
  readonly sender: DmarcSender
  readonly close: () => void
}

/** @throws PosternError where the configuration does not say how reports are sent */
export function reportSending(parts: ReportSendingParts): ReportSending {
  const { options, store, dns, clock, notify, onResult } = parts
  const { name, mail, reports } = options
  const send = reports?.send
  const hop = send?.nextHop ?? mail?.nextHop
  if (mail === undefined || send === undefined || hop === undefined) {
    const expected = 'a configuration with mail, reports.send and a next hop for one of them'
    throw new PosternError([{ path: 'reports.send', found: send, expected, remedy: 'see docs/guides/reports.md' }])
  }
  const { domain } = mailboxOf(mail.from)
  const { organisation = domain, contact } = send
  // One connection: reports are sent one at a time, and an idle connection is of no use for a second.
  const nextHop = { connections: { max: 1, idle: '5s' } as const, ...hop }
  const target = new HopTarget(nextHop, { name, clock, notify, load: loadMeter({ notify, clock }) }, () => true)
  const book = new ReportBook(store)
  const sender = new DmarcSender({
    ...{ store, dns, clock, notify },
    reporter: { name: organisation, email: mail.from, domain, ...(contact !== undefined && { contact }) },
    send: async report => {
      let result: SendResult = { result: 'later' }
      const mailer = new Mailer({
        mail,
        send: async ({ recipient, name: file, content }) => {
          result = await handOver(target, recipient, file, content)
        },
      })
      await mailer.send(mailOf(report))
      return result
    },
    record: async report => {
      onResult?.(report.result)
      await book.sent(report)
    },
  })
  return { sender, close: () => target.close() }
}

const mailOf = ({ to, subject, paragraphs, id, time, attachment }: ReportMail): Mail => ({
  ...{ to, subject, name: `dmarc-report/${id}`, time, attachments: [attachment], language: 'en' },
  isSubjectForm: true,
  blocks: paragraphs.map(text => ({ kind: 'paragraph', text })),
})

async function handOver(target: HopTarget, recipient: string, name: string, content: Uint8Array): Promise<SendResult> {
  const answer = await target.release({
    ...{ reversePath: '', recipient, name, size: content.length },
    open: () => Readable.from([content], { objectMode: false }),
  })
  if (isDelivered(answer)) return { result: 'sent' }
  const { code, status, text, said } = answer
  const reason = `${code} ${status} ${text}${said ? `: ${said.text}` : ''}`
  return { result: isRefused(answer) ? 'refused' : 'later', reason }
}
