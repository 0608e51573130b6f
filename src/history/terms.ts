/** The words by which a recipient is found, and the hash under which each is kept. */

import type { RecipientEvent } from '../model/events.ts'
import { nodeCrypto } from '../model/lazy.ts'
import { canonical } from '../net/address.ts'
import { addressKey, domainOf, mailboxOf } from '../net/path.ts'
import type { TransactionFields } from './transaction-cache.ts'
import type { HistoryQuery } from './types.ts'

/** What a term is about. */
type Kind = 'recipient' | 'sender' | 'ip' | 'ref' | 'messageId' | 'rule' | 'verdict' | 'fingerprint'

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
export function termsOf(event: RecipientEvent, transaction: TransactionFields | undefined): readonly number[] {
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
  add('verdict', event.verdict === 'accept' ? undefined : event.verdict)
  add('fingerprint', transaction?.fingerprint)
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

/** A name by which recipients are found. */
export interface Term {
  readonly kind: Kind
  readonly value: string
}

/** What must hold: of each of the lists one term; nothing fits an empty list. */
export function conditionsOf(query: HistoryQuery): readonly (readonly Term[])[] {
  const { text, recipient, sender, ip, ref, messageId, rule, verdict = 'accept' } = query
  const { fingerprint, domains, addresses } = query
  return [
    ...(text === undefined ? [] : [anything(text.trim())]),
    ...(recipient === undefined ? [] : [[term('recipient', addressName(recipient))]]),
    ...(sender === undefined ? [] : [[term('sender', addressName(sender))]]),
    ...(ip === undefined ? [] : [[term('ip', canonical(ip) ?? ip)]]),
    ...(ref === undefined ? [] : [[term('ref', refName(ref))]]),
    ...(messageId === undefined ? [] : [[term('messageId', bareId(messageId))]]),
    ...(rule === undefined ? [] : [[term('rule', rule)]]),
    // Most are accepted: a term for them would lead to everything.
    ...(verdict === 'accept' ? [] : [[term('verdict', verdict)]]),
    ...(fingerprint === undefined ? [] : [[term('fingerprint', fingerprint)]]),
    ...(domains === undefined ? [] : [domains.map(domain => term('recipient', domainOf(domain)))]),
    ...(addresses === undefined ? [] : [addresses.map(address => term('recipient', addressName(address)))]),
  ]
}

const term = (kind: Kind, value: string): Term => ({ kind, value })

/** Hashes of terms of which one must hold. */
export type Alternatives = readonly number[]

/** {@link conditionsOf}, as hashes. */
export const alternativesOf = (query: HistoryQuery): readonly Alternatives[] =>
  conditionsOf(query).map(terms => terms.map(({ kind, value }) => hashOf(kind, value)))

/** `ref=K3X9…` or `K3X9…`: as it stands in a reply. */
export const refName = (text: string): string => text.trim().replace(/^ref=/i, '')

function anything(text: string): readonly Term[] {
  const ip = canonical(text)
  if (ip !== undefined) return [term('ip', ip)]
  const name = addressName(text)
  const either = [term('recipient', name), term('sender', name), term('messageId', bareId(text))]
  if (text.includes('@')) return either
  return [...either, term('rule', text), term('ref', refName(text))]
}
