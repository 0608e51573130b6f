/** People who may sign in: what they may do and for which domains. For administrators. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { useData } from '../api/hooks.ts'
import { Dialog } from '../components/dialog.tsx'
import { Check, ConfirmButton, Field, Select, type Values } from '../components/form.tsx'
import { Copyable } from '../components/link.tsx'
import { Page } from '../components/page.tsx'
import { Loading } from '../components/state.tsx'
import { type Column, Table } from '../components/table.tsx'
import { Badge, Time, type Tone } from '../components/time.tsx'
import { useAccount, useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import type { Texts } from '../texts/en.ts'

type Operator = Answer<'operators.list'>['operators'][number]
type SetupLink = Answer<'operators.add'>
const ROLES = ['admin', 'operator', 'viewer'] as const
type StaffRole = (typeof ROLES)[number]

export function PeoplePage() {
  const { texts } = useConsole()
  const { name } = useAccount()
  const { state, reload } = useData('people', signal => call('operators.list', { signal }))
  const [link, setLink] = useState<SetupLink>()
  const { people } = texts
  const linked = (made: SetupLink): void => {
    setLink(made)
    reload()
  }
  return (
    <Page title={people.title} about={people.about} actions={<Add onMade={linked} />}>
      {link && <LinkDialog link={link} onClose={() => setLink(undefined)} />}
      <section class="panel" aria-label={people.title}>
        <Loading state={state} retry={reload}>
          {({ operators }) => (
            <Table
              caption={people.title}
              columns={columnsOf(texts, operator => (
                <RowActions operator={operator} isSelf={operator.name === name} onDone={reload} onMade={linked} />
              ))}
              rows={operators}
              keyOf={operator => operator.name}
            />
          )}
        </Loading>
      </section>
    </Page>
  )
}

/** Text as the domains of an account; an empty text is all domains. */
function domainsOf(text: string): string[] | null {
  const domains = text.split(/[\s,;]+/).filter(domain => domain !== '')
  return domains.length === 0 ? null : domains
}

function RoleSelect({ role }: { readonly role?: StaffRole }) {
  const { texts } = useConsole()
  const { people } = texts
  return (
    <Select
      label={people.role}
      name="role"
      value={role ?? 'operator'}
      options={ROLES.map(name => [name, `${texts.roles[name]}: ${people.rolesAbout[name]}`] as const)}
    />
  )
}

const roleOf = (text: string | undefined): StaffRole => ROLES.find(role => role === text) ?? 'viewer'

function Add({ onMade }: { readonly onMade: (link: SetupLink) => void }) {
  const { texts } = useConsole()
  const { people } = texts
  const add = async ({ name = '', role, domains = '' }: Values): Promise<void> =>
    onMade(
      await call('operators.add', { body: { name: name.trim(), role: roleOf(role), domains: domainsOf(domains) } }),
    )
  return (
    <ConfirmButton label={people.add} question={people.add} kind="primary" onConfirm={add}>
      <Field label={people.name} name="name" isRequired maxLength={100} />
      <RoleSelect />
      <Field label={people.domains} name="domains" hint={people.domainsHint} />
    </ConfirmButton>
  )
}

function LinkDialog({ link, onClose }: { readonly link: SetupLink; readonly onClose: () => void }) {
  const { texts } = useConsole()
  const { people } = texts
  return (
    <Dialog title={people.linkTitle} onClose={onClose}>
      <p>{people.linkAbout}</p>
      <Copyable text={link.link} label={people.linkTitle} />
      <p class="muted">
        {people.linkExpires} <Time time={link.expires} />
      </p>
    </Dialog>
  )
}

interface RowProps {
  readonly operator: Operator
  readonly isSelf: boolean
  readonly onDone: () => void
  readonly onMade: (link: SetupLink) => void
}

function RowActions({ operator, isSelf, onDone, onMade }: RowProps) {
  const { texts, say } = useConsole()
  const { people, common } = texts
  const params = { name: operator.name }
  const shown = inert(operator.name, 80)
  const remove = async (): Promise<void> => {
    await call('operators.remove', { params })
    say({ text: people.removed })
    onDone()
  }
  if (operator.via !== 'password') return null
  return (
    <>
      <Change operator={operator} isSelf={isSelf} onDone={onDone} />
      <ConfirmButton
        label={people.reset}
        question={people.resetQuestion(shown)}
        explanation={people.resetAbout}
        onConfirm={async () => onMade(await call('operators.reset', { params }))}
      />
      {!isSelf && (
        <ConfirmButton
          label={common.remove}
          question={people.removeQuestion(shown)}
          explanation={people.removeAbout}
          kind="danger"
          onConfirm={remove}
        />
      )}
    </>
  )
}

function Change({ operator, isSelf, onDone }: Omit<RowProps, 'onMade'>) {
  const { texts, say } = useConsole()
  const { people } = texts
  const change = async ({ role, domains = '', isDisabled }: Values): Promise<void> => {
    await call('operators.change', {
      params: { name: operator.name },
      body: {
        role: roleOf(role),
        domains: domainsOf(domains),
        ...(!isSelf && { isDisabled: isDisabled !== undefined }),
      },
    })
    say({ text: people.saved })
    onDone()
  }
  return (
    <ConfirmButton label={people.change} question={people.changeTitle(inert(operator.name, 80))} onConfirm={change}>
      <RoleSelect role={roleOf(operator.role)} />
      <Field
        label={people.domains}
        name="domains"
        value={operator.domains?.join(' ') ?? ''}
        hint={people.domainsHint}
      />
      {!isSelf && <Check label={people.disabled} name="isDisabled" isChecked={operator.state === 'disabled'} />}
    </ConfirmButton>
  )
}

const TONES: Readonly<Record<Operator['state'], Tone>> = { invited: 'info', active: 'good', disabled: 'neutral' }

function columnsOf(texts: Texts, actions: (operator: Operator) => ComponentChildren): readonly Column<Operator>[] {
  const { people, account } = texts
  return [
    { key: 'name', title: people.name, isHead: true, cell: ({ name }) => <strong>{inert(name, 120)}</strong> },
    { key: 'role', title: people.role, cell: ({ role }) => texts.roles[role] },
    {
      key: 'domains',
      title: people.domains,
      cell: ({ domains }) => <p>{domains === null ? account.allDomains : inert(domains.join(', '), 300)}</p>,
    },
    {
      key: 'state',
      title: people.state,
      cell: ({ state }) => <Badge tone={TONES[state]}>{people.states[state]}</Badge>,
    },
    {
      key: 'lastSignIn',
      title: people.lastSignIn,
      cell: ({ lastSignIn }) => (lastSignIn === undefined ? texts.common.never : <Time time={lastSignIn} />),
    },
    { key: 'actions', title: texts.common.actions, isActions: true, cell: actions },
  ]
}
