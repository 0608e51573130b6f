/** The answers to a mail server, as packets. */
import type { Outcome, Reply } from '../../model/decision.ts'
import { Actions, type Agreement, Protocol } from './negotiate.ts'
import { packet } from './packets.ts'

export const proceed = packet('c')
export const accept = packet('a')
export const discard = packet('d')
/** A temporary failure within postern. */
export const temporary = packet('t')
/** The rest of the body is not needed. */
export const skip = packet('s')
/** Resets the mail server's timeout. */
export const progress = packet('p')

/** A refusal. libmilter's clients read `%` as the beginning of a format. */
export const refusal = ({ code, status, text }: Reply): Buffer =>
  packet('y', `${code} ${status} ${text}`.replaceAll('%', '%%'), '\0')

/** The changes to an accepted message, as far as the mail server allows them, and the final answer. */
export function changes(
  { trace, forged, each, verdict, findings }: Outcome,
  { actions, protocol }: Agreement,
): readonly Buffer[] {
  const may = (action: number) => (actions & action) !== 0
  const packets: Buffer[] = []
  // Where the blank behind a colon is sent as received, we send it too.
  const blank = (protocol & Protocol.leadingSpace) !== 0 ? ' ' : ''
  if (may(Actions.changeHeaders)) {
    // From the bottom: in some mail servers a deleted field renumbers those below it.
    for (const { name, position } of forged.toReversed()) packets.push(packet('m', number(position), name, '\0', '\0'))
  }
  if (may(Actions.addHeaders)) {
    // Each is inserted on top, so the last one comes first.
    for (const [name, value] of trace.toReversed())
      packets.push(packet('i', number(0), name, '\0', blank, unfolded(value), '\0'))
  }
  const refused = [...each].filter(([, decision]) => decision.reply.code >= 400)
  if (may(Actions.deleteRecipients)) for (const [path] of refused) packets.push(packet('-', `<${path}>`, '\0'))
  if (verdict === 'quarantine' && may(Actions.quarantine)) {
    const reason = findings.filter(({ points = 1 }) => points > 0).map(({ rule, reason }) => `${rule}: ${reason}`)
    packets.push(packet('q', printable(reason.join('; ') || 'quarantined'), '\0'))
  }
  return [...packets, accept]
}

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** The mail server writes its own line ends. */
const unfolded = (value: string): Buffer => Buffer.from(value.replaceAll('\r\n', '\n'), 'latin1')

/** Reasons hold text from clients. */
const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 400)
