/** What a mail about alerts says. */
import { escapeInvisible } from '../model/printable.ts'
import type { Outgoing, Told } from './board.ts'

/** A mail to the operators, which the host writes and sends. */
export interface AlertMail {
  /** Names the mail, the same at each try: an address that has it already does not get it again. */
  readonly name: string
  /** Its date, in milliseconds since 1970. */
  readonly time: number
  readonly subject: string
  readonly introduction: string
  /** One for each alert. */
  readonly items: readonly { readonly text: string; readonly details: readonly string[] }[]
  /** What stands at the end. */
  readonly note?: string
}

const MAX_SUBJECT = 120

export function mailOf(outgoing: Outgoing): AlertMail {
  const { id, kind, time, alerts, more } = outgoing
  return {
    ...{ name: `alert-${id}`, time, subject: subjectOf(outgoing), introduction: introduction(outgoing) },
    items: alerts.map(alert => itemOf(alert, kind === 'summary')),
    ...(more > 0 && { note: `${more} more are not listed.` }),
  }
}

function subjectOf({ kind, alerts, more }: Outgoing): string {
  const [first] = alerts
  const others = alerts.length + more - 1
  const rest = others > 0 ? ` and ${others} more` : ''
  const name = line(first?.id ?? '').slice(0, MAX_SUBJECT)
  switch (kind) {
    case 'begin':
      return `postern: ${severest(alerts)}: ${name}${rest}`
    case 'end':
      return `postern: over: ${name}${rest}`
    case 'reminder':
      return `postern: still ${severest(alerts)}: ${name}${rest}`
    case 'summary':
      return `postern: ${alerts.length + more} alerts of the last hour`
    default:
      return kind satisfies never
  }
}

function introduction({ kind, alerts }: Outgoing): string {
  switch (kind) {
    case 'begin':
      return alerts.length === 1 ? 'An alert has begun.' : `${alerts.length} alerts have begun.`
    case 'end':
      return alerts.length === 1 ? 'An alert is over.' : `${alerts.length} alerts are over.`
    case 'reminder':
      return 'These alerts have lasted for a day or longer.'
    case 'summary':
      return 'There were more alerts than mails an hour; this is what no mail has said.'
    default:
      return kind satisfies never
  }
}

function itemOf(alert: Told, isSummary: boolean): AlertMail['items'][number] {
  const { id, severity, since, endedAt, what, affected, remedy, nodes, kind, damped } = alert
  const lasted = endedAt === undefined ? '' : `, until ${timeText(endedAt)}`
  const where = nodes.length > 0 ? `, on ${nodes.map(line).join(', ')}` : ''
  return {
    text: `${line(id)} (${severity}), since ${timeText(since)}${lasted}${where}`,
    details: [
      ...(isSummary ? [kind === 'end' ? 'It is over.' : 'It lasts.'] : []),
      `What: ${line(what)}`,
      ...(kind === 'end' ? [] : [`Affected: ${line(affected)}`, `To do: ${line(remedy)}`]),
      ...(damped ? ['It begins and ends again and again: there is no mail about it until it rests for an hour.'] : []),
    ],
  }
}

const severest = (alerts: readonly Told[]): string =>
  alerts.some(({ severity }) => severity === 'critical') ? 'critical' : 'warning'

/** One line; what comes from a log or a label cannot begin another one. */
const line = (text: string): string => escapeInvisible(text)

/** `2026-11-30 10:02 UTC` */
const timeText = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
