/** Rules: what each has done, what people corrected, what it costs, and what dry runs would have done. */
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { useData } from '../api/hooks.ts'
import { Filters } from '../components/filters.tsx'
import { Field, Select } from '../components/form.tsx'
import { Page, Panel } from '../components/page.tsx'
import { Empty, Loading } from '../components/state.tsx'
import { type Column, Table, useSorted } from '../components/table.tsx'
import { useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import { CorrectedCell, DryRunCell, HitsCell, PointsCell, RuleLink } from '../rules/cells.tsx'

type Report = Answer<'rules.list'>
/** One rule. */
export type Rule = Report['rules'][number]
type Cost = Report['filters'][number]

const DAYS = ['1', '7', '14', '30'] as const

/** The page. */
export function Rules() {
  const { texts, place } = useConsole()
  const { days = '7' } = place.query
  const { state, reload } = useData(days, signal => call('rules.list', { query: { days }, signal }))
  return (
    <Page title={texts.nav.rules} about={texts.rules.about}>
      <Filters page="rules" isFiltered={Object.keys(place.query).length > 0}>
        <Field label={texts.rules.find} name="text" type="search" value={place.query.text ?? ''} />
        <Select
          label={texts.rules.which}
          name="which"
          value={place.query.which ?? ''}
          options={[
            ['', texts.common.all],
            ['corrected', texts.rules.corrected],
            ['dry-run', texts.rules.dryRun],
            ['edited', texts.rules.editedOnly],
          ]}
        />
        <Select
          label={texts.rules.time}
          name="days"
          value={days}
          options={DAYS.map(value => [value, texts.rules.days(Number(value))] as const)}
        />
      </Filters>
      <Loading state={state} retry={reload} lines={12}>
        {report => <Shown report={report} />}
      </Loading>
    </Page>
  )
}

function Shown({ report }: { readonly report: Report }) {
  const { texts, place } = useConsole()
  const rules = report.rules.filter(rule => isShown(rule, place.query.text ?? '', place.query.which ?? ''))
  return (
    <div class="stack">
      <Panel title={texts.rules.title(rules.length)} isFlush>
        {rules.length === 0 ? (
          <Empty title={texts.rules.none}>{texts.rules.noneYet}</Empty>
        ) : (
          <RuleTable rules={rules} />
        )}
        <p class="hint panel-note">
          {texts.rules.measured(report.sample.recipients, report.sample.sessions, report.corrected)}
          {report.isSampled && ` ${texts.rules.sampled}`}
        </p>
      </Panel>
      <Costs filters={report.filters} />
    </div>
  )
}

const isShown = (rule: Rule, text: string, which: string): boolean =>
  rule.rule.toLowerCase().includes(text.trim().toLowerCase()) &&
  (which !== 'corrected' || rule.calledHam + rule.calledSpam > 0) &&
  (which !== 'dry-run' || rule.dryRun !== undefined) &&
  (which !== 'edited' || rule.edited !== undefined)

function RuleTable({ rules }: { readonly rules: readonly Rule[] }) {
  const { texts } = useConsole()
  const columns: readonly Column<Rule>[] = [
    {
      key: 'rule',
      title: texts.rules.rule,
      isHead: true,
      cell: rule => <RuleLink rule={rule.rule} />,
      sortBy: rule => rule.rule,
    },
    {
      key: 'hits',
      title: texts.rules.hits,
      isNumber: true,
      cell: rule => <HitsCell rule={rule} />,
      sortBy: rule => rule.hits,
    },
    {
      key: 'points',
      title: texts.rules.points,
      isNumber: true,
      cell: rule => <PointsCell rule={rule} />,
      sortBy: rule => rule.edited ?? rule.points ?? Number.NEGATIVE_INFINITY,
    },
    {
      key: 'corrected',
      title: texts.rules.correctedHits,
      cell: rule => <CorrectedCell rule={rule} />,
      isLargestFirst: true,
      sortBy: rule => rule.calledHam + rule.calledSpam,
    },
    {
      key: 'dryRun',
      title: texts.rules.dryRun,
      cell: rule => <DryRunCell rule={rule} />,
      isLargestFirst: true,
      sortBy: rule => rule.dryRun?.hits ?? -1,
    },
  ]
  const { rows, sorting } = useSorted(columns, rules, { key: 'hits', isDescending: true })
  return <Table caption={texts.nav.rules} columns={columns} rows={rows} keyOf={({ rule }) => rule} sorting={sorting} />
}

/** What each filter costs a session. */
function Costs({ filters }: { readonly filters: readonly Cost[] }) {
  const { texts, formats } = useConsole()
  const columns: readonly Column<Cost>[] = [
    {
      key: 'filter',
      title: texts.rules.filter,
      isHead: true,
      cell: ({ filter }) => <code>{inert(filter)}</code>,
      sortBy: ({ filter }) => filter,
    },
    {
      key: 'cpu',
      title: texts.rules.cpu,
      isNumber: true,
      cell: ({ cpu }) => formats.milliseconds(cpu),
      sortBy: ({ cpu }) => cpu,
    },
    {
      key: 'wait',
      title: texts.rules.wait,
      isNumber: true,
      cell: ({ wait }) => formats.milliseconds(wait),
      sortBy: ({ wait }) => wait,
    },
    {
      key: 'sessions',
      title: texts.rules.sessions,
      isNumber: true,
      cell: ({ sessions }) => formats.whole(sessions),
      sortBy: ({ sessions }) => sessions,
    },
  ]
  const { rows, sorting } = useSorted(columns, filters, { key: 'wait', isDescending: true })
  return (
    <Panel title={texts.rules.costs} isFlush>
      {filters.length === 0 ? (
        <Empty title={texts.rules.noCosts} />
      ) : (
        <Table
          caption={texts.rules.costs}
          columns={columns}
          rows={rows}
          keyOf={({ filter }) => filter}
          sorting={sorting}
        />
      )}
      <p class="hint panel-note">{texts.rules.costsHow}</p>
    </Panel>
  )
}
