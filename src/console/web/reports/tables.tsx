/** TLS reports, complaints, and the reports that were sent. */
import type { Answer } from '../../api/schemas.ts'
import { Link } from '../components/link.tsx'
import { type Column, Table } from '../components/table.tsx'
import { Badge, Time, type Tone } from '../components/time.tsx'
import { useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import { Passed } from './dmarc.tsx'

type Reports = Answer<'reports.get'>
type Tls = Reports['tls'][number]
type Complaint = Reports['complaints'][number]
type Sent = Reports['sent'][number]

interface Rows<R> {
  readonly rows: readonly R[]
}

/** Whether other hosts could deliver to us by TLS (RFC 8460). */
export function TlsTable({ rows }: Rows<Tls>) {
  const { texts, formats } = useConsole()
  const columns: readonly Column<Tls>[] = [
    { key: 'reporter', title: texts.reports.reporter, isHead: true, cell: ({ reporter }) => inert(reporter, 100) },
    { key: 'domain', title: texts.reports.domain, cell: ({ domain }) => <code>{inert(domain)}</code> },
    { key: 'day', title: texts.reports.day, cell: ({ begin }) => formats.day(begin) },
    {
      key: 'passed',
      title: texts.reports.tlsPassed,
      cell: ({ successful, failed }) => <Passed passed={successful} messages={successful + failed} />,
    },
    { key: 'failures', title: texts.reports.failures, isWide: true, cell: row => <Failures row={row} /> },
  ]
  const keyOf = ({ reporter, domain, begin, successful, failed }: Tls) =>
    `${reporter} ${domain} ${begin} ${successful} ${failed}`
  return <Table caption={texts.reports.tls} columns={columns} rows={rows} keyOf={keyOf} />
}

function Failures({ row: { failures } }: { readonly row: Tls }) {
  const { formats } = useConsole()
  if (failures.length === 0) return <span class="muted">–</span>
  return <>{formats.list(failures.map(({ type, sessions }) => `${inert(type, 60)} (${formats.whole(sessions)})`))}</>
}

/** What people have called abuse (ARF, RFC 5965). */
export function ComplaintTable({ rows }: Rows<Complaint>) {
  const { texts } = useConsole()
  const columns: readonly Column<Complaint>[] = [
    { key: 'time', title: texts.charts.time, cell: ({ time }) => <Time time={time} /> },
    { key: 'reporter', title: texts.reports.reporter, isHead: true, cell: ({ reporter }) => inert(reporter, 100) },
    { key: 'kind', title: texts.reports.kind, cell: ({ kind }) => inert(kind, 40) },
    {
      key: 'source',
      title: texts.reports.source,
      cell: ({ source }) => (source === undefined ? '–' : inert(source, 80)),
    },
    {
      key: 'recipient',
      title: texts.live.to,
      cell: ({ recipient }) => (recipient === undefined ? '–' : inert(recipient, 100)),
    },
    { key: 'ref', title: texts.reports.message, cell: ({ ref }) => <Reference reference={ref} /> },
  ]
  const keyOf = ({ time, reporter, kind, source = '' }: Complaint) => `${time} ${reporter} ${kind} ${source}`
  return <Table caption={texts.reports.complaints} columns={columns} rows={rows} keyOf={keyOf} />
}

function Reference({ reference }: { readonly reference: string | undefined }) {
  if (reference === undefined) return <span class="muted">–</span>
  return (
    <Link to="message" params={{ ref: reference }}>
      <code>{inert(reference, 60)}</code>
    </Link>
  )
}

const TONES: Readonly<Record<Sent['result'], Tone>> = { sent: 'good', failed: 'bad', waiting: 'neutral' }

/** What we have told other domains about mail in their name. */
export function SentTable({ rows }: Rows<Sent>) {
  const { texts, formats } = useConsole()
  const columns: readonly Column<Sent>[] = [
    { key: 'time', title: texts.charts.time, cell: ({ time }) => <Time time={time} /> },
    { key: 'domain', title: texts.reports.domain, isHead: true, cell: ({ domain }) => <code>{inert(domain)}</code> },
    { key: 'recipient', title: texts.live.to, cell: ({ recipient }) => inert(recipient, 100) },
    { key: 'messages', title: texts.reports.messages, isNumber: true, cell: ({ messages }) => formats.whole(messages) },
    {
      key: 'result',
      title: texts.reports.result,
      cell: ({ result, reason }) => (
        <div>
          <Badge tone={TONES[result]}>{texts.reports.results[result]}</Badge>
          {reason !== undefined && <p class="muted">{inert(reason)}</p>}
        </div>
      ),
    },
  ]
  const keyOf = ({ time, domain, recipient }: Sent) => `${time} ${domain} ${recipient}`
  return <Table caption={texts.reports.sent} columns={columns} rows={rows} keyOf={keyOf} />
}
