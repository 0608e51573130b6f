/** The words by which a recipient is found, and the hash under which each is kept. */

import type { RecipientEvent, TransactionEvent } from '../model/events.ts'
import { nodeCrypto } from '../model/lazy.ts'
import { canonical } from '../net/address.ts'
import { addressKey, domainOf, mailboxOf } from '../net/path.ts'
import type { HistoryQuery } from './types.ts'

/** What a term is about. */
type Kind = 'recipient' | 'sender' | 'ip' | 'ref' | 'messageId' | 'rule' | 'verdict'

/** Rules of one recipient that are kept as terms. */
const MAX_RULES = 50

/**
 * 52 bits of SHA-256: a whole number that SQLite and JavaScript share. Terms that collide are distinguished, because
 * the entry itself is compared with the query.
 */
export function hashOf(kind: Kind, value: string): number {
  const hex = nodeCrypto().hash('sha256', `${kind}\0${value}`, 'hex')
  return Number.parseInt(hex.slice(0, 13), 16)
}

/** All terms of a recipient. */
export function termsOf(event: RecipientEvent, transaction: TransactionEvent | undefined): readonly number[] {
  const terms = new Set<number>()
  const add = (kind: Kind, value: string | undefined): void => {
    if (value !== undefined && value !== '') terms.add(hashOf(kind, value))
  }
  for (const value of namesOf(event.recipient)) add('recipient', value)
  for (const path of [event.reversePath, transaction?.from ?? ''])
    for (const value of namesOf(path)) add('sender', value)
  add('ip', event.ip ?? undefined)
  add('ref', event.ref)
  add('messageId', transaction?.messageId && bareId(transaction.messageId))
  // Most are accepted: a term for them would lead to everything.
  add('verdict', event.verdict === 'accept' ? undefined : event.verdict)
  for (const { rule } of event.findings.slice(0, MAX_RULES)) add('rule', rule)
  return [...terms]
}

/** The address and its domain. */
export function namesOf(path: string): readonly string[] {
  if (path === '') return []
  const mailbox = mailboxOf(path)
  return [addressKey(mailbox), mailbox.domain]
}

/** The form in which an address or a domain is compared. */
export const addressName = (text: string): string => (text.includes('@') ? addressKey(mailboxOf(text)) : domainOf(text))

/** A Message-ID without its angle brackets. */
export const bareId = (text: string): string => text.trim().replace(/^<(.*)>$/s, '$1')

/** Terms of which one must hold. */
export type Alternatives = readonly number[]

/** What must hold: each of the lists, by one of its terms. */
export function alternativesOf(query: HistoryQuery): readonly Alternatives[] {
  const { text, recipient, sender, ip, ref, messageId, rule, verdict = 'accept' } = query
  return [
    ...(text === undefined ? [] : [anything(text.trim())]),
    ...(recipient === undefined ? [] : [[hashOf('recipient', addressName(recipient))]]),
    ...(sender === undefined ? [] : [[hashOf('sender', addressName(sender))]]),
    ...(ip === undefined ? [] : [[hashOf('ip', canonical(ip) ?? ip)]]),
    ...(ref === undefined ? [] : [[hashOf('ref', refName(ref))]]),
    ...(messageId === undefined ? [] : [[hashOf('messageId', bareId(messageId))]]),
    ...(rule === undefined ? [] : [[hashOf('rule', rule)]]),
    ...(verdict === 'accept' ? [] : [[hashOf('verdict', verdict)]]),
  ]
}

/** `ref=K3X9…` or `K3X9…`: as it stands in a reply. */
export const refName = (text: string): string => text.trim().replace(/^ref=/i, '')

function anything(text: string): Alternatives {
  const ip = canonical(text)
  if (ip !== undefined) return [hashOf('ip', ip)]
  const name = addressName(text)
  const either = [hashOf('recipient', name), hashOf('sender', name), hashOf('messageId', bareId(text))]
  if (text.includes('@')) return either
  return [...either, hashOf('rule', text), hashOf('ref', refName(text))]
}
