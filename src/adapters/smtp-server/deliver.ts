/** An `onData` made of promises: each group of recipients gets its own copy of the message. */
import type { Readable } from 'node:stream'
import { domainToASCII } from 'node:url'
import type { DeliveryGroup, Outcome } from '../../model/decision.ts'
import type { Verdict } from '../../model/finding.ts'
import type { GuardedSession, Handlers } from './types.ts'

/** A message for some of its recipients. */
export interface Delivery {
  readonly verdict: DeliveryGroup['verdict']
  /** Who gets this copy, as the client wrote them. */
  readonly forwardPaths: readonly string[]
  /** The null reverse-path is ''. */
  readonly reversePath: string
  /** Trace fields on top, every line end CRLF. It ends when the promise settles. */
  readonly content: Readable
  readonly size: number
  readonly session: GuardedSession
  /** What was decided for all recipients of the message, by verdict. */
  readonly recipients: Readonly<Record<Verdict, readonly string[]>>
}

/** Settles when the copy is safe; a string is said in the reply. Rejects when it cannot be delivered now. */
type Deliver = (delivery: Delivery) => Promise<unknown>

/** Where copies go. */
export interface DeliverTo {
  readonly accept: Deliver
  /** Apart from the inbox. */
  readonly quarantine: Deliver
}

/**
 * Delivers to each recipient what was decided for them: accepted copies first, then those for quarantine. Who is refused,
 * deferred or discarded gets nothing. In SMTP a copy that cannot be delivered fails the message, so that the client brings
 * all of it again; in LMTP each recipient has the reply of its own copy. An error's `responseCode` becomes the reply's code.
 *
 * @example
 * guard(gateway, {
 *   onData: deliver({
 *     accept: ({ content, forwardPaths }) => inbox.store(content, forwardPaths),
 *     quarantine: ({ content, forwardPaths }) => junk.store(content, forwardPaths),
 *   }),
 * })
 */
export const deliver =
  (to: DeliverTo): Handlers['onData'] =>
  (whole, session, done) => {
    // Each group has a stream of its own.
    whole.destroy()
    const { outcome } = session.postern
    if (outcome === undefined) return done(new Error('4.3.0 There is no message'))
    deliverAll(to, session, outcome).then(
      answers => {
        if (/LMTP/.test(session.transmissionType)) return done(null, answers)
        const failed = answers.find(answer => answer instanceof Error)
        const [words] = answers.filter(answer => typeof answer === 'string')
        if (failed) done(failed)
        else done(null, words)
      },
      error => done(asError(error)),
    )
  }

/** What is to be answered for each recipient of the envelope, in its order. */
async function deliverAll(
  to: DeliverTo,
  session: GuardedSession,
  { groups = [], each, verdict: usual, reply }: Outcome,
): Promise<(string | Error)[]> {
  const { mailFrom, rcptTo } = session.envelope
  const written = new Map([...each.keys()].map(path => [keyOf(path), path]))
  const paths = rcptTo.map(({ address }) => written.get(keyOf(address)) ?? address)
  const verdictOf = (path: string): Verdict => each.get(path)?.verdict ?? usual
  const others = [...each.keys()].filter(path => !(verdictOf(path) in to))
  const recipients = byVerdict([...paths, ...others], verdictOf)
  const reversePath = mailFrom ? mailFrom.address : ''
  const said = new Map<string, string | Error>()
  for (const { verdict, content: held } of groups) {
    const forwardPaths = recipients[verdict]
    if (forwardPaths.length === 0) continue
    const content = held.open()
    const delivery = { verdict, forwardPaths, reversePath, content, size: held.size, session, recipients }
    const answer = await settled(to[verdict], delivery).finally(() => content.destroy())
    for (const path of forwardPaths) {
      const { status, text } = each.get(path)?.reply ?? reply
      said.set(path, answer ?? `${status} ${text}`)
    }
  }
  return paths.map(path => said.get(path) ?? new Error('4.3.0 The message is not there any more'))
}

/** The words of a delivery, if it has any, or what it failed with. */
async function settled(to: Deliver, delivery: Delivery): Promise<string | Error | undefined> {
  try {
    const words = await to(delivery)
    return typeof words === 'string' && words !== '' ? words : undefined
  } catch (error) {
    return asError(error)
  }
}

function byVerdict(paths: readonly string[], verdictOf: (path: string) => Verdict): Record<Verdict, readonly string[]> {
  const of = (verdict: Verdict) => paths.filter(path => verdictOf(path) === verdict)
  return {
    accept: of('accept'),
    quarantine: of('quarantine'),
    discard: of('discard'),
    defer: of('defer'),
    reject: of('reject'),
  }
}

/** smtp-server takes addresses that differ in case for one, and writes A-labels as U-labels. */
function keyOf(path: string): string {
  const at = path.lastIndexOf('@')
  return `${path.slice(0, at + 1)}${domainToASCII(path.slice(at + 1)) || path.slice(at + 1)}`.toLowerCase()
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
