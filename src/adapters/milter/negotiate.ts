/** The mail server's offer, and the part that postern takes: never a bit that was not offered. */
import { ProtocolError } from '../shared/socket-server.ts'
import { packet } from './packets.ts'

/** Changes that a milter may request. */
export const Actions = {
  addHeaders: 0x01,
  deleteRecipients: 0x08,
  changeHeaders: 0x10,
  quarantine: 0x20,
} as const

/** Options of the protocol. */
export const Protocol = {
  /** Header fields are not answered. */
  noHeaderReply: 0x80,
  noUnknown: 0x100,
  /** The milter may skip the rest of the body. */
  skip: 0x400,
  noEndOfHeaderReply: 0x4_0000,
  noBodyReply: 0x8_0000,
  /** The blank behind the colon of a field is sent as received. */
  leadingSpace: 0x10_0000,
} as const

/** Mail servers of the last fifteen years speak version 6; versions 2 to 5 offer less. */
const VERSION = 6
const OLDEST = 2

/** The agreed version and options, and the reply to the offer. */
export interface Agreement {
  readonly version: number
  readonly actions: number
  readonly protocol: number
  readonly reply: Buffer
}

const wantedActions = Object.values(Actions).reduce((all, bit) => all | bit, 0)
// Body chunks are answered only where `skip` is offered. DATA is answered always: else TCP delays the mail server's
// next packet until an acknowledgement 40 ms later.
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
