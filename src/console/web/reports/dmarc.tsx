/** DMARC reports: mail in the name of our domains, as other hosts have seen it. */
import type { Answer } from '../../api/schemas.ts'
import { Bar, goodShare } from '../components/bar.tsx'
import { type Column, Table, useSorted } from '../components/table.tsx'
import { useConsole } from '../context.tsx'
import { inert } from '../format.ts'

type Row = Answer<'reports.get'>['dmarc'][number]

/** All reports about one domain. */
interface Domain {
  readonly domain: string
  readonly messages: number
  readonly passed: number
  readonly stopped: number
  readonly reporters: number
  readonly failing: readonly (readonly [source: string, messages: number])[]
}

/** Sources of failures that are shown for one domain. */
const MAX_SOURCES = 3

/** Adds reports up by domain, the ones with the most failures first. */
function byDomain(rows: readonly Row[]): readonly Domain[] {
  const groups = Map.groupBy(rows, ({ domain }) => domain)
  const domains = Array.from(groups, ([domain, all]): Domain => {
    const sum = (of: (row: Row) => number): number => all.reduce((total, row) => total + of(row), 0)
    const sources = new Map<string, number>()
    for (const { failing } of all)
      for (const { source, messages } of failing) sources.set(source, (sources.get(source) ?? 0) + messages)
    return {
      domain,
      messages: sum(({ messages }) => messages),
      passed: sum(({ passed }) => passed),
      stopped: sum(({ quarantined, rejected }) => quarantined + rejected),
      reporters: new Set(all.map(({ reporter }) => reporter)).size,
      failing: [...sources].toSorted(([, a], [, b]) => b - a).slice(0, MAX_SOURCES),
    }
  })
  return domains.toSorted((a, b) => b.messages - b.passed - (a.messages - a.passed))
}

/** One line for each of our domains. */
export function DomainTable({ rows }: { readonly rows: readonly Row[] }) {
  const { texts, formats } = useConsole()
  const columns: readonly Column<Domain>[] = [
    { key: 'domain', title: texts.reports.domain, isHead: true, cell: ({ domain }) => <code>{inert(domain)}</code> },
    { key: 'messages', title: texts.reports.messages, isNumber: true, cell: ({ messages }) => formats.whole(messages) },
    { key: 'passed', title: texts.reports.passed, cell: row => <Passed {...row} /> },
    { key: 'stopped', title: texts.reports.stopped, isNumber: true, cell: ({ stopped }) => formats.whole(stopped) },
    {
      key: 'failing',
      title: texts.reports.failing,
      isWide: true,
      cell: ({ failing }) => <Sources failing={failing} />,
    },
    {
      key: 'reporters',
      title: texts.reports.reporters,
      isNumber: true,
      cell: ({ reporters }) => formats.whole(reporters),
    },
  ]
  return (
    <Table caption={texts.reports.domains} columns={columns} rows={byDomain(rows)} keyOf={({ domain }) => domain} />
  )
}

/** The share that passed, as a bar and a number. */
export function Passed({ passed, messages }: { readonly passed: number; readonly messages: number }) {
  const { formats } = useConsole()
  const share = messages === 0 ? 1 : passed / messages
  return (
    <span class="share">
      <Bar share={share} tone={goodShare(share, 0.95, 0.8)} />
      {formats.percent(share)}
    </span>
  )
}

function Sources({ failing }: Pick<Domain, 'failing'>) {
  const { formats } = useConsole()
  if (failing.length === 0) return <span class="muted">–</span>
  return (
    <ul>
      {failing.map(([source, messages]) => (
        <li key={source}>
          <code>{inert(source, 60)}</code> <span class="muted">{formats.whole(messages)}</span>
        </li>
      ))}
    </ul>
  )
}

/** One line for each report. */
export function DmarcTable({ rows }: { readonly rows: readonly Row[] }) {
  const { texts, formats } = useConsole()
  const columns: readonly Column<Row>[] = [
    {
      key: 'reporter',
      title: texts.reports.reporter,
      isHead: true,
      cell: ({ reporter }) => inert(reporter, 100),
      sortBy: ({ reporter }) => reporter,
    },
    {
      key: 'domain',
      title: texts.reports.domain,
      cell: ({ domain }) => <code>{inert(domain)}</code>,
      sortBy: r => r.domain,
    },
    { key: 'day', title: texts.reports.day, cell: ({ begin }) => formats.day(begin), sortBy: ({ begin }) => begin },
    {
      key: 'messages',
      title: texts.reports.messages,
      isNumber: true,
      cell: ({ messages }) => formats.whole(messages),
      sortBy: ({ messages }) => messages,
    },
    {
      key: 'passed',
      title: texts.reports.passed,
      cell: row => <Passed {...row} />,
      sortBy: r => r.passed / (r.messages || 1),
    },
    {
      key: 'stopped',
      title: texts.reports.stopped,
      isNumber: true,
      cell: ({ quarantined, rejected }) => formats.whole(quarantined + rejected),
      sortBy: ({ quarantined, rejected }) => quarantined + rejected,
    },
  ]
  const { rows: sorted, sorting } = useSorted(columns, rows, { key: 'day', isDescending: true })
  const keyOf = ({ reporter, domain, begin, end, messages }: Row) => `${reporter} ${domain} ${begin} ${end} ${messages}`
  return <Table caption={texts.reports.dmarc} columns={columns} rows={sorted} keyOf={keyOf} sorting={sorting} />
}
