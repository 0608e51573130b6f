/** Audit: who did what, to whom or what, and why. */
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { usePages } from '../api/hooks.ts'
import { Filters, sinceOf } from '../components/filters.tsx'
import { Field, Select } from '../components/form.tsx'
import { Link } from '../components/link.tsx'
import { More } from '../components/more.tsx'
import { Page, Panel } from '../components/page.tsx'
import { Empty, Loading } from '../components/state.tsx'
import { type Column, Table } from '../components/table.tsx'
import { Badge, Time, type Tone } from '../components/time.tsx'
import { useConsole } from '../context.tsx'
import { inert } from '../format.ts'

type Action = Answer<'audit.list'>['entries'][number]

/** The page. */
export function Audit() {
  const { texts, place } = useConsole()
  const { by, action, target, since } = place.query
  const key = JSON.stringify([by, action, target, since])
  const pages = usePages(key, (cursor, signal) => {
    const query = {
      ...(by && { by }),
      ...(action && { action }),
      ...(target && { target }),
      ...sinceOf(since),
      ...(cursor !== undefined && { cursor }),
    }
    return call('audit.list', { query, signal })
  })
  return (
    <Page title={texts.nav.audit} about={texts.audit.about}>
      <AuditFilters />
      <Panel title={texts.audit.title} isFlush>
        <Loading state={pages.state} retry={pages.reload} lines={8}>
          {entries =>
            entries.length === 0 ? (
              <Empty title={texts.audit.none} />
            ) : (
              <>
                <Actions entries={entries} />
                <More pages={pages} shown={entries.length} />
              </>
            )
          }
        </Loading>
      </Panel>
    </Page>
  )
}

function AuditFilters() {
  const { texts, place } = useConsole()
  const { by, action, target, since } = place.query
  const actions = Object.entries(texts.audit.actions)
  return (
    <Filters page="audit" isFiltered={Object.keys(place.query).length > 0}>
      <Field label={texts.audit.by} name="by" type="search" value={by ?? ''} maxLength={320} />
      <Select
        label={texts.audit.action}
        name="action"
        value={action ?? ''}
        options={[['', texts.common.all], ...actions] as readonly (readonly [string, string])[]}
      />
      <Field label={texts.audit.target} name="target" type="search" value={target ?? ''} maxLength={320} />
      <Select
        label={texts.common.since}
        name="since"
        value={since ?? ''}
        options={[
          ['', texts.common.anyTime],
          ['1h', texts.common.lastHour],
          ['1d', texts.common.lastDay],
          ['7d', texts.common.lastWeek],
          ['30d', texts.common.lastMonth],
        ]}
      />
    </Filters>
  )
}

const TONES: Readonly<Record<Action['result'], Tone>> = { done: 'good', refused: 'warning', failed: 'bad' }

function Actions({ entries }: { readonly entries: readonly Action[] }) {
  const { texts } = useConsole()
  const columns: readonly Column<Action>[] = [
    { key: 'time', title: texts.charts.time, cell: ({ time }) => <Time time={time} /> },
    { key: 'by', title: texts.audit.by, isHead: true, cell: entry => <Person entry={entry} /> },
    { key: 'action', title: texts.audit.action, isShort: true, cell: ({ action }) => texts.audit.nameOf(action) },
    { key: 'target', title: texts.audit.target, cell: entry => <Target entry={entry} /> },
    { key: 'why', title: texts.audit.why, isWide: true, cell: entry => <Reason entry={entry} /> },
    {
      key: 'result',
      title: texts.audit.result,
      cell: ({ result }) => <Badge tone={TONES[result]}>{texts.audit.results[result]}</Badge>,
    },
  ]
  return <Table caption={texts.audit.title} columns={columns} rows={entries} keyOf={keyOf} />
}

const keyOf = ({ time, by, action, target }: Action): string => `${time} ${by} ${action} ${target}`

function Person({ entry: { by, role } }: { readonly entry: Action }) {
  const { texts } = useConsole()
  const roles: Readonly<Record<string, string>> = texts.roles
  return (
    <span>
      {inert(by, 100)} <span class="muted">{roles[role] ?? inert(role, 40)}</span>
    </span>
  )
}

/** What it was done to; a message leads to its page. */
function Target({ entry: { target, ref } }: { readonly entry: Action }) {
  return (
    <span>
      {target !== ref && <span>{inert(target, 120)} </span>}
      {ref !== null && (
        <Link to="message" params={{ ref }}>
          <code>{inert(ref, 60)}</code>
        </Link>
      )}
    </span>
  )
}

const Reason = ({ entry: { why, reason } }: { readonly entry: Action }) => (
  <div>
    {why !== undefined && why !== '' && <p>{inert(why)}</p>}
    {reason !== undefined && reason !== '' && <p class="muted">{inert(reason)}</p>}
  </div>
)
