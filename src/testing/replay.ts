/** Replays a recording without any service: the same gateway decides exactly the same. */
import { Readable } from 'node:stream'
import type { Gateway } from '../engine/gateway.ts'
import type { Session } from '../engine/session.ts'
import type { Decision } from '../model/decision.ts'
import { load, type RecordedOutcome, type Recording, readMessage, type Step, writeDecision } from './recording.ts'
import { deep, replacer } from './redact.ts'
import { differences } from './replay/compare.ts'
import { type ReplayServices, replayServices } from './replay/services.ts'

/** How a recording is replayed. */
export interface ReplayOptions {
  /** The words that were redacted when it was recorded, beside the `secrets` of the filters. @default none */
  readonly redact?: readonly string[]
}

/** One command of the client, with its decision then and now. */
export interface ReplayedStep {
  /** `rcpt <bob@example.net>` */
  readonly said: string
  /** The decision in the recording. */
  readonly recorded?: Decision | RecordedOutcome
  /** The decision now; absent when the dialogue no longer reaches the command. */
  readonly replayed?: Decision | RecordedOutcome
  /** How the two differ, one sentence each. */
  readonly differences: readonly string[]
}

/** How a replay went. */
export interface Replay {
  /** Each command of the client, in order. */
  readonly steps: readonly ReplayedStep[]
  /** Whether every decision was exactly the same: reply, reference and reasons included. */
  readonly same: boolean
  /** Questions of the gateway that the recording has no answer for. */
  readonly missing: readonly string[]
}

/**
 * Replays a recording, or the file of one, against `gateway`. Time passes as it did in the recording, without waiting.
 * A question that the recording has no answer for fails as if the service could not be reached, and is `missing`.
 *
 * @throws Error when the file is no recording
 *
 * @example
 * const { same, steps } = await replay('7K2Q9F0D.json', postern({ filters }))
 */
export async function replay(
  source: Recording | string,
  gateway: Gateway,
  { redact = [] }: ReplayOptions = {},
): Promise<Replay> {
  const recording = typeof source === 'string' ? await load(source) : source
  const hide = replacer([...redact, ...gateway.secrets]) ?? (text => text)
  const world = replayServices(recording, hide)
  const session = gateway.open(recording.peer, world)
  const steps: ReplayedStep[] = []
  let progress = begin
  for (const [index, step] of recording.steps.entries()) {
    await world.reach(step.at)
    if (step.verb === 'reset' || step.verb === 'close') {
      session[step.verb]()
      continue
    }
    if (step.verb === 'removeRecipient') {
      session.removeRecipient(step.forwardPath)
      continue
    }
    const command = commandOf(step)
    const reached = reaches(progress, step)
    if (!reached) {
      const lines = step.decision ? ['the dialogue does not reach this command'] : []
      steps.push({ said: command, ...(step.decision && { recorded: step.decision }), differences: lines })
      continue
    }
    interruptions(step, recording.steps.slice(index + 1), session, world)
    const decision = deep(await play(step, session, world), hide)
    progress = advance(progress, step, decision)
    const lines = step.decision ? differences(step.decision, decision) : []
    steps.push({
      said: command,
      ...(step.decision && { recorded: step.decision }),
      replayed: decision,
      differences: lines,
    })
  }
  session.close()
  return { steps, same: steps.every(step => step.differences.length === 0), missing: [...world.missing] }
}

type Asked = Exclude<Step, { readonly verb: 'reset' | 'close' | 'removeRecipient' }>

async function play(step: Asked, session: Session, world: ReplayServices): Promise<Decision | RecordedOutcome> {
  const until = step.at + (step.ms ?? 0)
  const content = step.verb === 'data' ? contentOf(step) : undefined
  const verb = call(step, session, content)
  const decision = await world.settle(verb, until, () => content?.destroy(new Error('the recording ends here')))
  content?.destroy()
  return writeDecision(decision)
}

function call(step: Asked, session: Session, content = Readable.from([])): Promise<Decision> {
  switch (step.verb) {
    case 'connect':
      return session.connect()
    case 'pregreet':
      return session.pregreet()
    case 'helo':
      return session.helo(step.name, step.tls)
    case 'mail':
      return session.mail(step.reversePath, step.details)
    case 'rcpt':
      return session.rcpt(step.forwardPath)
    case 'data':
      return session.data(content)
    default:
      return step satisfies never
  }
}

/** The message as it came; if it broke off, it breaks off again, and if it was not read to its end, it stops there. */
function contentOf({ message, end, error = 'aborted' }: Extract<Step, { readonly verb: 'data' }>): Readable {
  const bytes = readMessage(message)
  let isSent = false
  return new Readable({
    read() {
      if (!isSent && bytes.length > 0) this.push(bytes)
      else if (end === 'whole') this.push(null)
      else if (end === 'left') this.destroy(new Error(error))
      isSent = true
    },
  })
}

/** The client may have left, or the host may have given up, while a command was under way. */
function interruptions(step: Asked, later: readonly Step[], session: Session, services: ReplayServices): void {
  const end = step.ms === undefined ? Number.POSITIVE_INFINITY : step.at + step.ms
  for (const { at, verb } of later) {
    if (at >= end || (verb !== 'reset' && verb !== 'close')) return
    services.schedule(at, () => session[verb]())
  }
}

/** How far the dialogue goes with these decisions: a client that is refused now would go on differently. */
interface Progress {
  readonly open: boolean
  readonly inTransaction: boolean
  readonly recipients: number
}

const begin: Progress = { open: true, inTransaction: true, recipients: 0 }

function reaches({ open, inTransaction, recipients }: Progress, { verb, decision }: Asked): boolean {
  if (!open) return false
  if (verb === 'rcpt') return inTransaction
  // A command that was out of sequence then may be so now.
  return verb !== 'data' || recipients > 0 || decision?.findings.some(({ rule }) => rule === BAD_SEQUENCE) === true
}

const BAD_SEQUENCE = 'session/sequence'

function advance(progress: Progress, { verb, decision }: Asked, { reply }: Decision): Progress {
  const refused = reply.code >= 400
  const wasRefused = decision !== undefined && decision.reply.code >= 400
  const open = progress.open && (wasRefused || !(refused && (reply.close || verb === 'connect' || verb === 'helo')))
  if (verb === 'mail') return { open, inTransaction: wasRefused || !refused, recipients: 0 }
  if (verb === 'rcpt') return { ...progress, open, recipients: progress.recipients + (refused ? 0 : 1) }
  return { ...progress, open }
}

function commandOf(step: Asked): string {
  switch (step.verb) {
    case 'helo':
      return `helo ${step.name ?? '(unknown)'}`
    case 'mail':
      return `mail <${step.reversePath}>`
    case 'rcpt':
      return `rcpt <${step.forwardPath}>`
    default:
      return step.verb
  }
}
