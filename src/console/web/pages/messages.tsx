/** Messages: a search by anything, and what became of every recipient. */
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { usePages } from '../api/hooks.ts'
import { Address } from '../components/address.tsx'
import { Filters, sinceOf } from '../components/filters.tsx'
import { Field, Select } from '../components/form.tsx'
import { Link } from '../components/link.tsx'
import { More } from '../components/more.tsx'
import { Page } from '../components/page.tsx'
import { Empty, Loading } from '../components/state.tsx'
import { type Column, Table } from '../components/table.tsx'
import { Badge, Time, type Verdict, VerdictBadge } from '../components/time.tsx'
import { useAccount, useConsole } from '../context.tsx'
import { type Formats, inert } from '../format.ts'
import type { Query } from '../router.ts'
import type { Texts } from '../texts/en.ts'

/** A line of the list. */
export type Entry = Answer<'messages.search'>['entries'][number]

const VERDICTS: readonly Verdict[] = ['accept', 'quarantine', 'defer', 'reject', 'discard']

export function MessagesPage() {
  const { texts, place } = useConsole()
  const { role } = useAccount()
  const { query } = place
  const pages = usePages(JSON.stringify(query), (cursor, signal) =>
    call('messages.search', { query: { ...queryOf(query), ...(cursor !== undefined && { cursor }) }, signal }),
  )
  const isFiltered = Object.keys(query).length > 0
  return (
    <Page title={role === 'user' ? texts.nav.myMessages : texts.messages.title} about={texts.messages.about}>
      <Search query={query} isFiltered={isFiltered} />
      <section class="panel">
        <Loading state={pages.state} retry={pages.reload} lines={12}>
          {entries =>
            entries.length === 0 && !pages.isPartial ? (
              <Empty title={isFiltered ? texts.messages.none : texts.messages.noneYet}>
                {isFiltered && texts.messages.noneHint}
              </Empty>
            ) : (
              <>
                <EntryTable entries={entries} caption={texts.messages.title} />
                <More pages={pages} shown={entries.length} />
              </>
            )
          }
        </Loading>
      </section>
    </Page>
  )
}

/** The query of the API for what stands in the URL. */
function queryOf({ text, sender, recipient, verdict, since, rule }: Query) {
  return {
    ...(text !== undefined && { text: text.replace(/^ref=/, '') }),
    ...(sender !== undefined && { sender }),
    ...(recipient !== undefined && { recipient }),
    ...(rule !== undefined && { rule }),
    ...(VERDICTS.includes(verdict as Verdict) && { verdict: verdict as Verdict }),
    ...sinceOf(since),
  }
}

function Search({ query, isFiltered }: { readonly query: Query; readonly isFiltered: boolean }) {
  const { texts } = useConsole()
  const { messages, common } = texts
  return (
    <Filters page="messages" isFiltered={isFiltered} button={common.search}>
      <div class="field-wide">
        <Field
          label={messages.text}
          name="text"
          type="search"
          value={query.text ?? ''}
          placeholder={messages.textHint}
          maxLength={998}
        />
      </div>
      <Field label={messages.sender} name="sender" value={query.sender ?? ''} maxLength={320} />
      <Field label={messages.recipient} name="recipient" value={query.recipient ?? ''} maxLength={320} />
      <Select
        label={messages.verdict}
        name="verdict"
        value={query.verdict ?? ''}
        options={[['', common.any], ...VERDICTS.map(verdict => [verdict, texts.verdicts[verdict]] as const)]}
      />
      <Select label={common.since} name="since" value={query.since ?? ''} options={spans(texts)} />
      {query.rule !== undefined && <input type="hidden" name="rule" value={query.rule} />}
    </Filters>
  )
}

/** The times that a list can begin at. */
export const spans = ({ common }: Texts): readonly (readonly [string, string])[] => [
  ['', common.anyTime],
  ['1h', common.lastHour],
  ['1d', common.lastDay],
  ['7d', common.lastWeek],
  ['30d', common.lastMonth],
]

interface EntryTableProps {
  readonly entries: readonly Entry[]
  readonly caption: string
}

/** Recipients of messages, one a line. */
export function EntryTable({ entries, caption }: EntryTableProps) {
  const { texts, formats } = useConsole()
  return <Table caption={caption} columns={columnsOf(texts, formats)} rows={entries} keyOf={keyOf} />
}

const keyOf = ({ ref, transaction, recipient, time }: Entry): string => `${ref} ${transaction} ${recipient} ${time}`

function columnsOf(texts: Texts, formats: Formats): readonly Column<Entry>[] {
  const { messages } = texts
  return [
    {
      key: 'subject',
      title: messages.subject,
      isHead: true,
      isWide: true,
      cell: entry => (
        <div class="entry-name">
          <Link to="message" params={{ ref: entry.ref }}>
            {entry.subject === undefined || entry.subject === '' ? messages.noSubject : inert(entry.subject, 160)}
          </Link>
          <code class="muted">{inert(entry.ref, 60)}</code>
        </div>
      ),
    },
    {
      key: 'verdict',
      title: messages.verdict,
      cell: ({ verdict, dryRun, tagged }) => (
        <span class="badges">
          <VerdictBadge verdict={verdict} />
          {tagged && <Badge>{messages.tagged}</Badge>}
          {dryRun !== undefined && <Badge>{messages.dryRun(texts.verdicts[dryRun])}</Badge>}
        </span>
      ),
    },
    { key: 'score', title: messages.score, isNumber: true, cell: ({ score }) => formats.score(score) },
    {
      key: 'from',
      title: messages.from,
      cell: ({ from, reversePath }) => <Address text={senderOf(from, reversePath, texts)} />,
    },
    { key: 'to', title: messages.to, cell: ({ recipient }) => <Address text={inert(recipient, 120)} /> },
    {
      key: 'delivery',
      title: messages.delivery,
      isExtra: true,
      isShort: true,
      // What was kept in the quarantine is held, whatever its delivery was.
      cell: ({ delivery, verdict }) =>
        delivery === undefined || (verdict === 'quarantine' && delivery === 'delivered')
          ? '–'
          : messages.deliveries[delivery],
    },
    { key: 'time', title: messages.time, cell: ({ time }) => <Time time={time} /> },
  ]
}

/** Who has sent it, as far as that is clear. */
export function senderOf(from: string | undefined, reversePath: string, texts: Texts): string {
  const name = from ?? reversePath
  return name === '' ? texts.common.nullSender : inert(name, 120)
}
