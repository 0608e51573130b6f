/** Alerts as a job: watches this node, and tells operators by mail and webhook. */
import { Alerts, type AlertsParts } from '../../alerts/alerts.ts'
import type { AlertMail } from '../../alerts/mail-text.ts'
import type { Block } from '../../mailing/blocks.ts'
import { Mailer } from '../../mailing/mailer.ts'
import type { ManagementJob, ManagementParts } from './types.ts'

export const job: ManagementJob = {
  start: async parts => {
    const { options, clock, notify, store, metrics, doctor, onNotice } = parts
    const alerts = new Alerts({
      ...{ options: options.alerts ?? {}, node: options.name, clock, notify, store, metrics },
      checks: () => doctor.last?.results,
      sendMail: mailerOf(parts),
    })
    const end = onNotice(notice => alerts.noticed(notice))
    await alerts.start()
    return {
      metrics: () => alerts.metrics(),
      close: async () => {
        end()
        await alerts.close()
      },
    }
  },
}

/** Every address gets it once: where it was delivered before, the delivery knows its name. */
function mailerOf({ options: { alerts, mail }, sendMail: send }: ManagementParts): AlertsParts['sendMail'] {
  const mailer = mail && new Mailer({ mail, send })
  const addresses = alerts?.mail ?? []
  return async found => {
    if (mailer === undefined) throw new Error('mail.from is not set')
    const { name, time, subject } = found
    const blocks = blocksOf(found)
    const sent = await Promise.allSettled(addresses.map(to => mailer.send({ to, name, time, subject, blocks })))
    const failed = sent.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }
}

const blocksOf = ({ introduction, items, note }: AlertMail): readonly Block[] => [
  { kind: 'paragraph', text: introduction },
  { kind: 'items', items },
  ...(note === undefined ? [] : [{ kind: 'note', text: note } as const]),
]
