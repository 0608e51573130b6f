/** A policy server for Postfix (SMTPD_POLICY_README): `check_policy_service`, without a milter and without the message. */

import type { Server } from 'node:net'
import type { Gateway } from '../../engine/gateway.ts'
import { duration, flag, oneOf, whole } from '../../model/checks.ts'
import { schemaOf } from '../../model/options.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'
import { checkedGateway } from '../shared/gateway.ts'
import { socketServer } from '../shared/socket-server.ts'
import { type PolicyChoices, policyDialogue } from './dialogue.ts'
import { requestReader } from './requests.ts'

export interface PolicyServiceOptions {
  /**
   * What Postfix makes of a deferral: `now` says it at once; `if-permit` lets the restrictions that follow refuse for good,
   * and defers only what they would let pass (DEFER_IF_PERMIT). @default 'now'
   */
  readonly deferral?: 'now' | 'if-permit'
  /** Write X-Spam-Status on top of messages whose recipient was accepted (PREPEND). @default false */
  readonly prepend?: boolean
  /** Connections at once; Postfix keeps one for each smtpd process. @default 1000 */
  readonly connections?: number
  /** How long a connection may be silent; Postfix drops its own after 300 s. @default '1h' */
  readonly idle?: Duration
  /** How long a request may take to arrive, the first from the connection on. @default '60s' */
  readonly timeout?: Duration
}

const schema = schemaOf<PolicyServiceOptions>('policyService', {
  deferral: oneOf('now', 'if-permit'),
  prepend: flag(),
  connections: whole({ min: 1 }),
  idle: duration({ min: '100ms' }),
  timeout: duration({ min: '100ms' }),
})

const MAX_UNREAD = 65_536

/**
 * A server for `check_policy_service`. It judges connect, HELO, MAIL and RCPT; the message is never seen, so filters of the
 * later stages have no say: use `milter` for those.
 *
 * @example
 * policyService(gateway).listen(8892, '127.0.0.1')
 * // main.cf: smtpd_recipient_restrictions = …, check_policy_service inet:127.0.0.1:8892
 */
export function policyService(gateway: Gateway | (() => Gateway), options: PolicyServiceOptions = {}): Server {
  const current = checkedGateway(schema, gateway, options)
  const { deferral = 'now', prepend = false, connections = 1000, idle = '1h', timeout = '60s' } = options
  const times = { idle: toMilliseconds(idle), timeout: toMilliseconds(timeout) }
  const choices: PolicyChoices = { deferral, prepend }
  return socketServer({ name: 'policy', current, connections, ...times, unread: MAX_UNREAD }, say => {
    const reader = requestReader()
    const dialogue = policyDialogue(current, choices)
    return {
      hear: async chunk => {
        for (const attributes of reader.push(chunk)) say(`action=${await dialogue.answer(attributes)}\n\n`)
        return true
      },
      get reading() {
        return reader
      },
      close: dialogue.close,
    }
  })
}
