/**
 * A policy server for Postfix (SMTPD_POLICY_README): `check_policy_service`, without a milter and without the message.
 */

import type { Server } from 'node:net'
import type { Gateway } from '../../engine/gateway.ts'
import { flag, oneOf } from '../../model/checks.ts'
import { schemaOf } from '../../model/options.ts'
import type { Duration } from '../../model/units.ts'
import { checkedGateway } from '../shared/gateway.ts'
import { readSocketOptions, socketChecks } from '../shared/options.ts'
import { socketServer } from '../shared/socket-server.ts'
import { type PolicyChoices, PolicyDialogue } from './dialogue.ts'
import { requestReader } from './requests.ts'

/** How a {@link policyService} answers, how many connections it serves, and how long each may take. */
export interface PolicyServiceOptions {
  /**
   * How Postfix defers: `now` at once; `if-permit` only if the restrictions that follow would permit, so that they can
   * still reject (DEFER_IF_PERMIT). @default 'now'
   */
  readonly deferral?: 'now' | 'if-permit'
  /** Adds X-Spam-Status on top of messages whose recipient was accepted (PREPEND). @default false */
  readonly prepend?: boolean
  /** Connections at once; Postfix opens one for each smtpd process. @default 1000 */
  readonly connections?: number
  /** How long a connection may be silent; Postfix drops its own after 300 s. @default '1h' */
  readonly idle?: Duration
  /** How long a request may take to arrive; for the first one, from the connection on. @default '60s' */
  readonly timeout?: Duration
}

const schema = schemaOf<PolicyServiceOptions>('policyService', {
  deferral: oneOf('now', 'if-permit'),
  prepend: flag(),
  ...socketChecks,
})

const MAX_UNREAD = 65_536

/**
 * Returns a server for `check_policy_service`. It judges connect, HELO, MAIL and RCPT. It never sees the message, so
 * filters of the later stages do not run: use `milter` for those.
 *
 * @throws PosternError when an option cannot be read
 * @example
 * policyService(gateway).listen(8892, '127.0.0.1')
 * // main.cf: smtpd_recipient_restrictions = …, check_policy_service inet:127.0.0.1:8892
 */
export function policyService(gateway: Gateway | (() => Gateway), options: PolicyServiceOptions = {}): Server {
  const current = checkedGateway(schema, gateway, options)
  const { deferral = 'now', prepend = false } = options
  const limits = { ...readSocketOptions(options, 1000), unread: MAX_UNREAD }
  const choices: PolicyChoices = { deferral, prepend }
  return socketServer({ name: 'policy', current, ...limits }, send => {
    const reader = requestReader()
    const dialogue = new PolicyDialogue(current, choices)
    return {
      handle: async chunk => {
        for (const attributes of reader.push(chunk)) send(`action=${await dialogue.answer(attributes)}\n\n`)
        return true
      },
      get reading() {
        return reader
      },
      close: () => dialogue.close(),
    }
  })
}
