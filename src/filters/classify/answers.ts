/** Which messages our users answer: what a person answers is wanted mail. */
import type { SentMail } from '../../model/feedback.ts'
import type { HeaderFields } from '../../model/header.ts'
import { nodeCrypto } from '../../model/lazy.ts'
import type { Message } from '../../model/stage.ts'
import type { Store } from '../../model/store.ts'
import { addressKey, mailboxOf } from '../../net/path.ts'
import { runLater } from '../../store/batched.ts'
import { idOf } from './training-log.ts'

/** Recipients of a message whose answers are recognised. */
const MAX_RECIPIENTS = 10
/** Message-IDs of one answer that are looked up. */
const MAX_ANSWERED = 4
/** A longer Message-ID is not remembered. */
const MAX_ID_LENGTH = 998

/** A message that was answered. */
export interface Answered {
  readonly ref: string
  /** The hash of its features: other messages of the session have the same reference. */
  readonly id: string
}

/**
 * Remembers who received a message under which Message-ID. Only a recipient can answer it: the Message-ID of a message
 * to somebody else says nothing. The first message with a Message-ID counts, so that a copied one replaces none.
 */
export async function rememberMessage(message: Message, features: Uint8Array, ttl: number): Promise<void> {
  const [messageId] = messageIdsIn(message.header, 'message-id')
  if (messageId === undefined) return
  const value = `${message.ref} ${idOf(features)}`
  const keys = message.forwardPaths.slice(0, MAX_RECIPIENTS).map(recipient => keyOf(messageId, recipient))
  await runLater(
    message.store,
    keys.map(key => ({ op: 'add', key, value, ttl }) as const),
  )
}

/** The messages that a sent message answers. */
export async function answeredBy({ from, inReplyTo = [] }: SentMail, store: Store): Promise<readonly Answered[]> {
  const keys = inReplyTo.slice(0, MAX_ANSWERED).flatMap(text => idsIn(text).map(id => keyOf(id, from)))
  if (from === '' || keys.length === 0) return []
  const entries = await store.run(keys.slice(0, MAX_ANSWERED).map(key => ({ op: 'get', key }) as const))
  return entries.flatMap(entry => {
    const [ref, id] = entry?.value.split(' ') ?? []
    return ref === undefined || id === undefined ? [] : [{ ref, id }]
  })
}

/** What an authenticated user sends through the gateway, as far as a person wrote it. */
export function sentMailOf({ header, reversePath, forwardPaths }: Message): SentMail | undefined {
  const inReplyTo = messageIdsIn(header, 'in-reply-to')
  if (reversePath === '' || inReplyTo.length === 0 || isAutomatic(header)) return undefined
  return { from: reversePath, to: forwardPaths, inReplyTo }
}

/** RFC 3834 §5, and what programs write that are older than it. */
const isAutomatic = (header: HeaderFields): boolean =>
  header.all('auto-submitted').some(({ value }) => !/^\s*no\b/i.test(value)) ||
  header.all('precedence').some(({ value }) => /^\s*(?:auto_reply|bulk|junk|list)\b/i.test(value)) ||
  header.all('x-autoreply').length + header.all('x-autorespond').length > 0

const messageIdsIn = (header: HeaderFields, name: string): readonly string[] =>
  header
    .all(name)
    .slice(0, 1)
    .flatMap(({ value }) => idsIn(value))

/** The Message-IDs in a text, without comments (RFC 5322 §3.6.4). */
const idsIn = (text: string): readonly string[] =>
  (text.slice(0, MAX_ID_LENGTH * MAX_ANSWERED).match(/<[^<>\s]{3,998}>/g) ?? []).slice(0, MAX_ANSWERED)

function keyOf(messageId: string, recipient: string): string {
  const text = `${messageId}\n${addressKey(mailboxOf(recipient))}`
  return `classify:answers:${nodeCrypto().createHash('sha256').update(text).digest('base64url').slice(0, 22)}`
}
