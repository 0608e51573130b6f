/** Allow and deny lists: entries with their scope and end, to be added and removed. */
import { useState } from 'preact/hooks'
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { useData } from '../api/hooks.ts'
import { ConfirmButton, Field } from '../components/form.tsx'
import { Panel } from '../components/page.tsx'
import { Empty, Loading } from '../components/state.tsx'
import { type Column, Table, useSorted } from '../components/table.tsx'
import { Badge, Time } from '../components/time.tsx'
import { useUndo } from '../components/undo.tsx'
import { useAccount, useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import { AddEntry } from './add-entry.tsx'

/** One entry. */
export type Entry = Answer<'lists.list'>['entries'][number]

/** All entries that the account may see. */
export function ListPanel() {
  const { texts } = useConsole()
  const { role } = useAccount()
  const { state, reload } = useData('lists', signal => call('lists.list', { signal }))
  return (
    <Panel
      title={texts.senders.lists}
      isFlush
      actions={
        role !== 'viewer' && (
          <>
            <AddEntry effect="allow" onDone={reload} />
            <AddEntry effect="deny" onDone={reload} />
          </>
        )
      }
    >
      <Loading state={state} retry={reload}>
        {({ entries, isPartial }) =>
          entries.length === 0 ? (
            <Empty title={texts.senders.noEntries}>{texts.senders.noEntriesHint}</Empty>
          ) : (
            <FoundEntries entries={entries} isPartial={isPartial === true} onChange={reload} />
          )
        }
      </Loading>
    </Panel>
  )
}

/** Rows that a person reads. */
const MAX_ROWS = 200
/** Fewer are found at a glance. */
const MIN_SEARCHED = 10

interface FoundProps extends Omit<ListTableProps, 'caption'> {
  readonly isPartial: boolean
}

/** A long list is searched by anything that an entry says. */
function FoundEntries({ entries, isPartial, onChange }: FoundProps) {
  const { texts } = useConsole()
  const [text, setText] = useState('')
  const wanted = text.trim().toLowerCase()
  const found = entries.filter(({ sender, scope = '', author = '', note = '' }) =>
    [sender, scope, author, note].some(part => part.toLowerCase().includes(wanted)),
  )
  const isCut = found.length > MAX_ROWS || isPartial
  return (
    <>
      {entries.length > MIN_SEARCHED && (
        <div class="panel-note panel-search">
          <Field label={texts.senders.search} name="search" type="search" value={text} onChange={setText} />
        </div>
      )}
      {found.length === 0 ? (
        <Empty title={texts.senders.noneFound} />
      ) : (
        <ListTable caption={texts.senders.lists} entries={found.slice(0, MAX_ROWS)} onChange={onChange} />
      )}
      {isCut && <p class="hint panel-note">{texts.senders.cut(Math.min(found.length, MAX_ROWS))}</p>}
    </>
  )
}

interface ListTableProps {
  readonly caption: string
  readonly entries: readonly Entry[]
  readonly onChange: () => void
}

/** Entries; who may, removes them. */
export function ListTable({ caption, entries, onChange }: ListTableProps) {
  const { texts } = useConsole()
  const { role } = useAccount()
  const columns: readonly Column<Entry>[] = [
    {
      key: 'sender',
      title: texts.senders.sender,
      isHead: true,
      cell: ({ sender }) => <code>{inert(sender)}</code>,
      sortBy: ({ sender }) => sender,
    },
    {
      key: 'effect',
      title: texts.senders.effect,
      cell: entry => <Effect entry={entry} />,
      sortBy: ({ effect }) => effect,
    },
    {
      key: 'scope',
      title: texts.senders.scope,
      cell: ({ scope = '' }) => (scope === '' ? texts.senders.everyone : inert(scope)),
      sortBy: ({ scope = '' }) => scope,
    },
    {
      key: 'expires',
      title: texts.senders.expires,
      cell: ({ expires }) => (expires === undefined ? texts.common.never : <Time time={expires} />),
      sortBy: ({ expires = Number.MAX_SAFE_INTEGER }) => expires,
    },
    {
      key: 'author',
      title: texts.senders.author,
      cell: entry => <Author entry={entry} />,
      sortBy: ({ created }) => created,
    },
    ...(role === 'viewer' ? [] : [removal(texts.senders.actions, onChange)]),
  ]
  const { rows, sorting } = useSorted(columns, entries, { key: 'author', isDescending: true })
  return <Table caption={caption} columns={columns} rows={rows} keyOf={keyOf} sorting={sorting} />
}

const keyOf = ({ id, scope = '' }: Entry): string => `${scope} ${id}`

const removal = (title: string, onChange: () => void): Column<Entry> => ({
  key: 'remove',
  title,
  isActions: true,
  cell: entry => entry.mayRemove && <Remove entry={entry} onDone={onChange} />,
})

function Effect({ entry: { effect, enforced, unproven } }: { readonly entry: Entry }) {
  const { texts } = useConsole()
  return (
    <span class="badges">
      <Badge tone={effect === 'allow' ? 'good' : 'bad'}>{texts.senders.effects[effect]}</Badge>
      {enforced && <Badge tone="info">{texts.senders.enforced}</Badge>}
      {unproven && <Badge tone="warning">{texts.senders.unproven}</Badge>}
    </span>
  )
}

function Author({ entry: { author, created, note } }: { readonly entry: Entry }) {
  return (
    <div>
      {author !== undefined && `${inert(author, 80)}, `}
      <Time time={created} />
      {note !== undefined && note !== '' && <p class="muted">{inert(note)}</p>}
    </div>
  )
}

function Remove({ entry: { id, sender, scope }, onDone }: { readonly entry: Entry; readonly onDone: () => void }) {
  const { texts, say } = useConsole()
  const undo = useUndo(onDone)
  const remove = async (why: string | undefined): Promise<void> => {
    const query = { ...(scope !== undefined && { scope }), ...(why && { why }) }
    const answer = await call('lists.remove', { params: { id }, query })
    say({
      text: texts.senders.removed(inert(sender, 80)),
      ...(answer.undo !== undefined && { action: undo([answer.undo]) }),
    })
    onDone()
  }
  return (
    <ConfirmButton
      label={texts.common.remove}
      question={texts.senders.removeQuestion(inert(sender, 80))}
      kind="danger"
      onConfirm={({ why }) => remove(why)}
    >
      <Field label={texts.common.why} name="why" maxLength={500} />
    </ConfirmButton>
  )
}
