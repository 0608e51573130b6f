/** Whole dialogues through the core: who sends what from where, and what became of it. */
import { Readable } from 'node:stream'
import type { Decision, Gateway } from '../../src/index.ts'
import type { Outcome } from '../../src/model/decision.ts'
import { settled } from '../../src/testing/clock.ts'

export interface Sent {
  readonly ip?: string
  readonly ref?: string
  readonly helo?: string
  readonly user?: string
  readonly reversePath?: string
  readonly forwardPaths?: readonly string[]
  readonly message?: string
}

/** Every decision of the session, in order; the last is what became of the message, unless it ended before. */
export interface Flow {
  readonly decisions: readonly Decision[]
  readonly outcome?: Outcome
  readonly ref: string
}

/** Sends one message and waits until whatever is written in the background is written. */
export async function send(
  gateway: Gateway,
  {
    ip = '192.0.2.1',
    ref,
    helo = 'client.example',
    user,
    reversePath = 'alice@example.net',
    forwardPaths = ['bob@example.org'],
    message = 'From: Alice <alice@example.net>\r\nSubject: Hello\r\n\r\nHello, Bob!\r\n',
  }: Sent = {},
): Promise<Flow> {
  const session = gateway.open({ ip, ...(ref && { ref }) })
  const decisions: Decision[] = []
  const say = async (verb: Promise<Decision>) => {
    const decision = await verb
    decisions.push(decision)
    return decision.reply.code < 400
  }
  const begun =
    (await say(session.connect())) &&
    (await say(session.helo(helo))) &&
    (await say(session.mail(reversePath, user === undefined ? {} : { user })))
  let accepted = 0
  if (begun) for (const path of forwardPaths) if (await say(session.rcpt(path))) accepted += 1
  const outcome = accepted > 0 ? await session.data(Readable.from([Buffer.from(message)])) : undefined
  if (outcome) decisions.push(outcome)
  session.close()
  await settled()
  return { decisions, ref: session.ref, ...(outcome && { outcome }) }
}
