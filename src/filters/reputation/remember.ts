/** Records decisions: counts of identities, and under the reference the identities that the message proved. */

import { identities, origin } from '../../facts/identities.ts'
import {
  type Counts,
  clientIdentities,
  decayingAdds,
  type Identity,
  type Memory,
  senderIdentities,
} from '../../facts/reputation.ts'
import type { Decision } from '../../model/decision.ts'
import { type Connection, chargeableAddress, type Message } from '../../model/stage.ts'
import type { Store } from '../../model/store.ts'
import { runLater } from '../../store/batched.ts'
import { firstSeenWrites } from './first-seen.ts'
import { readIdentities, refKey } from './reports.ts'

/** What is remembered of a message. */
export interface Remembered {
  readonly counts: Counts | undefined
  readonly memory: Memory
  /** How long reports about it are accepted, in milliseconds. */
  readonly keep: number
  /** Whether its author's organisation is known from now on. */
  readonly firstSeen: boolean
}

/** One round trip; two where a session carries several messages. */
export async function rememberMessage(
  message: Message,
  { counts, memory, keep, firstSeen }: Remembered,
): Promise<void> {
  const { store, ref } = message
  // When the session ends before the senders are known, the client is still charged.
  const senders = message.ask(identities).then(senderIdentities, () => [])
  const charged = [...clientIdentities(await message.ask(origin)), ...(await senders)]
  const key = refKey(ref)
  const seen = firstSeen ? await firstSeenWrites(message).catch(() => []) : []
  const [entry] = await runLater(store, [
    { op: 'add', key, value: JSON.stringify(charged), ttl: keep },
    ...(counts === undefined ? [] : charged.flatMap(identity => decayingAdds(identity, memory, counts))),
    ...seen,
  ])
  if (!entry.added) await narrow(store, key, entry.value, charged, keep)
}

/**
 * A reference is shared by all messages of its session, so that only identities which all of them prove are charged.
 */
async function narrow(store: Store, key: string, expected: string, charged: readonly Identity[], ttl: number) {
  const common = (readIdentities(expected) ?? []).filter(identity => charged.includes(identity))
  const value = JSON.stringify(common)
  if (value !== expected) await runLater(store, [{ op: 'compareAndSet', key, expected, value, ttl }])
}

/** Charges the client for a refusal without a message; before MAIL without a DNS query for its name. */
export async function rememberRefusal(
  { stage }: Decision,
  context: Connection,
  { counts, memory, isTurn }: { readonly counts: Counts; readonly memory: Memory; readonly isTurn: Promise<boolean> },
): Promise<void> {
  const { store } = context
  const ip = chargeableAddress(context)
  const isEarly = stage === 'connect' || stage === 'helo'
  const client = !isEarly ? await context.ask(origin) : ip === undefined ? {} : { ip }
  if (!(await isTurn)) return
  await runLater(
    store,
    clientIdentities(client).flatMap(identity => decayingAdds(identity, memory, counts)),
  )
}
