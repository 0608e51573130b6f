/** Writes sessions down, so that each can be played again without any service. */

import { Readable } from 'node:stream'
import { queryName } from '../dns/name.ts'
import type { Client } from '../engine/client.ts'
import type { Gateway } from '../engine/gateway.ts'
import type { Session } from '../engine/session.ts'
import type { Decision } from '../model/decision.ts'
import { errorText } from '../model/errors.ts'
import type { Services } from '../model/services.ts'
import { type Size, toBytes } from '../model/units.ts'
import {
  type RecordedAnswer,
  type RecordedCall,
  type Recording,
  type Step,
  type Verb,
  writeDecision,
  writeMessage,
} from './recording.ts'
import { redactor } from './redact.ts'

export interface RecordOptions {
  /** Words that must not be written down: each becomes `redacted`, as do the `secrets` of the gateway's filters. @default none */
  readonly redact?: readonly string[]
  /** How much of each message is kept. A longer one cannot be played to its end. @default '25mb' */
  readonly size?: Size
  /** How many answers of DNS, answers of others and verbs of one session are kept of each. @default 10_000 */
  readonly entries?: number
}

/** Gets a recording when its session is over. What it throws is a warning of the process, never the session's trouble. */
export type Sink = (recording: Recording) => void | Promise<void>

/**
 * A gateway that does what `gateway` does and hands over a recording of every session. Addresses and whole messages are
 * in it: keep it as carefully as mail.
 *
 * @example
 * const server = new SMTPServer(guard(record(gateway, saveTo('recordings'))))
 */
export function record(
  gateway: Gateway,
  sink: Sink,
  { redact = [], size = '25mb', entries = 10_000 }: RecordOptions = {},
): Gateway {
  const limits = { size: toBytes(size, 'record.size'), entries }
  const hide = redactor([...redact, ...gateway.secrets])
  const write = async (recording: Recording) => {
    try {
      await sink(hide(recording))
    } catch (error) {
      process.emitWarning(`postern: a session was not recorded: ${error instanceof Error ? error.message : error}`)
    }
  }
  return {
    services: gateway.services,
    secrets: gateway.secrets,
    open: (peer, world) => recordSession(gateway, peer, { ...gateway.services, ...world }, limits, write),
    feedback: said => gateway.feedback(said),
    recordSent: mail => gateway.recordSent(mail),
    precheck: gateway.precheck,
    metrics: gateway.metrics,
    close: () => gateway.close(),
  }
}

interface Limits {
  readonly size: number
  readonly entries: number
}

function recordSession(
  gateway: Gateway,
  peer: Client,
  world: Services,
  limits: Limits,
  write: (recording: Recording) => Promise<void>,
): Session {
  const { clock } = world
  const started = new Date(clock.now()).toISOString()
  const since = clock.monotonic()
  // Microseconds: the order of answers is kept, and the file stays readable.
  const elapsed = () => Math.round((clock.monotonic() - since) * 1_000) / 1_000
  const steps: Step[] = []
  const dns: RecordedAnswer[] = []
  const consult: RecordedCall[] = []
  /** What is asked for a verb that is still under way when the session is closed belongs to it, too. */
  const underWay = new Set<Promise<unknown>>()
  let closed = false
  let written = false

  /** Puts an entry in its place now and completes it when there is an answer, unless the session is over by then. */
  const note = <T extends object>(list: T[], entry: T): ((answer: Partial<T>) => void) => {
    const place = list.length
    if (written || place >= limits.entries) return () => undefined
    list.push(entry)
    return answer => {
      if (!written) list[place] = { ...entry, ...answer }
    }
  }
  const took = (at: number) => ({ ms: Math.round((elapsed() - at) * 1_000) / 1_000 })

  const session = gateway.open(peer, {
    ...world,
    dns: {
      known: (name, type) => {
        const answer = world.dns.known?.(name, type)
        if (answer !== undefined) note(dns, { at: elapsed(), question: `${name} ${type}`, ms: 0, answer, known: true })
        return answer
      },
      resolve: async (name, type, options) => {
        const at = elapsed()
        const answered = note(dns, { at, question: `${queryName(name) ?? name} ${type}` })
        const answer = await world.dns.resolve(name, type, options)
        answered({ ...took(at), answer })
        return answer
      },
    },
    callExternal: async (key, question) => {
      const at = elapsed()
      const answered = note(consult, { at, key })
      try {
        const answer = await world.callExternal(key, question)
        answered({ ...took(at), answer })
        return answer
      } catch (error) {
        answered({ ...took(at), error: errorText(error) })
        throw error
      }
    },
  })

  const during = async <D extends Decision>(call: Verb, made: () => Promise<D>, more = () => ({})): Promise<D> => {
    const at = elapsed()
    const decided = note<Step>(steps, { at, ...call })
    const decision = await made()
    decided({ ...took(at), ...more(), decision: writeDecision(decision) })
    return decision
  }
  const verb: typeof during = (...call) => {
    const made = during(...call)
    underWay.add(made)
    return made.finally(() => underWay.delete(made))
  }
  const finish = async () => {
    await Promise.allSettled(underWay)
    written = true
    await write({ postern: 1, started, peer: { ...peer, ref: session.ref }, steps, dns, calls: consult })
  }
  return {
    ref: session.ref,
    connect: () => verb({ verb: 'connect' }, () => session.connect()),
    pregreet: () => verb({ verb: 'early' }, () => session.pregreet()),
    helo: (name, tls) =>
      verb({ verb: 'helo', ...(name !== undefined && { name }), ...(tls && { tls }) }, () => session.helo(name, tls)),
    mail: (reversePath, details) =>
      verb({ verb: 'mail', reversePath, ...(details && { details }) }, () => session.mail(reversePath, details)),
    rcpt: forwardPath => verb({ verb: 'rcpt', forwardPath }, () => session.rcpt(forwardPath)),
    removeRecipient: forwardPath => {
      note(steps, { at: elapsed(), verb: 'withdraw', forwardPath })
      session.removeRecipient(forwardPath)
    },
    data: content => {
      const { tapped, seen } = tap(content, limits.size)
      const made = () => session.data(tapped).finally(() => tapped.destroy())
      return verb({ verb: 'data', message: { lines: [] }, end: 'unread' }, made, seen)
    },
    reset: () => {
      note(steps, { at: elapsed(), verb: 'reset' })
      session.reset()
    },
    close: () => {
      if (closed) return
      closed = true
      note(steps, { at: elapsed(), verb: 'close' })
      session.close()
      void finish()
    },
  }
}

/** Lets a message through and keeps what went by. Never destroys the host's stream. */
function tap(content: Readable, size: number) {
  const kept: Buffer[] = []
  let octets = 0
  let end: 'whole' | 'left' | 'unread' = 'unread'
  let broken: string | undefined
  async function* through() {
    try {
      for await (const chunk of content.iterator({ destroyOnReturn: false })) {
        const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk)
        octets += bytes.length
        if (octets <= size) kept.push(bytes)
        yield bytes
      }
      if (octets <= size) end = 'whole'
    } catch (error) {
      end = 'left'
      broken = errorText(error)
      throw error
    }
  }
  return {
    tapped: Readable.from(through(), { objectMode: false }),
    seen: () => ({ message: writeMessage(Buffer.concat(kept)), end, ...(broken !== undefined && { error: broken }) }),
  }
}
