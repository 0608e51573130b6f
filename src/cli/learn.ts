/** `postern learn`: trains a classifier from mail that people have sorted. */
import { mkdir } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { type Classifier, newClassifier } from '../classify/classifier.ts'
import { checkpoint, Persistence, rollBack } from '../classify/persistence.ts'
import { type Gateway, postern } from '../engine/gateway.ts'
import { classify } from '../filters/classify/classify.ts'
import type { Label } from '../model/feedback.ts'
import { systemClock } from '../model/services.ts'
import { zone } from '../testing/zone.ts'
import { type Mailbox, mailboxesIn, messagesIn } from './mailboxes.ts'
import type { Output } from './output.ts'

export interface LearnJob {
  /** Where the gateway's `classify({ folder })` keeps its snapshots. */
  readonly state: string
  readonly ham: readonly string[]
  readonly spam: readonly string[]
  /** Goes back to what was known before the last batch, and learns nothing. */
  readonly rollback: boolean
  readonly output: Output
}

/** Learns ham and spam in turn, as they would have come, and tells every so often how far it is. Returns the exit status. */
export async function learnAll({ state, ham, spam, rollback, output }: LearnJob): Promise<number> {
  if (rollback) {
    const name = await rollBack(state)
    output.out(name === undefined ? `there is no checkpoint in ${state}` : `back at ${name}`)
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
    over: false,
  }))
  const whole = sides.reduce((sum, { size }) => sum + size, 0)
  const taught = { ham: 0, spam: 0, failed: 0 }
  let told = 0
  for (;;) {
    // The side that is behind: a model that saw all ham first would think the rest is spam.
    const [side] = sides.filter(({ over }) => !over).toSorted((a, b) => a.read / a.size - b.read / b.size)
    if (side === undefined) break
    const next = await side.messages.next()
    if (next.done) {
      side.over = true
      continue
    }
    side.read += next.value.length
    try {
      const message = Readable.from([withoutArrival(next.value)])
      await gateway.feedback({ message, label: side.label, by: 'postern-learn' })
      taught[side.label] += 1
    } catch (cause) {
      taught.failed += 1
      error(`a message was left out: ${cause instanceof Error ? cause.message : cause}`)
    }
    const read = sides.reduce((sum, one) => sum + one.read, 0)
    const done = Math.min(Math.floor((100 * read) / whole), 100)
    if (done >= told + STEP_OF_PROGRESS) {
      told = done - (done % STEP_OF_PROGRESS)
      out(`${bar(told)} ${told} %  ${taught.ham} ham, ${taught.spam} spam`)
    }
  }
  const { ham, spam } = classifier.exampleCounts
  out(
    `taught ${taught.ham} ham and ${taught.spam} spam${taught.failed > 0 ? `, ${taught.failed} left out` : ''}; ${ham} and ${spam} in all`,
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
 * Mail that was kept has on top what its own server wrote when it arrived, which mail at the gate does not have yet: all
 * Received fields by the host that wrote the first one go.
 */
export function withoutArrival(message: Buffer): Buffer {
  const text = message.toString('latin1')
  const end = text.search(/\r?\n\r?\n/)
  if (end < 0) return message
  const fields = text.slice(0, end).split(/\r?\n(?![ \t])/)
  const hosts = fields.map(hostOf)
  const own = hosts.find(host => host !== undefined)
  if (own === undefined) return message
  return Buffer.from(fields.filter((_, index) => hosts[index] !== own).join('\r\n') + text.slice(end), 'latin1')
}

/** Who wrote a Received field. */
const hostOf = (field: string): string | undefined =>
  /^received[ \t]*:/i.test(field) ? /\bby[ \t\r\n]+([^\s;()]{1,255})/i.exec(field)?.[1]?.toLowerCase() : undefined
