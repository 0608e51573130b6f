/** Shows a report as lines for a terminal. What strangers have written is escaped where it is printed. */
import type { Complaint, DmarcRecord, DmarcReport, ReceivedReport, TlsReport } from './types.ts'

/** Rows that are shown; --json has all. */
const MAX_ROWS = 200

/** One line for each thing that a report says. */
export function reportLines(report: ReceivedReport): readonly string[] {
  switch (report.kind) {
    case 'dmarc':
      return dmarcLines(report)
    case 'tls':
      return tlsLines(report)
    case 'complaint':
      return complaintLines(report)
    case 'unreadable':
      return [`unreadable: ${report.reason}`]
    default:
      return report satisfies never
  }
}

function dmarcLines(report: DmarcReport): readonly string[] {
  const { policy, records, errors, isPartial } = report
  const messages = records.reduce((sum, { count }) => sum + count, 0)
  const passed = records.filter(isPassed).reduce((sum, { count }) => sum + count, 0)
  const sorted = records.toSorted((one, other) => other.count - one.count)
  const rows = sorted.slice(0, MAX_ROWS).map(recordRow)
  return [
    `DMARC of ${policy.domain}, by ${writer(report)}, ${period(report)}`,
    `policy: p=${policy.p}${policy.sp === undefined ? '' : ` sp=${policy.sp}`}${policy.testing === 'y' ? ' t=y' : ''}`,
    `${messages} messages: ${passed} pass, ${messages - passed} do not`,
    ...errors.map(error => `error: ${error}`),
    ...(isPartial ? ['not all of it could be read'] : []),
    '',
    ...columns([['messages', 'client', 'from', 'dkim', 'spf', 'done', 'why'], ...rows]),
    ...(records.length > MAX_ROWS ? [`and ${records.length - MAX_ROWS} more rows, which --json shows`] : []),
  ]
}

const isPassed = ({ dkim, spf }: DmarcRecord): boolean => dkim === 'pass' || spf === 'pass'

const recordRow = ({ count, ip, headerFrom, dkim, spf, disposition, overrides }: DmarcRecord): readonly string[] => [
  ...[String(count), ip, headerFrom, dkim, spf, disposition],
  overrides.map(({ type, comment }) => (comment === undefined ? type : `${type} (${comment})`)).join(', '),
]

function tlsLines(report: TlsReport): readonly string[] {
  const rows = report.policies.flatMap(({ domain, type, successful, failed, failures }) => [
    [domain, type, String(successful), String(failed), ''],
    ...failures
      .slice(0, MAX_ROWS)
      .map(({ type: kind, sessions, host = '' }) => ['', '', '', String(sessions), `${kind} ${host}`]),
  ])
  return [
    `TLS, by ${writer(report)}, ${period(report)}`,
    '',
    ...columns([['domain', 'policy', 'successful', 'failed', 'why'], ...rows.slice(0, MAX_ROWS)]),
  ]
}

function complaintLines(complaint: Complaint): readonly string[] {
  const { type, reporter, arrived, ip, domain, reversePath, recipient, from, messageId, ref } = complaint
  const rows = Object.entries({ ip, domain, from, reversePath, recipient, messageId, ref })
  return [
    `complaint (${type}) by ${reporter || 'an unknown program'}${arrived === undefined ? '' : `, ${date(arrived)}`}`,
    ...columns(rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
  ]
}

const writer = ({ reporter, id }: DmarcReport | TlsReport): string => `${reporter || 'an unknown organisation'} (${id})`

const period = ({ begin, end }: DmarcReport | TlsReport): string => `${date(begin)} to ${date(end)}`

/** Minutes in UTC; a time that no calendar has is shown as none. */
const date = (time: number): string =>
  Number.isFinite(time) && Math.abs(time) < 8.64e15 ? new Date(time).toISOString().slice(0, 16).replace('T', ' ') : '?'

const MAX_WIDTH = 60

function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (before, row) => row.map((cell, index) => Math.min(Math.max(before[index] ?? 0, cell.length), MAX_WIDTH)),
    [],
  )
  return rows.map(row =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
