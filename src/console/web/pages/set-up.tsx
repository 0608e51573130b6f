/** Setting up an account: a password, an authenticator, and recovery codes. */
import { useState } from 'preact/hooks'
import { ApiError, call } from '../api/client.ts'
import { useData } from '../api/hooks.ts'
import { Enrolment, RecoveryCodes } from '../components/enrolment.tsx'
import { Field, Form, type Values } from '../components/form.tsx'
import { Loading } from '../components/state.tsx'
import { useConsole } from '../context.tsx'
import { hrefOf } from '../router.ts'

/** The page behind a set-up link. */
export function SetUp({ token }: { readonly token: string }) {
  const { texts, refresh } = useConsole()
  const { state, reload } = useData(token, signal => call('setup.begin', { body: { token }, signal }))
  const [codes, setCodes] = useState<readonly string[]>()
  const leave = async (): Promise<void> => {
    await refresh()
    location.hash = hrefOf('signIn')
  }
  if (codes) return <RecoveryCodes codes={codes} onSaved={() => void leave()} />
  return (
    <Loading state={state} retry={reload}>
      {({ name, role, secret, uri }) => {
        const send = async (values: Values): Promise<void> => {
          if (values.password !== values.repeat) throw new ApiError('input', texts.setUp.differ)
          const { recoveryCodes } = await call('setup.finish', {
            body: { token, name: name ?? values.name ?? '', password: values.password ?? '', code: values.code ?? '' },
          })
          setCodes(recoveryCodes)
        }
        return (
          <Form onSend={send} button={texts.setUp.button}>
            <p>{texts.setUp.about}</p>
            <Field
              label={`${texts.signIn.name} (${texts.roles[role]})`}
              name="name"
              {...(name === null ? {} : { value: name, isReadOnly: true })}
              autocomplete="username"
              isRequired
              maxLength={100}
            />
            <NewPassword />
            <Enrolment secret={secret} uri={uri} />
          </Form>
        )
      }}
    </Loading>
  )
}

/** A new password, twice. */
export function NewPassword() {
  const { texts } = useConsole()
  const field = {
    type: 'password',
    autocomplete: 'new-password',
    isRequired: true,
    minLength: 12,
    maxLength: 200,
  } as const
  return (
    <>
      <Field label={texts.setUp.newPassword} name="password" {...field} hint={texts.setUp.passwordHint} />
      <Field label={texts.setUp.repeat} name="repeat" {...field} />
    </>
  )
}
