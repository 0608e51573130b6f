/** Reports: what other hosts say about mail of our domains, complaints, and the reports that were sent. */
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { useData } from '../api/hooks.ts'
import { Choice } from '../components/choice.tsx'
import { Page, Panel } from '../components/page.tsx'
import { Empty, Loading } from '../components/state.tsx'
import { useConsole } from '../context.tsx'
import { DmarcTable, DomainTable } from '../reports/dmarc.tsx'
import { ComplaintTable, SentTable, TlsTable } from '../reports/tables.tsx'

type Reports = Answer<'reports.get'>
const DAYS = ['1', '7', '30', '90'] as const

/** The page. */
export function ReportsPage() {
  const { texts, place } = useConsole()
  const { days = '30' } = place.query
  const { state, reload } = useData(days, signal => call('reports.get', { query: { days }, signal }))
  return (
    <Page title={texts.nav.reports} about={texts.reports.about}>
      <Choice
        page="reports"
        label={texts.rules.time}
        name="days"
        value={days}
        options={DAYS.map(value => [value, texts.rules.days(Number(value))] as const)}
      />
      <Loading state={state} retry={reload} lines={10}>
        {reports => <Shown reports={reports} />}
      </Loading>
    </Page>
  )
}

function Shown({ reports: { dmarc, tls, complaints, sent } }: { readonly reports: Reports }) {
  const { texts } = useConsole()
  const none = <Empty title={texts.reports.none} />
  return (
    <div class="stack">
      <Panel title={texts.reports.domains} isFlush>
        {dmarc.length === 0 ? (
          <Empty title={texts.reports.noDmarc}>{texts.reports.how}</Empty>
        ) : (
          <DomainTable rows={dmarc} />
        )}
      </Panel>
      {dmarc.length > 0 && (
        <Panel title={texts.reports.dmarc} isFlush>
          <DmarcTable rows={dmarc} />
        </Panel>
      )}
      <Panel title={texts.reports.tls} isFlush>
        {tls.length === 0 ? none : <TlsTable rows={tls} />}
      </Panel>
      <Panel title={texts.reports.complaints} isFlush>
        {complaints.length === 0 ? none : <ComplaintTable rows={complaints} />}
      </Panel>
      <Panel title={texts.reports.sent} isFlush>
        {sent.length === 0 ? none : <SentTable rows={sent} />}
      </Panel>
    </div>
  )
}
