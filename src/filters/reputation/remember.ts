/** Writes down what was decided: counts for the identities, and under the reference what the message has proved. */

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
import { readIdentities, refKey } from './reports.ts'

/** One round trip; two where a session carries several messages. */
export async function rememberMessage(
  message: Message,
  { counts, memory, keep }: { readonly counts: Counts | undefined; readonly memory: Memory; readonly keep: number },
): Promise<void> {
  const { store, ref } = message
  // A session that ends before the senders are known has still had a client.
  const senders = message.ask(identities).then(senderIdentities, () => [])
  const charged = [...clientIdentities(await message.ask(origin)), ...(await senders)]
  const key = refKey(ref)
  const [entry] = await runLater(store, [
    { op: 'add', key, value: JSON.stringify(charged), ttl: keep },
    ...(counts === undefined ? [] : charged.flatMap(identity => decayingAdds(identity, memory, counts))),
  ])
  if (!entry.added) await narrow(store, key, entry.value, charged, keep)
}

/** A reference stands for all messages of its session: who reports one may mean any, so only what all prove is charged. */
async function narrow(store: Store, key: string, expected: string, charged: readonly Identity[], lasts: number) {
  const common = (readIdentities(expected) ?? []).filter(identity => charged.includes(identity))
  const value = JSON.stringify(common)
  if (value !== expected) await runLater(store, [{ op: 'compareAndSet', key, expected, value, ttl: lasts }])
}

/** Without a message only the client can be charged; before MAIL without a question for its name. */
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
