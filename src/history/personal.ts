/** Which events and terms belong to an address. */
import type { GatewayEvent } from '../model/events.ts'
import type { Row } from './row.ts'
import { addressName, bareId, hashOf, namesOf } from './terms.ts'

/** What of a row tells whose it is. */
export type Person = Pick<Row, 'ref' | 'txn' | 'ip' | 'recipient' | 'reverse_path' | 'author' | 'message_id'>

/** Whether a row has this address as recipient, reverse-path or author. */
export const isOf = (row: Person, name: string): boolean =>
  [row.recipient, row.reverse_path, row.author ?? ''].some(path => path !== '' && addressName(path) === name)

/** The hashes of all terms of a row that name a person. */
export function* personalTerms({ ref, ip, recipient, reverse_path, author, message_id }: Person): Generator<number> {
  for (const value of namesOf(recipient)) yield hashOf('recipient', value)
  for (const path of [reverse_path, author ?? '']) for (const value of namesOf(path)) yield hashOf('sender', value)
  if (ip !== null) yield hashOf('ip', ip)
  if (message_id !== null) yield hashOf('messageId', bareId(message_id))
  yield hashOf('ref', ref)
}

/** Names a recipient of a transaction. */
export const keyOf = ({ ref, txn, recipient }: Pick<Row, 'ref' | 'txn' | 'recipient'>): string =>
  `${ref} ${txn} ${recipient}`

/**
 * Whether an event is about this address, or about one of its rows. What others received of the same message is not,
 * unless the address is its sender. Actions of people stay: they are the record of who did what.
 *
 * @param rows the keys of its rows
 */
export function isAbout(event: GatewayEvent, name: string, rows: ReadonlySet<string>): boolean {
  switch (event.type) {
    case 'transaction':
      return [event.reversePath, event.from ?? ''].some(path => path !== '' && addressName(path) === name)
    case 'recipient':
      return rows.has(keyOf({ ref: event.ref, txn: event.transaction, recipient: event.recipient }))
    case 'delivery':
      return addressName(event.recipient) === name || rows.has(keyOf({ ...event, txn: event.transaction ?? 1 }))
    default:
      return false
  }
}

/** The sender of a transaction without any recipient: no row leads to it. */
function lonelySender(event: GatewayEvent): string | undefined {
  if (event.type !== 'transaction' || event.accepted + event.refused > 0 || event.reversePath === '') return undefined
  return addressName(event.reversePath)
}

/** The hash under which blocks with such a sender are found. */
export const hashOfSender = (name: string): number => hashOf('sender', name)

/** The hashes under which a block is found: those of its sessions, and of senders to whom no row leads. */
export function marksOf(events: readonly GatewayEvent[]): readonly number[] {
  const marks = new Set<number>()
  for (const event of events) {
    if (event.ref !== null) marks.add(hashOf('ref', event.ref))
    const sender = lonelySender(event)
    if (sender !== undefined) marks.add(hashOfSender(sender))
  }
  return [...marks]
}

/** The sessions of a block in which this address is such a sender. */
export function lonelyRefs(lines: readonly string[], name: string): readonly string[] {
  return lines
    .filter(line => line.includes('"transaction"'))
    .map(line => JSON.parse(line) as GatewayEvent)
    .flatMap(event => (lonelySender(event) === name && event.ref !== null ? [event.ref] : []))
}
