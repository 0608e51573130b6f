/** Mail of some domains in a real history and a real quarantine, for consoles that show it. */
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { ConsoleSources } from '../../../src/console/index.ts'
import { senderLists } from '../../../src/filters/index.ts'
import { type History, sqliteHistory } from '../../../src/history/index.ts'
import type { GatewayEvent } from '../../../src/model/events.ts'
import type { Feedback } from '../../../src/model/feedback.ts'
import { folderQuarantine, type HeldKind, newReleaser, type Quarantine } from '../../../src/quarantine/index.ts'
import { memoryStore } from '../../../src/store/index.ts'
import { clock, type HandClock } from '../../../src/testing/clock.ts'
import { deliveryEvent, recipientEvent, sessionEvent, transactionEvent } from '../../history/events.ts'
import { scratch } from '../../support/scratch.ts'
import { NOON } from './open-console.ts'

export interface World extends AsyncDisposable {
  readonly sources: ConsoleSources
  readonly history: History
  readonly quarantine: Quarantine
  readonly clock: HandClock
  readonly delivered: string[]
  readonly feedbacks: Feedback[]
  /** A message for these recipients; `kind` holds it. @returns its reference, and the name under which it is held */
  readonly mail: (recipients: readonly string[], options?: MailOptions) => Promise<{ ref: string; id: string }>
}

export interface MailOptions {
  readonly kind?: HeldKind
  readonly subject?: string
  readonly from?: string
  readonly content?: string
}

export async function world(): Promise<World> {
  const folder = await scratch()
  const hand = clock({ now: NOON })
  const store = memoryStore({ clock: hand })
  const delivered: string[] = []
  const feedbacks: Feedback[] = []
  const notices: unknown[] = []
  const history = sqliteHistory({ folder: join(folder.path, 'history'), notify: notice => notices.push(notice) })
  const quarantine = await folderQuarantine({
    folder: join(folder.path, 'held'),
    clock: hand,
    notify: notice => notices.push(notice),
    deliver: async ({ entry }) => void delivered.push(`${entry.id} ${entry.recipient}`),
  })
  const lists = senderLists({ store, clock: hand })
  const feedback = async (said: Feedback): Promise<void> => void feedbacks.push(said)
  const releaser = newReleaser({ quarantine, feedback, lists, clock: hand })
  let number = 0
  const mail: World['mail'] = async (recipients, options = {}) => {
    number += 1
    const ref = `REF${String(number).padStart(5, '0')}`
    const { kind, subject = `subject ${ref}`, from = `ann${number}@example.com`, content = 'Hello' } = options
    const bytes = Buffer.from(`From: ${from}\r\nSubject: ${subject}\r\n\r\n${content}\r\n`)
    let id = ''
    if (kind !== undefined) {
      const result = await quarantine.hold({
        ...{ ref, transaction: 1, kind, ip: '192.0.2.1', reversePath: from, recipients, from, subject, score: 8 },
        ...{ findings: [], size: bytes.length, content: Readable.from([bytes]) },
      })
      if (result.kind === 'held') id = result.message.id
    }
    const verdict = kind === undefined ? 'accept' : 'quarantine'
    const head = { ref, time: NOON }
    const fingerprint = 'f00d'
    const events: GatewayEvent[] = [
      transactionEvent({
        ...head,
        from,
        reversePath: from,
        subject,
        fingerprint,
        accepted: recipients.length,
        refused: 0,
      }),
      ...recipients.map(recipient => recipientEvent({ ...head, recipient, verdict, reversePath: from })),
      ...recipients.map(recipient =>
        deliveryEvent({ ...head, recipient, ...(id !== '' && { nextHop: 'quarantine', queueId: id }) }),
      ),
      sessionEvent({ ...head, transactions: 1 }),
    ]
    history.append(events)
    return { ref, id }
  }
  return {
    sources: { history, quarantine, releaser, lists, feedback, reputation: true, points: true },
    ...{ history, quarantine, clock: hand, delivered, feedbacks, mail },
    [Symbol.asyncDispose]: async () => {
      await history.close()
      await quarantine.close()
      await folder.remove()
    },
  }
}
