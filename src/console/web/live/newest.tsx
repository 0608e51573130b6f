/** The newest recipients, as they come. */
import { Link } from '../components/link.tsx'
import { Panel } from '../components/page.tsx'
import { Empty, Skeleton } from '../components/state.tsx'
import { type Column, Table } from '../components/table.tsx'
import { VerdictBadge } from '../components/time.tsx'
import { useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import type { LiveEntries } from './view.ts'

type Entry = LiveEntries[number]

/** A table that changes by itself; it is not read aloud. */
export function Newest({ entries }: { readonly entries: LiveEntries | undefined }) {
  const { texts } = useConsole()
  return (
    <Panel title={texts.live.newest} isFlush>
      {entries === undefined ? (
        <Skeleton lines={4} />
      ) : entries.length === 0 ? (
        <Empty title={texts.live.noEntries} />
      ) : (
        <EntryTable caption={texts.live.newest} entries={entries} />
      )}
    </Panel>
  )
}

/** The hour alone would be taken for one of today. */
const isOld = (time: number): boolean => Date.now() - time > 43_200_000

/** Recipients as lines. */
export function EntryTable({ caption, entries }: { readonly caption: string; readonly entries: readonly Entry[] }) {
  const { texts, formats } = useConsole()
  const columns: readonly Column<Entry>[] = [
    {
      key: 'time',
      title: texts.charts.time,
      cell: ({ time }) => (
        <time title={formats.full(time)}>{isOld(time) ? formats.dayHour(time) : formats.clock(time)}</time>
      ),
    },
    { key: 'verdict', title: texts.live.verdict, cell: ({ verdict }) => <VerdictBadge verdict={verdict} /> },
    {
      key: 'from',
      title: texts.live.from,
      isHead: true,
      isName: true,
      cell: ({ ref, from, reversePath }) => (
        <Link to="message" params={{ ref }}>
          {inert((from ?? reversePath) || texts.common.nullSender, 80)}
        </Link>
      ),
    },
    { key: 'to', title: texts.live.to, isName: true, cell: ({ recipient }) => inert(recipient, 80) },
    { key: 'score', title: texts.live.score, isNumber: true, isExtra: true, cell: ({ score }) => formats.score(score) },
  ]
  return (
    <Table
      caption={caption}
      columns={columns}
      rows={entries}
      keyOf={({ ref, transaction, recipient, time }) => `${ref} ${transaction} ${recipient} ${time}`}
    />
  )
}
