/** A milter server: Postfix and Sendmail ask it at every step of the dialogue. */
import type { Server } from 'node:net'
import type { Gateway } from '../../engine/gateway.ts'
import { schemaOf } from '../../model/options.ts'
import type { Duration } from '../../model/units.ts'
import { checkedGateway } from '../shared/gateway.ts'
import { readSocketOptions, socketChecks } from '../shared/options.ts'
import { socketServer } from '../shared/socket-server.ts'
import { MilterConversation } from './conversation.ts'
import { packetReader } from './packets.ts'

/** How many connections a {@link milter} serves, and how long each may take. */
export interface MilterOptions {
  /** Connections of mail servers at once, one for each client that they serve. @default 2000 */
  readonly connections?: number
  /** How long a mail server may be silent. Postfix is silent for as long as its client is. @default '1h' */
  readonly idle?: Duration
  /** How long a packet may take to arrive; for the first one, from the connection on. @default '60s' */
  readonly timeout?: Duration
}

const schema = schemaOf<MilterOptions>('milter', socketChecks)

/** Bytes of replies that a mail server has not read; ordinary ones never leave nearly as many. */
const MAX_UNREAD = 262_144

/**
 * Returns a server of the milter protocol, version 6, for TCP or a Unix socket. It answers at connect, HELO, MAIL and
 * RCPT, so that hostile clients are refused before DATA.
 *
 * The mail server decides what happens while postern cannot be reached: `milter_default_action`.
 *
 * @throws PosternError when an option cannot be read
 * @example
 * milter(gateway).listen(8891, '127.0.0.1')
 * // main.cf: smtpd_milters = inet:127.0.0.1:8891
 */
export function milter(gateway: Gateway | (() => Gateway), options: MilterOptions = {}): Server {
  const current = checkedGateway(schema, gateway, options)
  const limits = { ...readSocketOptions(options, 2000), unread: MAX_UNREAD }
  return socketServer({ name: 'milter', current, ...limits }, send => {
    const reader = packetReader()
    const conversation = new MilterConversation(current, send)
    return {
      handle: async chunk => {
        for (const packet of reader.push(chunk)) if (!(await conversation.handle(packet))) return false
        return true
      },
      get reading() {
        return reader
      },
      close: () => conversation.close(),
    }
  })
}
