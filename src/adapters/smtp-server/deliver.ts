/** An `onData` with promises: each group of recipients gets a copy of the message. */
import type { Readable } from 'node:stream'
import { domainToASCII } from 'node:url'
import { callback } from '../../model/checks.ts'
import type { DeliveryGroup, Outcome } from '../../model/decision.ts'
import type { Verdict } from '../../model/finding.ts'
import { checked, required, schemaOf } from '../../model/options.ts'
import type { GuardedSession, Handlers } from './types.ts'

/** A message for some of its recipients. */
export interface Delivery {
  /** `accept`, or `quarantine`. */
  readonly verdict: DeliveryGroup['verdict']
  /** The recipients of this copy, as the client wrote them. */
  readonly forwardPaths: readonly string[]
  /** The null reverse-path is ''. */
  readonly reversePath: string
  /** The message: trace fields on top, every line end CRLF. It is destroyed when the promise settles. */
  readonly content: Readable
  /** Bytes of `content`. */
  readonly size: number
  /** smtp-server's session, with postern's decision. */
  readonly session: GuardedSession
  /** All recipients of the message, by verdict. */
  readonly recipients: Readonly<Record<Verdict, readonly string[]>>
}

/** Resolves when the copy is safe, to a text for the reply if it likes. Rejects when it cannot be delivered now. */
export type Deliver = (delivery: Delivery) => Promise<unknown>

/** How {@link deliver} delivers the copies of a message. */
export interface DeliverTo {
  /** Delivers to the inbox. */
  readonly accept: Deliver
  /** Delivers to quarantine. */
  readonly quarantine: Deliver
}

/**
 * Returns an `onData` that delivers to each recipient as decided for them: accepted copies first, then those for
 * quarantine. Recipients that are refused, deferred or discarded get nothing. In SMTP a copy that cannot be delivered
 * fails the message, so that the client sends it again; in LMTP each recipient has the reply of its copy. The
 * `responseCode` of an error becomes the code of the reply. Throws a {@link PosternError} where a function is missing.
 *
 * @example
 * guard(gateway, {
 *   onData: deliver({
 *     accept: ({ content, forwardPaths }) => inbox.store(content, forwardPaths),
 *     quarantine: ({ content, forwardPaths }) => junk.store(content, forwardPaths),
 *   }),
 * })
 */
export function deliver(to: DeliverTo): Handlers['onData'] {
  checked(schema, to)
  return (whole, session, done) => {
    // Each group reads its own stream.
    whole.destroy()
    const { outcome } = session.postern
    if (outcome === undefined) return done(new Error('4.3.0 Temporary local error, try again later'))
    deliverAll(to, session, outcome).then(
      answers => {
        if (/LMTP/.test(session.transmissionType)) return done(null, answers)
        const failed = answers.find(answer => answer instanceof Error)
        const [text] = answers.filter(answer => typeof answer === 'string')
        if (failed) done(failed)
        else done(null, text)
      },
      error => done(asError(error)),
    )
  }
}

const delivers = () => required(callback<Deliver>('a function that delivers; write async ({ content }) => …'))

const schema = schemaOf<DeliverTo>('deliver', { accept: delivers(), quarantine: delivers() })

/** The answer for each recipient of the envelope, in its order. */
async function deliverAll(
  to: DeliverTo,
  session: GuardedSession,
  { groups = [], each, verdict: usual, tagged: usualTag, reply }: Outcome,
): Promise<(string | Error)[]> {
  const { mailFrom, rcptTo } = session.envelope
  const written = new Map([...each.keys()].map(path => [keyOf(path), path]))
  const paths = rcptTo.map(({ address }) => written.get(keyOf(address)) ?? address)
  const verdictOf = (path: string): Verdict => each.get(path)?.verdict ?? usual
  const tagOf = (path: string): true | undefined => (each.has(path) ? each.get(path)?.tagged : usualTag)
  const others = [...each.keys()].filter(path => !(verdictOf(path) in to))
  const recipients = byVerdict([...paths, ...others], verdictOf)
  const reversePath = mailFrom ? mailFrom.address : ''
  const answers = new Map<string, string | Error>()
  for (const { verdict, tagged, content: held } of groups) {
    const forwardPaths = recipients[verdict].filter(path => tagOf(path) === tagged)
    if (forwardPaths.length === 0) continue
    const content = held.open()
    const delivery = { verdict, forwardPaths, reversePath, content, size: held.size, session, recipients }
    const answer = await settled(to[verdict], delivery).finally(() => content.destroy())
    for (const path of forwardPaths) {
      const { status, text } = each.get(path)?.reply ?? reply
      answers.set(path, answer ?? `${status} ${text}`)
    }
  }
  return paths.map(path => answers.get(path) ?? new Error('4.3.0 Temporary local error, try again later'))
}

/** The text of a delivery, if it has one, or its error. */
async function settled(to: Deliver, delivery: Delivery): Promise<string | Error | undefined> {
  try {
    const text = await to(delivery)
    return typeof text === 'string' && text !== '' ? text : undefined
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

/** smtp-server treats addresses that differ in case as one, and writes A-labels as U-labels. */
function keyOf(path: string): string {
  const at = path.lastIndexOf('@')
  return `${path.slice(0, at + 1)}${domainToASCII(path.slice(at + 1)) || path.slice(at + 1)}`.toLowerCase()
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
