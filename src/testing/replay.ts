/** Plays a recording again, without any service: the same gateway decides the same, to the letter. */
import { Readable } from 'node:stream'
import type { Gateway } from '../engine/gateway.ts'
import type { Session } from '../engine/session.ts'
import type { Decision } from '../model/decision.ts'
import { load, type RecordedOutcome, type Recording, readMessage, type Step, writeDecision } from './recording.ts'
import { deep, replacer } from './redact.ts'
import { differences } from './replay/compare.ts'
import { type ReplayServices, replayServices } from './replay/services.ts'

export interface ReplayOptions {
  /** What was redacted when it was recorded, beside the `secrets` of the filters, if `gateway` still has it. @default none */
  readonly redact?: readonly string[]
}

/** One thing that the client said, and what was decided then and now. */
export interface ReplayedStep {
  /** `rcpt <bob@example.net>` */
  readonly said: string
  readonly recorded?: Decision | RecordedOutcome
  /** Absent when the dialogue does not come so far any more. */
  readonly replayed?: Decision | RecordedOutcome
  /** In what they differ, in lines for a person. */
  readonly differences: readonly string[]
}

export interface Replay {
  readonly steps: readonly ReplayedStep[]
  /** Every decision was the same to the letter: reply, reference and reasons included. */
  readonly same: boolean
  /** What the gateway asked and the recording has no answer for. */
  readonly missing: readonly string[]
}

/**
 * Plays a recording, or the file of one, against `gateway`. Time passes as it did in the recording, without waiting
 * for it. What the recording does not know fails as if the service could not be reached, and is `missing`.
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
    if (step.verb === 'withdraw') {
      session.removeRecipient(step.forwardPath)
      continue
    }
    const said = saidBy(step)
    const reached = reaches(progress, step)
    if (!reached) {
      const lines = step.decision ? ['the dialogue does not come so far'] : []
      steps.push({ said, ...(step.decision && { recorded: step.decision }), differences: lines })
      continue
    }
    interruptions(step, recording.steps.slice(index + 1), session, world)
    const decision = deep(await play(step, session, world), hide)
    progress = advance(progress, step, decision)
    const lines = step.decision ? differences(step.decision, decision) : []
    steps.push({ said, ...(step.decision && { recorded: step.decision }), replayed: decision, differences: lines })
  }
  session.close()
  return { steps, same: steps.every(step => step.differences.length === 0), missing: [...world.missing] }
}

type Asked = Exclude<Step, { readonly verb: 'reset' | 'close' | 'withdraw' }>

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
    case 'early':
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

/** The message as it came; one that broke off breaks off, one that was not read to its end goes no further. */
function contentOf({ message, end, error = 'aborted' }: Extract<Step, { readonly verb: 'data' }>): Readable {
  const bytes = readMessage(message)
  let given = false
  return new Readable({
    read() {
      if (!given && bytes.length > 0) this.push(bytes)
      else if (end === 'whole') this.push(null)
      else if (end === 'left') this.destroy(new Error(error))
      given = true
    },
  })
}

/** The client may have left, or the host given up, while the verb was under way. */
function interruptions(step: Asked, later: readonly Step[], session: Session, { schedule }: ReplayServices): void {
  const end = step.ms === undefined ? Number.POSITIVE_INFINITY : step.at + step.ms
  for (const { at, verb } of later) {
    if (at >= end || (verb !== 'reset' && verb !== 'close')) return
    schedule(at, () => session[verb]())
  }
}

/** How far the dialogue goes with these decisions: a client that is refused where it was not says other things. */
interface Progress {
  readonly open: boolean
  readonly inTransaction: boolean
  readonly recipients: number
}

const begin: Progress = { open: true, inTransaction: true, recipients: 0 }

function reaches({ open, inTransaction, recipients }: Progress, { verb, decision }: Asked): boolean {
  if (!open) return false
  if (verb === 'rcpt') return inTransaction
  // What came out of turn then may come out of turn now.
  return verb !== 'data' || recipients > 0 || decision?.findings.some(({ rule }) => rule === OUT_OF_TURN) === true
}

const OUT_OF_TURN = 'session/sequence'

function advance(progress: Progress, { verb, decision }: Asked, { reply }: Decision): Progress {
  const refused = reply.code >= 400
  const wasRefused = decision !== undefined && decision.reply.code >= 400
  const open = progress.open && (wasRefused || !(refused && (reply.close || verb === 'connect' || verb === 'helo')))
  if (verb === 'mail') return { open, inTransaction: wasRefused || !refused, recipients: 0 }
  if (verb === 'rcpt') return { ...progress, open, recipients: progress.recipients + (refused ? 0 : 1) }
  return { ...progress, open }
}

function saidBy(step: Asked): string {
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
