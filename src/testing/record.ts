/** Records sessions, so that each can be replayed without any service. */
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

/** What {@link record} leaves out. */
export interface RecordOptions {
  /** Words that are replaced by `redacted`, as are the `secrets` of the gateway's filters. @default none */
  readonly redact?: readonly string[]
  /** The largest message that is recorded. A larger one cannot be replayed to its end. @default '25mb' */
  readonly size?: Size
  /** How many answers of DNS, calls of services and steps of one session are recorded, each. @default 10_000 */
  readonly entries?: number
}

/** Receives a recording when its session has ended. An error it throws becomes a warning of the process. */
export type Sink = (recording: Recording) => void | Promise<void>

/**
 * Returns a gateway that works as `gateway` does, and passes a recording of every session to `sink`. A recording holds
 * addresses and whole messages: protect it like mail.
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
    open: (peer, services) => recordSession(gateway, peer, { ...gateway.services, ...services }, limits, write),
    feedback: feedback => gateway.feedback(feedback),
    recordSent: mail => gateway.recordSent(mail),
    precheck: gateway.precheck,
    isKnown: gateway.isKnown,
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
  services: Services,
  limits: Limits,
  write: (recording: Recording) => Promise<void>,
): Session {
  const { clock } = services
  const started = new Date(clock.now()).toISOString()
  const since = clock.monotonic()
  // Microseconds: the order of answers is kept, and the file stays readable.
  const elapsed = () => Math.round((clock.monotonic() - since) * 1_000) / 1_000
  const steps: Step[] = []
  const dns: RecordedAnswer[] = []
  const calls: RecordedCall[] = []
  /** Commands that are under way when the session is closed: their answers belong to the recording, too. */
  const underWay = new Set<Promise<unknown>>()
  let closed = false
  let written = false

  /** Adds an entry now, and completes it when there is an answer, unless the recording is written by then. */
  const note = <T extends object>(list: T[], entry: T): ((answer: Partial<T>) => void) => {
    const index = list.length
    if (written || index >= limits.entries) return () => undefined
    list.push(entry)
    return answer => {
      if (!written) list[index] = { ...entry, ...answer }
    }
  }
  const took = (at: number) => ({ ms: Math.round((elapsed() - at) * 1_000) / 1_000 })

  const session = gateway.open(peer, {
    ...services,
    dns: {
      known: (name, type) => {
        const answer = services.dns.known?.(name, type)
        if (answer !== undefined) note(dns, { at: elapsed(), question: `${name} ${type}`, ms: 0, answer, known: true })
        return answer
      },
      resolve: async (name, type, options) => {
        const at = elapsed()
        const answered = note(dns, { at, question: `${queryName(name) ?? name} ${type}` })
        const answer = await services.dns.resolve(name, type, options)
        answered({ ...took(at), answer })
        return answer
      },
    },
    callExternal: async (key, question) => {
      const at = elapsed()
      const answered = note(calls, { at, key })
      try {
        const answer = await services.callExternal(key, question)
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
    await write({ postern: 1, started, peer: { ...peer, ref: session.ref }, steps, dns, calls })
  }
  return {
    ref: session.ref,
    connect: () => verb({ verb: 'connect' }, () => session.connect()),
    pregreet: () => verb({ verb: 'pregreet' }, () => session.pregreet()),
    helo: (name, tls) =>
      verb({ verb: 'helo', ...(name !== undefined && { name }), ...(tls && { tls }) }, () => session.helo(name, tls)),
    mail: (reversePath, details) =>
      verb({ verb: 'mail', reversePath, ...(details && { details }) }, () => session.mail(reversePath, details)),
    rcpt: forwardPath => verb({ verb: 'rcpt', forwardPath }, () => session.rcpt(forwardPath)),
    removeRecipient: forwardPath => {
      note(steps, { at: elapsed(), verb: 'removeRecipient', forwardPath })
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

/** Passes a message through and keeps a copy. Never destroys the host's stream. */
function tap(content: Readable, size: number) {
  const kept: Buffer[] = []
  let length = 0
  let end: 'whole' | 'left' | 'unread' = 'unread'
  let failure: string | undefined
  async function* through() {
    try {
      for await (const chunk of content.iterator({ destroyOnReturn: false })) {
        const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk)
        length += bytes.length
        if (length <= size) kept.push(bytes)
        yield bytes
      }
      if (length <= size) end = 'whole'
    } catch (error) {
      end = 'left'
      failure = errorText(error)
      throw error
    }
  }
  return {
    tapped: Readable.from(through(), { objectMode: false }),
    seen: () => ({ message: writeMessage(Buffer.concat(kept)), end, ...(failure !== undefined && { error: failure }) }),
  }
}
