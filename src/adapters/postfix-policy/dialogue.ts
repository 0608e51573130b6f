/** One connection of Postfix: its requests, put together again into the sessions that they tell of. */

import type { Gateway } from '../../engine/gateway.ts'
import type { Session } from '../../engine/session.ts'
import type { Decision } from '../../model/decision.ts'
import { canonical } from '../../net/address.ts'
import { spamStatusOf } from '../../trace/spam-status.ts'
import type { Attributes } from './requests.ts'

export interface PolicyChoices {
  /** What a deferral is: `now` ends the transaction with it; `if-permit` lets restrictions that follow refuse for good. */
  readonly deferral: 'now' | 'if-permit'
  /** Write X-Spam-Status on top of accepted messages. */
  readonly prepend: boolean
}

export interface PolicyDialogue {
  /** The action for one request, in Postfix's words (access(5)). */
  answer(attributes: Attributes): Promise<string>
  close(): void
}

/** What a session was opened for. Postfix says everything anew with each request. */
interface PolicyConnection {
  readonly session: Session
  readonly gateway: Gateway
  readonly client: string
  helo?: string
  /** The transaction: Postfix's name for it, and its reverse-path. */
  instance?: string
  prepended: boolean
  /** What every further request of this client, or of this transaction, hears. */
  refused?: Decision
}

const transactionOf = (attributes: Attributes): string => `${attributes.get('instance')} ${attributes.get('sender')}`
const isSame = ({ instance }: PolicyConnection, attributes: Attributes): boolean =>
  instance === transactionOf(attributes)

const go = 'DUNNO'

/** How far the dialogue has come at each protocol state; what comes later includes what came before. */
const steps: Readonly<Record<string, number>> = { CONNECT: 0, EHLO: 1, HELO: 1, MAIL: 2, RCPT: 3 }

export function policyDialogue(current: () => Gateway, choices: PolicyChoices): PolicyDialogue {
  let visit: PolicyConnection | undefined

  const end = () => {
    visit?.session.close()
    visit = undefined
  }
  const verbs = async (attributes: Attributes): Promise<Decision | undefined> => {
    const value = (name: string) => attributes.get(name) ?? ''
    const step = steps[value('protocol_state')]
    // DATA and later: all that can be said without the message was said; VRFY and ETRN are none of ours.
    if (step === undefined) return undefined
    // Postfix says `unknown` of a client that has left before it was looked at. Of those, each message is one session.
    const ip = canonical(value('client_address'))
    const client = ip === undefined ? `unknown ${value('instance')}` : `${ip} ${value('client_port')}`
    let decision: Decision | undefined
    // Postfix does not tell one connection of a client from its next one on the same port: they differ in their messages.
    const isNameless = ip === undefined && value('instance') === ''
    const isOther =
      isNameless || visit?.client !== client || (visit.gateway !== current() && !isSame(visit, attributes))
    if (visit === undefined || isOther) {
      end()
      const gateway = current()
      visit = { session: gateway.open({ ip }), gateway, client, prepended: false }
      decision = await visit.session.connect()
      if (decision.reply.code >= 400) visit.refused = decision
    }
    const here = visit
    if (here.refused) return here.refused
    const helo = value('helo_name')
    if (step >= 1 && here.helo !== `${helo} ${value('encryption_protocol')}`) {
      const [protocol, cipher] = [value('encryption_protocol'), value('encryption_cipher')]
      here.helo = `${helo} ${protocol}`
      delete here.instance
      decision = await here.session.helo(
        helo || undefined,
        protocol ? { protocol, ...(cipher && { cipher }) } : undefined,
      )
      if (decision.reply.code >= 400) return decision
    }
    if (step >= 2 && !isSame(here, attributes)) {
      if (here.instance !== undefined) here.session.reset()
      const user = value('sasl_username')
      here.instance = transactionOf(attributes)
      here.prepended = false
      decision = await here.session.mail(value('sender'), { ...(user && { user }) })
      if (decision.reply.code >= 400) {
        // Asked again, it is judged again: Postfix may ask at MAIL and at RCPT.
        delete here.instance
        return decision
      }
    }
    return step >= 3 ? await here.session.rcpt(value('recipient')) : decision
  }

  const prefix = (decision: Decision): string | undefined => {
    if (!choices.prepend || visit === undefined || visit.prepended || decision.stage !== 'rcpt') return undefined
    visit.prepended = true
    const field = spamStatusOf(visit.session.ref, decision).find(([name]) => name === 'X-Spam-Status')
    return field && `PREPEND ${field[0]}: ${field[1].replace(/\r\n\s+/g, ' ')}`
  }

  return {
    answer: async attributes => {
      const decision = await verbs(attributes)
      if (decision === undefined) return go
      const { code, status, text } = decision.reply
      if (code < 400) return prefix(decision) ?? go
      const isDeferral = code < 500 && code !== 421
      return isDeferral && choices.deferral === 'if-permit'
        ? `DEFER_IF_PERMIT ${status} ${text}`
        : `${code} ${status} ${text}`
    },
    close: end,
  }
}
