/** What the mail server offers, and what postern takes of it: never a bit that was not offered. */

import { ProtocolError } from '../shared/socket-server.ts'
import { packet } from './packets.ts'

/** What a milter may ask to do to a message. */
export const Actions = {
  addHeaders: 0x01,
  deleteRecipients: 0x08,
  changeHeaders: 0x10,
  quarantine: 0x20,
} as const

/** How the two will speak with each other. */
export const Protocol = {
  /** The milter answers no header field. */
  noHeaderReply: 0x80,
  noUnknown: 0x100,
  /** The milter may say that it has seen enough of the body. */
  skip: 0x400,
  noEndOfHeaderReply: 0x4_0000,
  noBodyReply: 0x8_0000,
  /** The blank behind the colon of a field is sent as it came. */
  leadingSpace: 0x10_0000,
} as const

/** Version 6 is the only one that mail servers of the last fifteen years speak; 2 to 5 lack what is then not offered. */
const VERSION = 6
const OLDEST = 2

export interface Agreement {
  readonly version: number
  readonly actions: number
  readonly protocol: number
  readonly reply: Buffer
}

/** Header and body events go unanswered, but that of the body may be cut short: where that is offered, it is answered. */
const wantedActions = Object.values(Actions).reduce((all, bit) => all | bit, 0)
// DATA is answered: where it is not, TCP holds back what the mail server sends next until it is acknowledged, 40 ms later.
const wantedProtocol =
  Protocol.noHeaderReply | Protocol.noUnknown | Protocol.skip | Protocol.noEndOfHeaderReply | Protocol.leadingSpace

/** @throws ProtocolError when the offer is cut short or too old */
export function negotiate(offer: Buffer): Agreement {
  if (offer.length < 12) throw new ProtocolError(`an offer of ${offer.length} bytes; 12 were expected`)
  const [offered, actions, protocol] = [offer.readUInt32BE(0), offer.readUInt32BE(4), offer.readUInt32BE(8)]
  if (offered < OLDEST) throw new ProtocolError(`version ${offered} of the protocol; ${OLDEST} or later was expected`)
  const version = Math.min(offered, VERSION)
  const agreed = {
    version,
    actions: actions & wantedActions,
    protocol: protocol & (wantedProtocol | ((protocol & Protocol.skip) === 0 ? Protocol.noBodyReply : 0)),
  }
  const data = Buffer.alloc(12)
  data.writeUInt32BE(version, 0)
  data.writeUInt32BE(agreed.actions, 4)
  data.writeUInt32BE(agreed.protocol, 8)
  return { ...agreed, reply: packet('O', data) }
}
