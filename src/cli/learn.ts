/** `postern learn`: trains a classifier from sorted mail. */
import { mkdir } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { type Classifier, newClassifier } from '../classify/classifier.ts'
import { checkpoint, Persistence, rollBack } from '../classify/persistence.ts'
import { type Gateway, postern } from '../engine/gateway.ts'
import { classify } from '../filters/classify/classify.ts'
import { errorText } from '../model/errors.ts'
import type { Label } from '../model/feedback.ts'
import { systemClock } from '../model/services.ts'
import { zone } from '../testing/zone.ts'
import { type Mailbox, mailboxesIn, messagesIn } from './mailboxes.ts'
import type { Output } from './output.ts'

/** What to train, and from which mail. */
export interface LearnJob {
  /** The folder of `classify({ folder })`. */
  readonly state: string
  readonly ham: readonly string[]
  readonly spam: readonly string[]
  /** Restores the newest checkpoint, and trains nothing. */
  readonly rollback: boolean
  readonly output: Output
}

/** Trains with ham and spam in turn, and reports progress. @returns the exit status */
export async function learnAll({ state, ham, spam, rollback, output }: LearnJob): Promise<number> {
  if (rollback) {
    const name = await rollBack(state)
    output.out(name === undefined ? `there is no checkpoint in ${state}` : `restored ${name}`)
    return name === undefined ? 1 : 0
  }
  await mkdir(state, { recursive: true })
  const classifier = newClassifier()
  const notify = ({ reason }: { readonly reason: string }) => output.error(reason)
  const persistence = new Persistence({ folder: state, classifier, services: { clock: systemClock, notify } })
  await persistence.load()
  await checkpoint(state, classifier, Date.now())
  const gateway = postern({ filters: [classify({ classifier })], dns: zone({}), notify })
  try {
    await trainAll(gateway, classifier, { ham: await mailboxesOf(ham), spam: await mailboxesOf(spam) }, output)
    await persistence.save()
    return 0
  } finally {
    await gateway.close()
  }
}

type Sorted = Readonly<Record<Label, readonly Mailbox[]>>

const mailboxesOf = async (paths: readonly string[]): Promise<readonly Mailbox[]> =>
  (await Promise.all(paths.map(mailboxesIn))).flat()

async function trainAll(
  gateway: Gateway,
  classifier: Classifier,
  sorted: Sorted,
  { out, error }: Output,
): Promise<void> {
  const sides = (['ham', 'spam'] as const).map(label => ({
    label,
    messages: allOf(sorted[label]),
    size: sorted[label].reduce((sum, { size }) => sum + size, 0),
    read: 0,
    ended: false,
  }))
  const whole = sides.reduce((sum, { size }) => sum + size, 0)
  const trained = { ham: 0, spam: 0, failed: 0 }
  let reported = 0
  for (;;) {
    // The side that is behind: a model that sees all ham first would take the rest for spam.
    const [side] = sides.filter(({ ended }) => !ended).toSorted((a, b) => a.read / a.size - b.read / b.size)
    if (side === undefined) break
    const next = await side.messages.next()
    if (next.done) {
      side.ended = true
      continue
    }
    side.read += next.value.length
    try {
      const message = Readable.from([withoutArrival(next.value)])
      await gateway.feedback({ message, label: side.label, by: 'postern-learn' })
      trained[side.label] += 1
    } catch (cause) {
      trained.failed += 1
      error(`a message was skipped: ${errorText(cause)}`)
    }
    const read = sides.reduce((sum, one) => sum + one.read, 0)
    const done = Math.min(Math.floor((100 * read) / whole), 100)
    if (done >= reported + STEP_OF_PROGRESS) {
      reported = done - (done % STEP_OF_PROGRESS)
      out(`${bar(reported)} ${reported} %  ${trained.ham} ham, ${trained.spam} spam`)
    }
  }
  const { ham, spam } = classifier.exampleCounts
  out(
    `trained with ${trained.ham} ham and ${trained.spam} spam${trained.failed > 0 ? `, ${trained.failed} skipped` : ''}; ${ham} and ${spam} in all`,
  )
}

const STEP_OF_PROGRESS = 5
const WIDTH = 20

const bar = (percent: number): string => {
  const full = Math.round((percent * WIDTH) / 100)
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}]`
}

async function* allOf(mailboxes: readonly Mailbox[]): AsyncGenerator<Buffer> {
  for (const mailbox of mailboxes) yield* messagesIn(mailbox)
}

/**
 * Removes the Received fields of the host that wrote the first of them: stored mail has the fields of the server that
 * keeps it on top, and mail that a gateway judges does not have them yet.
 */
export function withoutArrival(message: Buffer): Buffer {
  const text = message.toString('latin1')
  const end = text.search(/\r?\n\r?\n/)
  if (end < 0) return message
  const fields = text.slice(0, end).split(/\r?\n(?![ \t])/)
  const hosts = fields.map(hostOf)
  const receiver = hosts.find(host => host !== undefined)
  if (receiver === undefined) return message
  return Buffer.from(fields.filter((_, index) => hosts[index] !== receiver).join('\r\n') + text.slice(end), 'latin1')
}

/** The host that wrote a Received field. */
const hostOf = (field: string): string | undefined =>
  /^received[ \t]*:/i.test(field) ? /\bby[ \t\r\n]+([^\s;()]{1,255})/i.exec(field)?.[1]?.toLowerCase() : undefined
