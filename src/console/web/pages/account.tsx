/** The person's own account: sessions, password and authenticator. */
import { useState } from 'preact/hooks'
import type { Answer } from '../../api/schemas.ts'
import { ApiError, call } from '../api/client.ts'
import { useData } from '../api/hooks.ts'
import { Enrolment, RecoveryCodes } from '../components/enrolment.tsx'
import { Field, Form, type Values } from '../components/form.tsx'
import { Page, Pairs, Panel } from '../components/page.tsx'
import { Loading } from '../components/state.tsx'
import { type Column, Table } from '../components/table.tsx'
import { Badge, Time } from '../components/time.tsx'
import { useAccount, useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import type { Texts } from '../texts/en.ts'
import { NewPassword } from './set-up.tsx'

type SessionRow = Answer<'account.sessions'>['sessions'][number]

export function AccountPage() {
  const { texts } = useConsole()
  const { via } = useAccount()
  return (
    <Page title={texts.account.title}>
      <div class="columns">
        <div class="stack">
          <About />
          {via === 'password' && <Codes />}
        </div>
        {via === 'password' && <Password />}
      </div>
      <Sessions />
    </Page>
  )
}

function About() {
  const { texts, formats } = useConsole()
  const { name, role, domains, addresses, via, expires } = useAccount()
  const { account } = texts
  const named = (values: readonly string[]): string => formats.list(values.map(value => inert(value, 120)))
  return (
    <Panel title={texts.common.details}>
      <Pairs
        pairs={[
          [account.name, inert(name)],
          [account.role, `${texts.roles[role]}: ${texts.people.rolesAbout[role]}`],
          [account.addresses, addresses === null ? undefined : named(addresses)],
          [account.domains, addresses === null ? (domains === null ? account.allDomains : named(domains)) : undefined],
          [account.via, account.ways[via]],
          [account.signedInUntil, <Time key="time" time={expires} />],
        ]}
      />
    </Panel>
  )
}

function Password() {
  const { texts, say } = useConsole()
  const [turn, setTurn] = useState(0)
  const send = async ({ current = '', code = '', password = '', repeat }: Values): Promise<void> => {
    if (password !== repeat) throw new ApiError('input', texts.setUp.differ)
    await call('account.password', { body: { current, code, password } })
    say({ text: texts.account.changed })
    setTurn(turn + 1)
  }
  return (
    <Panel title={texts.account.changePassword}>
      <Form key={turn} onSend={send} button={texts.common.save}>
        <Proof />
        <NewPassword />
      </Form>
    </Panel>
  )
}

/** Password and code, before something of the account changes. */
function Proof() {
  const { texts } = useConsole()
  return (
    <>
      <Field
        label={texts.account.current}
        name="current"
        type="password"
        autocomplete="current-password"
        isRequired
        maxLength={200}
      />
      <Field
        label={texts.signIn.code}
        name="code"
        autocomplete="one-time-code"
        isRequired
        maxLength={40}
        hint={texts.signIn.codeHint}
      />
    </>
  )
}

type Step =
  | { readonly kind: 'proof' }
  | { readonly kind: 'enrolment'; readonly secret: string; readonly uri: string }
  | { readonly kind: 'codes'; readonly codes: readonly string[] }

function Codes() {
  const { texts, say } = useConsole()
  const [step, setStep] = useState<Step>({ kind: 'proof' })
  const begin = async ({ current = '', code = '' }: Values): Promise<void> =>
    setStep({ kind: 'enrolment', ...(await call('account.beginCodes', { body: { current, code } })) })
  const finish = async ({ code = '' }: Values): Promise<void> => {
    const { recoveryCodes } = await call('account.finishCodes', { body: { code } })
    say({ text: texts.account.replaced })
    setStep({ kind: 'codes', codes: recoveryCodes })
  }
  return (
    <Panel title={texts.account.replaceCodes}>
      {step.kind === 'proof' && (
        <Form key="proof" onSend={begin} button={texts.account.next} kind="plain">
          <p class="hint">{texts.account.replaceAbout}</p>
          <Proof />
        </Form>
      )}
      {step.kind === 'enrolment' && (
        <Form key="enrolment" onSend={finish} button={texts.setUp.button}>
          <Enrolment secret={step.secret} uri={step.uri} />
        </Form>
      )}
      {step.kind === 'codes' && <RecoveryCodes codes={step.codes} onSaved={() => setStep({ kind: 'proof' })} />}
    </Panel>
  )
}

function Sessions() {
  const { texts, say } = useConsole()
  const { state, reload } = useData('sessions', signal => call('account.sessions', { signal }))
  const end = async ({ id }: SessionRow): Promise<void> => {
    await call('account.endSession', { params: { id } })
    say({ text: texts.account.ended })
    reload()
  }
  return (
    <Panel title={texts.account.sessions} isFlush>
      <Loading state={state} retry={reload}>
        {({ sessions }) => (
          <Table
            caption={texts.account.sessionsAbout}
            columns={columnsOf(texts, end)}
            rows={sessions.toSorted(newestFirst)}
            keyOf={({ id }) => id}
          />
        )}
      </Loading>
    </Panel>
  )
}

/** This session, then those that were used last. */
const newestFirst = (a: SessionRow, b: SessionRow): number =>
  Number(b.isCurrent) - Number(a.isCurrent) || b.lastUsed - a.lastUsed

function columnsOf(texts: Texts, end: (session: SessionRow) => Promise<void>): readonly Column<SessionRow>[] {
  const { account } = texts
  return [
    {
      key: 'browser',
      title: account.browser,
      isHead: true,
      isWide: true,
      cell: ({ browser, isCurrent }) => (
        <span class="badges">
          {inert(browser, 120)} {isCurrent && <Badge tone="good">{account.thisOne}</Badge>}
        </span>
      ),
    },
    { key: 'address', title: account.address, cell: ({ address }) => <code>{inert(address, 60)}</code> },
    { key: 'created', title: account.begun, isExtra: true, cell: ({ created }) => <Time time={created} /> },
    { key: 'lastUsed', title: account.lastUsed, cell: ({ lastUsed }) => <Time time={lastUsed} /> },
    {
      key: 'end',
      title: texts.common.actions,
      isActions: true,
      cell: session =>
        !session.isCurrent && (
          <button type="button" onClick={() => void end(session).catch(() => undefined)}>
            {account.end}
          </button>
        ),
    },
  ]
}
