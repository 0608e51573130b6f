/** Tokens with which scripts call the API in the name of this account. */
import { useState } from 'preact/hooks'
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { useData } from '../api/hooks.ts'
import { Dialog } from '../components/dialog.tsx'
import { ConfirmButton, Field, Select, type Values } from '../components/form.tsx'
import { Copyable } from '../components/link.tsx'
import { Page } from '../components/page.tsx'
import { Empty, Loading } from '../components/state.tsx'
import { type Column, Table } from '../components/table.tsx'
import { Badge, Time } from '../components/time.tsx'
import { useAccount, useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import type { Texts } from '../texts/en.ts'

type Token = Answer<'tokens.list'>['tokens'][number]

export function TokensPage() {
  const { texts } = useConsole()
  const { state, reload } = useData('tokens', signal => call('tokens.list', { signal }))
  const [made, setMade] = useState<string>()
  const { tokens } = texts
  const onMade = (token: string): void => {
    setMade(token)
    reload()
  }
  return (
    <Page title={tokens.title} about={tokens.about} actions={<Add onMade={onMade} />}>
      {made !== undefined && <MadeDialog token={made} onClose={() => setMade(undefined)} />}
      <section class="panel" aria-label={tokens.title}>
        <Loading state={state} retry={reload}>
          {({ tokens: rows }) =>
            rows.length === 0 ? (
              <Empty title={tokens.none} />
            ) : (
              <Table caption={tokens.title} columns={columnsOf(texts, reload)} rows={rows} keyOf={({ id }) => id} />
            )
          }
        </Loading>
      </section>
    </Page>
  )
}

function Add({ onMade }: { readonly onMade: (token: string) => void }) {
  const { texts } = useConsole()
  const mayAct = useAccount().role !== 'viewer'
  const { tokens } = texts
  const add = async ({ label = '', scope, days = '' }: Values): Promise<void> => {
    const scopes: ('read' | 'act')[] = scope === 'act' ? ['read', 'act'] : ['read']
    const { token } = await call('tokens.add', { body: { label: label.trim(), scopes, days: Number(days) } })
    onMade(token)
  }
  return (
    <ConfirmButton label={tokens.add} question={tokens.add} kind="primary" onConfirm={add}>
      <Field label={tokens.label} name="label" isRequired maxLength={100} />
      <Select
        label={tokens.scopes}
        name="scope"
        options={[['read', tokens.scopeRead] as const, ...(mayAct ? [['act', tokens.scopeAct] as const] : [])]}
      />
      <Field label={tokens.days} name="days" value="90" inputMode="numeric" pattern="[0-9]{1,3}" isRequired />
    </ConfirmButton>
  )
}

function MadeDialog({ token, onClose }: { readonly token: string; readonly onClose: () => void }) {
  const { texts } = useConsole()
  const { tokens } = texts
  return (
    <Dialog title={tokens.token} onClose={onClose}>
      <p>{tokens.once}</p>
      <Copyable text={token} label={tokens.token} />
      <p class="muted">
        {tokens.use} <code>Authorization: Bearer …</code>
      </p>
    </Dialog>
  )
}

function columnsOf(texts: Texts, reload: () => void): readonly Column<Token>[] {
  const { tokens } = texts
  return [
    { key: 'label', title: tokens.label, isHead: true, isWide: true, cell: ({ label }) => inert(label, 120) },
    {
      key: 'scopes',
      title: tokens.scopes,
      cell: ({ scopes }) => (
        <span class="badges">
          {scopes.map(scope => (
            <Badge key={scope}>{tokens.scopeNames[scope]}</Badge>
          ))}
        </span>
      ),
    },
    { key: 'created', title: tokens.created, isExtra: true, cell: ({ created }) => <Time time={created} /> },
    { key: 'expires', title: tokens.expires, cell: ({ expires }) => <Time time={expires} /> },
    {
      key: 'lastUsed',
      title: tokens.lastUsed,
      cell: ({ lastUsed }) => (lastUsed === undefined ? texts.common.never : <Time time={lastUsed} />),
    },
    {
      key: 'remove',
      title: texts.common.actions,
      isActions: true,
      cell: token => <Remove token={token} onDone={reload} />,
    },
  ]
}

function Remove({ token: { id, label }, onDone }: { readonly token: Token; readonly onDone: () => void }) {
  const { texts, say } = useConsole()
  const remove = async (): Promise<void> => {
    await call('tokens.remove', { params: { id } })
    say({ text: texts.tokens.removed })
    onDone()
  }
  return (
    <ConfirmButton
      label={texts.common.remove}
      question={texts.tokens.removeQuestion(inert(label, 80))}
      kind="danger"
      onConfirm={remove}
    />
  )
}
