/** What postern asks of the mail server, as packets. */
import type { Outcome, Reply } from '../../model/decision.ts'
import { Actions, type Agreement, Protocol } from './negotiate.ts'
import { packet } from './packets.ts'

export const proceed = packet('c')
export const accept = packet('a')
export const discard = packet('d')
/** Not now: for what is no fault of the client. */
export const temporary = packet('t')
/** Enough was seen of the body. */
export const skip = packet('s')
/** Still at work: do not run out of time. */
export const progress = packet('p')

/** The words of a refusal. libmilter's clients take `%` for the beginning of a format. */
export const refusal = ({ code, status, text }: Reply): Buffer =>
  packet('y', `${code} ${status} ${text}`.replaceAll('%', '%%'), '\0')

/** What to do to an accepted message, as far as the mail server lets us, and the last word on it. */
export function changes(
  { trace, forged, each, verdict, findings }: Outcome,
  { actions, protocol }: Agreement,
): readonly Buffer[] {
  const may = (action: number) => (actions & action) !== 0
  const packets: Buffer[] = []
  // Where the blank behind a colon comes as it was sent, it is also ours to give.
  const blank = (protocol & Protocol.leadingSpace) !== 0 ? ' ' : ''
  if (may(Actions.changeHeaders)) {
    // From the bottom: what goes changes the numbers of those below it in some mail servers.
    for (const { name, position } of forged.toReversed()) packets.push(packet('m', number(position), name, '\0', '\0'))
  }
  if (may(Actions.addHeaders)) {
    // Each goes on top, so the last one goes first.
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
  const octets = Buffer.alloc(4)
  octets.writeUInt32BE(value)
  return octets
}

/** The mail server writes line ends of its own. */
const unfolded = (value: string): Buffer => Buffer.from(value.replaceAll('\r\n', '\n'), 'latin1')

/** Reasons hold what clients sent. */
const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 400)
