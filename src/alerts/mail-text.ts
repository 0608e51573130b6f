/** What a mail about alerts says. */
import { escapeInvisible } from '../model/printable.ts'
import type { Outgoing, Told } from './board.ts'

/** A mail to the operators, to be written and sent by the host. */
export interface AlertMail {
  /** Names the mail, the same at each try: whoever has it already does not get it again. */
  readonly name: string
  readonly subject: string
  readonly text: string
}

const MAX_SUBJECT = 120

export function mailOf(outgoing: Outgoing): AlertMail {
  const { id, kind, alerts, more } = outgoing
  const lines = [introduction(outgoing), ...alerts.map(alert => block(alert, kind === 'summary'))]
  if (more > 0) lines.push(`and ${more} more, which are not listed.`)
  return { name: `alert-${id}`, subject: subjectOf(outgoing), text: `${lines.join('\n\n')}\n` }
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

function block(alert: Told, isSummary: boolean): string {
  const { id, severity, since, endedAt, what, affected, remedy, nodes, kind, damped } = alert
  const lasted = endedAt === undefined ? '' : `, until ${time(endedAt)}`
  const lines = [
    `${line(id)} (${severity}), since ${time(since)}${lasted}${nodes.length > 0 ? `, on ${nodes.map(line).join(', ')}` : ''}`,
    ...(isSummary ? [`  state:    ${kind === 'end' ? 'over' : 'lasts'}`] : []),
    `  what:     ${line(what)}`,
  ]
  if (kind !== 'end') lines.push(`  affected: ${line(affected)}`, `  to do:    ${line(remedy)}`)
  if (damped)
    lines.push('  It begins and ends again and again: there is no more mail about it until it rests for an hour.')
  return lines.join('\n')
}

const severest = (alerts: readonly Told[]): string =>
  alerts.some(({ severity }) => severity === 'critical') ? 'critical' : 'warning'

/** One line; what comes from a log or a label cannot begin another one. */
const line = (text: string): string => escapeInvisible(text)

/** `2026-11-30 10:02 UTC` */
const time = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
