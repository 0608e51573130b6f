/** Senders that are allowed or refused: by a user for their own mail, by staff for their domains. */
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { useData } from '../api/hooks.ts'
import { ConfirmButton, Field, Select, type Values } from '../components/form.tsx'
import { Page } from '../components/page.tsx'
import { Empty, Loading } from '../components/state.tsx'
import { type Column, Table } from '../components/table.tsx'
import { Badge, Time } from '../components/time.tsx'
import { useUndo } from '../components/undo.tsx'
import { useAccount, useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import type { Texts } from '../texts/en.ts'

type ListEntry = Answer<'lists.list'>['entries'][number]

export function ListsPage() {
  const { texts } = useConsole()
  const { role } = useAccount()
  const { state, reload } = useData('lists', signal => call('lists.list', { signal }))
  const { lists } = texts
  const isUser = role === 'user'
  return (
    <Page
      title={isUser ? texts.nav.myLists : lists.title}
      about={isUser ? lists.aboutMine : undefined}
      actions={role !== 'viewer' && <AddEntry onDone={reload} />}
    >
      <section class="panel" aria-label={lists.title}>
        <Loading state={state} retry={reload}>
          {({ entries }) =>
            entries.length === 0 ? (
              <Empty title={lists.none} />
            ) : (
              <Table caption={lists.title} columns={columnsOf(texts, reload)} rows={entries} keyOf={({ id }) => id} />
            )
          }
        </Loading>
      </section>
    </Page>
  )
}

/** A question for a new entry. */
export function AddEntry({ onDone }: { readonly onDone: () => void }) {
  const { texts, say } = useConsole()
  const account = useAccount()
  const undo = useUndo(onDone)
  const { lists } = texts
  const add = async ({ effect, sender = '', scope = '', note = '' }: Values): Promise<void> => {
    const answer = await call('lists.add', {
      body: {
        effect: effect === 'deny' ? 'deny' : 'allow',
        sender: sender.trim(),
        scope: scope.trim(),
        ...(note.trim() !== '' && { note: note.trim() }),
      },
    })
    say({ text: lists.added, ...(answer.undo !== undefined && { action: undo([answer.undo]) }) })
    onDone()
  }
  return (
    <ConfirmButton label={lists.add} question={lists.add} kind="primary" onConfirm={add}>
      <Field label={lists.sender} name="sender" isRequired maxLength={320} hint={lists.senderHint} />
      <Select
        label={lists.effect}
        name="effect"
        options={[
          ['allow', lists.allow],
          ['deny', lists.deny],
        ]}
      />
      {account.addresses ? (
        <Select
          label={lists.scope}
          name="scope"
          options={account.addresses.map(address => [address, inert(address, 120)] as const)}
        />
      ) : (
        <Field
          label={lists.scope}
          name="scope"
          maxLength={320}
          value={account.domains?.[0] ?? ''}
          {...(account.domains === null && { placeholder: lists.everyone })}
        />
      )}
      <Field label={lists.note} name="note" maxLength={500} />
    </ConfirmButton>
  )
}

function columnsOf(texts: Texts, reload: () => void): readonly Column<ListEntry>[] {
  const { lists } = texts
  return [
    { key: 'sender', title: lists.sender, isHead: true, cell: ({ sender }) => <code>{inert(sender)}</code> },
    {
      key: 'effect',
      title: lists.effect,
      cell: ({ effect, unproven }) => (
        <span class="badges">
          <Badge tone={effect === 'allow' ? 'good' : 'bad'}>{lists.effects[effect]}</Badge>
          {unproven && <Badge>{lists.unproven}</Badge>}
        </span>
      ),
    },
    { key: 'scope', title: lists.scope, cell: ({ scope = '' }) => (scope === '' ? lists.everyone : inert(scope)) },
    { key: 'note', title: lists.note, cell: ({ note = '' }) => <p>{inert(note, 500)}</p> },
    { key: 'author', title: lists.author, cell: ({ author }) => (author === undefined ? '–' : inert(author, 120)) },
    { key: 'created', title: lists.created, isExtra: true, cell: ({ created }) => <Time time={created} /> },
    {
      key: 'expires',
      title: lists.expires,
      isExtra: true,
      cell: ({ expires }) => (expires === undefined ? texts.common.never : <Time time={expires} />),
    },
    { key: 'remove', title: '', cell: entry => entry.mayRemove && <RemoveEntry entry={entry} onDone={reload} /> },
  ]
}

/** Removes an entry of a list, after a question. */
export function RemoveEntry({ entry, onDone }: { readonly entry: ListEntry; readonly onDone: () => void }) {
  const { texts, say } = useConsole()
  const undo = useUndo(onDone)
  const remove = async (): Promise<void> => {
    const answer = await call('lists.remove', { params: { id: entry.id }, query: { scope: entry.scope ?? '' } })
    say({ text: texts.lists.removed, ...(answer.undo !== undefined && { action: undo([answer.undo]) }) })
    onDone()
  }
  return (
    <ConfirmButton
      label={texts.common.remove}
      question={texts.lists.removeQuestion(inert(entry.sender, 120))}
      kind="danger"
      onConfirm={remove}
    />
  )
}
