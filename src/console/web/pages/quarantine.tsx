/** Quarantine: what is held, why, and until when; several messages are released or deleted together. */
import { useState } from 'preact/hooks'
import { call } from '../api/client.ts'
import { type Pages, usePages } from '../api/hooks.ts'
import { Address } from '../components/address.tsx'
import { Filters, sinceOf } from '../components/filters.tsx'
import { Field, Select } from '../components/form.tsx'
import { HeldState, KindBadge } from '../components/held.tsx'
import { HeldActions } from '../components/held-actions.tsx'
import { Link } from '../components/link.tsx'
import { More } from '../components/more.tsx'
import { Page } from '../components/page.tsx'
import { Empty, Loading } from '../components/state.tsx'
import { type Column, Table } from '../components/table.tsx'
import { Time } from '../components/time.tsx'
import { useAccount, useConsole } from '../context.tsx'
import { byWeight } from '../explain.ts'
import { type Formats, inert } from '../format.ts'
import { type Held, heldKey } from '../held.ts'
import type { Query } from '../router.ts'
import type { Texts } from '../texts/en.ts'
import { senderOf, spans } from './messages.tsx'

const KINDS: readonly Held['kind'][] = ['spam', 'phishing', 'malware', 'policy', 'unexamined']
const STATES: readonly Held['state'][] = ['held', 'releasing', 'released', 'deleted']

export function QuarantinePage() {
  const { texts, formats, place } = useConsole()
  const { role } = useAccount()
  const { query } = place
  const [usage, setUsage] = useState<{ readonly messages: number; readonly bytes: number }>()
  const pages = usePages(JSON.stringify(query), async (cursor, signal) => {
    const answer = await call('held.list', { query: { ...queryOf(query), ...(cursor && { cursor }) }, signal })
    setUsage(answer.usage)
    return answer
  })
  const { quarantine } = texts
  const about = role === 'user' ? quarantine.aboutMine : quarantine.about
  return (
    <Page
      title={role === 'user' ? texts.nav.myQuarantine : quarantine.title}
      about={usage ? `${about} ${quarantine.usage(usage.messages, formats.bytes(usage.bytes))}.` : about}
    >
      <Search query={query} isUser={role === 'user'} />
      <HeldList key={JSON.stringify(query)} pages={pages} />
    </Page>
  )
}

function queryOf({ recipient, kind, state, since }: Query) {
  return {
    ...(recipient !== undefined && { recipient }),
    ...(KINDS.includes(kind as Held['kind']) && { kind: kind as Held['kind'] }),
    ...(STATES.includes(state as Held['state']) && { state: state as Held['state'] }),
    ...sinceOf(since),
  }
}

function Search({ query, isUser }: { readonly query: Query; readonly isUser: boolean }) {
  const { texts } = useConsole()
  const { quarantine, common } = texts
  return (
    <Filters page="quarantine" isFiltered={Object.keys(query).length > 0}>
      {!isUser && (
        <div class="field-wide">
          <Field
            label={texts.messages.recipient}
            name="recipient"
            type="search"
            value={query.recipient ?? ''}
            maxLength={320}
          />
        </div>
      )}
      <Select
        label={quarantine.kind}
        name="kind"
        value={query.kind ?? ''}
        options={[['', common.any], ...KINDS.map(kind => [kind, quarantine.kinds[kind]] as const)]}
      />
      <Select
        label={quarantine.state}
        name="state"
        value={query.state ?? ''}
        options={STATES.map(state => [state === 'held' ? '' : state, quarantine.states[state]] as const)}
      />
      <Select label={common.since} name="since" value={query.since ?? ''} options={spans(texts)} />
    </Filters>
  )
}

function HeldList({ pages }: { readonly pages: Pages<Held> }) {
  const { texts, formats } = useConsole()
  const { role } = useAccount()
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set())
  const done = (): void => {
    setKeys(new Set())
    pages.reload()
  }
  const selection = {
    keys,
    change: setKeys,
    nameOf: ({ subject, recipient }: Held) => inert(subject ?? recipient, 80),
    isSelectable: ({ state }: Held) => state === 'held',
  }
  return (
    <section class="panel" aria-label={texts.quarantine.title}>
      <Loading state={pages.state} retry={pages.reload} lines={10}>
        {entries =>
          entries.length === 0 ? (
            <Empty title={texts.quarantine.none}>{texts.quarantine.noneHint}</Empty>
          ) : (
            <>
              {keys.size > 0 && (
                <div class="selection-bar">
                  <span role="status">{texts.common.selected(keys.size)}</span>
                  <div class="buttons">
                    <HeldActions entries={entries.filter(entry => keys.has(heldKey(entry)))} onDone={done} />
                  </div>
                </div>
              )}
              <Table
                caption={texts.quarantine.title}
                columns={columnsOf(texts, formats)}
                rows={entries}
                keyOf={heldKey}
                {...(role !== 'viewer' && { selection })}
              />
              <More pages={pages} shown={entries.length} />
            </>
          )
        }
      </Loading>
    </section>
  )
}

function columnsOf(texts: Texts, formats: Formats): readonly Column<Held>[] {
  const { messages, quarantine } = texts
  return [
    {
      key: 'subject',
      title: messages.subject,
      isHead: true,
      isWide: true,
      cell: entry => (
        <div class="entry-name">
          <Link to="held" params={{ id: entry.id }}>
            {entry.subject === undefined || entry.subject === '' ? messages.noSubject : inert(entry.subject, 160)}
          </Link>
          <p class="muted">{inert(byWeight(entry.findings)[0]?.reason ?? quarantine.kindsAbout[entry.kind], 200)}</p>
        </div>
      ),
    },
    { key: 'kind', title: quarantine.kind, cell: ({ kind }) => <KindBadge kind={kind} /> },
    { key: 'score', title: messages.score, isNumber: true, cell: ({ score }) => formats.score(score) },
    {
      key: 'from',
      title: messages.from,
      cell: ({ from, reversePath }) => <Address text={senderOf(from, reversePath, texts)} />,
    },
    { key: 'to', title: messages.to, cell: ({ recipient }) => <Address text={inert(recipient, 120)} /> },
    {
      key: 'held',
      title: quarantine.held,
      cell: entry => (entry.state === 'held' ? <Time time={entry.time} /> : <HeldState entry={entry} />),
    },
    {
      key: 'expires',
      title: quarantine.expires,
      isExtra: true,
      cell: ({ expires, state }) => (state === 'held' ? <Time time={expires} /> : '–'),
    },
  ]
}
