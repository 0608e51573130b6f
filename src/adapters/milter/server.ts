/** A milter server: Postfix, Sendmail and OpenSMTPD ask it at every step of the dialogue. */

import type { Server } from 'node:net'
import type { Gateway } from '../../engine/gateway.ts'
import { duration, whole } from '../../model/checks.ts'
import { schemaOf } from '../../model/options.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'
import { checkedGateway } from '../shared/gateway.ts'
import { socketServer } from '../shared/socket-server.ts'
import { conversation } from './conversation.ts'
import { packetReader } from './packets.ts'

export interface MilterOptions {
  /** Connections of mail servers at once; one for each client that they serve. @default 2000 */
  readonly connections?: number
  /** How long a mail server may be silent. Postfix is silent for as long as its client is. @default '1h' */
  readonly idle?: Duration
  /** How long a packet may take to arrive, and the offer from the connection on. @default '60s' */
  readonly timeout?: Duration
}

const schema = schemaOf<MilterOptions>('milter', {
  connections: whole({ min: 1 }),
  idle: duration({ min: '100ms' }),
  timeout: duration({ min: '100ms' }),
})

/** Answers that a mail server does not fetch: far less than this is ever under way. */
const MAX_UNREAD = 262_144

/**
 * A server that mail servers speak to by the milter protocol, version 6, over TCP or a Unix socket. It answers at
 * connect, HELO, MAIL and RCPT, so that hostile clients are turned away before DATA.
 *
 * What the mail server does while postern cannot be reached is the mail server's to say: `milter_default_action`.
 *
 * @example
 * milter(gateway).listen(8891, '127.0.0.1')
 * // main.cf: smtpd_milters = inet:127.0.0.1:8891
 */
export function milter(gateway: Gateway | (() => Gateway), options: MilterOptions = {}): Server {
  const current = checkedGateway(schema, gateway, options)
  const { connections = 2000, idle = '1h', timeout = '60s' } = options
  const times = { idle: toMilliseconds(idle), timeout: toMilliseconds(timeout) }
  return socketServer({ name: 'milter', current, connections, ...times, unread: MAX_UNREAD }, say => {
    const reader = packetReader()
    const talk = conversation(current, say)
    return {
      hear: async chunk => {
        for (const packet of reader.push(chunk)) if (!(await talk.hear(packet))) return false
        return true
      },
      get reading() {
        return reader
      },
      close: talk.close,
    }
  })
}
